"""The most specific code that the note supports wins over what it makes redundant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coding.protocols import CodeSystem
from coding.rules._draft import (
    GUIDELINES,
    Sentences,
    accepted,
    category,
    counting,
    is_diagnosis,
    outranks,
    reject_all,
    reweigh,
    rule_step,
    strength,
)
from coding.rules.generality import condition, denied, scope, sides, stem, title_words
from coding.rules.notes import goes_after, goes_before
from coding.types import Code, Draft, Evidence, Reading, Reason, Span, Suggestion, System

_JOINED = re.compile(
    r"\b(?:with|due|to|and|or|from|secondary|associated|complicated)\b|[,;/&+]", re.I
)

INHERITED_SHARE = 0.25
"""Weight, beside the 1 of its own words, of the shorter wordings a specific code takes over."""

# External causes and encounter codes say another thing of the same words than a disease does.
_CIRCUMSTANCES = ("V", "W", "X", "Y", "Z")


@dataclass(frozen=True, slots=True)
class MostSpecific:
    """Rejects an unspecified code of a category where a more specific one stands.

    An accepted code does so anywhere in the note if it is a kind of the same condition, otherwise
    and among codes for review only over the same words. It takes over the places that name the
    general code alone.
    """

    id: str = "specificity.family"
    citation: str = f"{GUIDELINES}, Sections I.A.9.b, I.B.2 and I.B.18"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:  # noqa: ARG002
        """Compare the codes of each category with one another."""
        if codes.system is not System.ICD10CM:
            return draft
        families: dict[str, list[Suggestion]] = {}
        for suggestion in draft.suggestions:
            if is_diagnosis(suggestion) and suggestion.code.value in codes:
                families.setdefault(category(suggestion.code.value), []).append(suggestion)
        heirs: dict[Code, Suggestion] = {}
        for family in families.values():
            heirs.update(_heirs(family, codes))
        for heir in sorted({s.code: s for s in heirs.values()}.values(), key=strength):
            left = [s for s in draft.suggestions if heirs.get(s.code) == heir]
            draft = draft.put(self._with_evidence_of(heir, left))
        return reject_all(draft, dict.fromkeys(heirs, Reason.SUPERSEDED))

    def _with_evidence_of(self, heir: Suggestion, left: Sequence[Suggestion]) -> Suggestion:
        """The specific code, resting also on the other places where the note names it in short."""
        own = [e.span for e in heir.evidence]
        fresh: dict[Span, Evidence] = {}
        for piece in (e for s in sorted(left, key=strength) for e in counting(s)):
            if not any(span.overlaps(piece.span) for span in own):
                fresh.setdefault(piece.span, piece)
        if not fresh:
            return heir
        share = INHERITED_SHARE / sum(e.weight for e in fresh.values())
        inherited = [replace(e, weight=e.weight * share) for e in fresh.values()]
        step = rule_step(self.id, self.citation, inherited)
        evidence = reweigh((*heir.evidence, *inherited), lambda e: e.weight > 0)
        return replace(heir, evidence=tuple(evidence), proof=(*heir.proof, step))


def _heirs(family: Sequence[Suggestion], codes: CodeSystem) -> dict[Code, Suggestion]:
    """For every redundant code the strongest of the codes that make it so and stay."""
    if len(family) < 2:
        return {}
    scopes = {s.code.value: scope(s.code.value, codes) for s in family}
    above = {
        general.code: [s for s in family if _supersedes(s, general, scopes, codes)]
        for general in family
    }
    stay = {code for code, specials in above.items() if not specials}
    heirs = {}
    for code, specials in above.items():
        lasting = [s for s in specials if s.code in stay]
        if lasting:
            heirs[code] = min(lasting, key=strength)
    return heirs


def _supersedes(
    special: Suggestion, general: Suggestion, scopes: dict[str, str | None], codes: CodeSystem
) -> bool:
    one, other = special.code.value, general.code.value
    if accepted(special) and _denies(other, one, codes):
        return True
    width, own = scopes[other], scopes[one]
    if width is None or not one.startswith(width) or condition(one) == condition(other):
        return False
    if own is not None and len(own) <= len(width):
        return False
    named = sides(other, codes)
    if named and named != sides(one, codes):
        return False
    if accepted(special):
        return _same_kind(one, other, width, codes) or _overlap(special, general)
    if accepted(general) or special.probability < general.probability:
        return False
    return _overlap(special, general)


def _denies(one: str, other: str, codes: CodeSystem) -> bool:
    """Whether one code says of a condition that it is without what the other has with it."""
    return (
        not denied(one, codes).isdisjoint(stem(other, codes))
        and stem(one, codes) <= stem(other, codes)
        and sides(one, codes) == sides(other, codes)
    )


def _same_kind(one: str, other: str, width: str, codes: CodeSystem) -> bool:
    """Whether the general code names what its whole scope does, or what the special one does."""
    general, whole = stem(other, codes), title_words(width, codes)
    if general == whole or general <= title_words(one, codes):
        return True
    return other.startswith("R") and general <= whole


def _overlap(one: Suggestion, other: Suggestion) -> bool:
    return any(a.span.overlaps(b.span) for a in counting(one) for b in counting(other))


@dataclass(frozen=True, slots=True)
class LongestWords:
    """Rejects a code all of whose words lie inside longer words that another code rests on.

    "Chest wall pain" is not also "pain", "diabetic retinopathy" not also "retinopathy". What the
    tabular list wants beside the longer code, and a second disease joined by "with", "and" or
    "due to", stays.
    """

    id: str = "specificity.words"
    citation: str = f"{GUIDELINES}, Sections I.B.1, I.B.2 and I.B.9"

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Compare the evidence of the codes sentence by sentence."""
        if codes.system is not System.ICD10CM:
            return draft
        sentences = Sentences(reading)
        near: dict[Span, list[tuple[Span, Suggestion]]] = {}
        diagnoses = [s for s in draft.suggestions if is_diagnosis(s) and s.code.value in codes]
        for suggestion in diagnoses:
            for piece in counting(suggestion):
                near.setdefault(sentences.at(piece.span), []).append((piece.span, suggestion))
        gone: dict[Code, Reason] = {}
        for inner in diagnoses:
            pieces = counting(inner)
            if pieces and all(
                any(
                    _absorbs(outer, span, inner, piece, reading, codes)
                    for span, outer in near[sentences.at(piece.span)]
                )
                for piece in pieces
            ):
                gone[inner.code] = Reason.SUPERSEDED
        return reject_all(draft, gone)


def _absorbs(
    outer: Suggestion,
    span: Span,
    inner: Suggestion,
    piece: Evidence,
    reading: Reading,
    codes: CodeSystem,
) -> bool:
    """Whether the longer words of one code leave the shorter ones of another nothing to say."""
    if outer.code == inner.code or span == piece.span or not span.contains(piece.span):
        return False
    if not outranks(outer, inner):
        return False
    one, other = outer.code.value, inner.code.value
    if other.startswith(_CIRCUMSTANCES) and category(one) != category(other):
        return False
    if any(n.covers(other) for n in goes_before(one, codes)):
        return False
    if any(n.covers(one) for n in goes_after(other, codes)):
        return False
    text = reading.note.text
    around = f"{text[span.start : piece.span.start]} {text[piece.span.end : span.end]}"
    if other.startswith("R") or not _JOINED.search(around):
        return True
    return codes.excludes1(one, other) is not None
