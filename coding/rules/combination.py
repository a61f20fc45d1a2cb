"""One code for two conditions: how combination codes are put together and what they replace.

Section I.B.9: a combination code is reported where it identifies both conditions, and multiple
codes are not reported in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coding.protocols import CodeSystem
from coding.rules._draft import (
    Sentences,
    accepted,
    counting,
    has_step,
    is_diagnosis,
    outranks,
    reject_all,
    rule_step,
    strength,
    union,
)
from coding.types import Code, Decision, Draft, Reason, Role, Suggestion, System

_UNRELATED = (
    r"\b(?:not\s+(?:felt\s+to\s+be\s+|thought\s+to\s+be\s+|likely\s+)?"
    r"(?:due|related|secondary|attributable|attributed|owing)\s+to|not\s+caused\s+by"
    r"|unrelated\s+to|not\s+from|independent\s+of)\b[^.;\n]{0,30}?"
)


@dataclass(frozen=True, slots=True)
class Combination:
    """What to report in one code: `value` for `parts`, in the place of `replaced`."""

    value: str
    parts: tuple[Suggestion, ...]
    replaced: tuple[Suggestion, ...]


def diagnoses(draft: Draft, *prefixes: str) -> list[Suggestion]:
    """The diagnoses still suggested whose code has one of the prefixes, the strongest first."""
    found = [s for s in draft.suggestions if is_diagnosis(s) and s.code.value.startswith(prefixes)]
    return sorted(found, key=strength)


def report(draft: Draft, new: Combination, rule_id: str, citation: str, codes: CodeSystem) -> Draft:
    """Put in the combination code and reject as superseded what it replaces.

    The code gets the evidence of all parts, the lowest of their probabilities, and is accepted
    only if all parts are. A code that was suggested already keeps the better of what it had. What
    is accepted is replaced only by what is accepted.
    """
    if new.value not in codes or not codes.billable(new.value):
        return draft
    known = next(iter(diagnoses_exactly(draft, new.value)), None)
    if known is not None and (known in new.parts or has_step(known, rule_id)):
        return _supersede(draft, known, new.replaced)
    combined = _combined(new, known, rule_id, citation, codes)
    rejected = tuple(r for r in draft.rejected if r.code != combined.code)
    draft = replace(draft, rejected=rejected).put(combined)
    return _supersede(draft, combined, new.replaced)


def _supersede(draft: Draft, by: Suggestion, parts: Iterable[Suggestion]) -> Draft:
    gone = {
        part.code: Reason.SUPERSEDED
        for part in parts
        if part.code != by.code and outranks(by, part)
    }
    return reject_all(draft, gone)


def diagnoses_exactly(draft: Draft, value: str) -> list[Suggestion]:
    """The suggestion of just this diagnosis code, if any."""
    return [s for s in draft.suggestions if is_diagnosis(s) and s.code.value == value]


def _combined(
    new: Combination, known: Suggestion | None, rule_id: str, citation: str, codes: CodeSystem
) -> Suggestion:
    parts = new.parts if known is None else (*new.parts, known)
    probability = min(part.probability for part in new.parts)
    sure = all(accepted(part) for part in new.parts)
    auto = all(part.auto for part in new.parts)
    if known is not None:
        probability = max(probability, known.probability)
        sure = sure or accepted(known)
        auto = auto or known.auto
    evidence = union(parts)
    steps = dict.fromkeys(step for part in parts for step in part.proof)
    step = rule_step(rule_id, citation, (e for e in evidence if e.weight > 0))
    return Suggestion(
        code=Code(System.ICD10CM, new.value),
        display=codes.title(new.value),
        probability=round(probability, 4),
        decision=Decision.ACCEPT if sure else Decision.REVIEW,
        auto=auto and sure,
        role=Role.SECONDARY,
        sequence=None,
        evidence=evidence,
        proof=(*steps, step),
        alternatives=known.alternatives if known else (),
    )


def unrelated_pattern(condition: str) -> re.Pattern[str]:
    """What a note says where it denies that something comes from the condition.

    `condition` is a regular expression for the condition's names.
    """
    return re.compile(f"{_UNRELATED}(?:{condition})", re.I)


def said_unrelated(
    parts: Sequence[Suggestion], denial: re.Pattern[str], sentences: Sentences
) -> bool:
    """Whether a sentence that supports one of the parts denies the relation."""
    places = {sentences.at(e.span) for part in parts for e in counting(part)}
    return any(denial.search(sentences.text(place)) for place in places)
