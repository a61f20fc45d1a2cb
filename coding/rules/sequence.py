"""The order of the accepted diagnoses on the claim, and which of them leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coding.protocols import CodeSystem
from coding.rules._draft import GUIDELINES, accepted, between, category, counting, is_diagnosis
from coding.rules.notes import goes_after, goes_before
from coding.types import Claim, Draft, Note, Reading, Role, Setting, Suggestion, System

FIRST_ONLY = (
    *("Z00", "Z01", "Z02", "Z04", "Z33.2", "Z31.81", "Z31.82", "Z31.83", "Z31.84", "Z34", "Z38"),
    *("Z39", "Z40", "Z42", "Z51.0", "Z51.1", "Z52", "Z76.1", "Z76.2", "Z99.12"),
)
"""Z codes that may only be first-listed (Section I.C.21.c.16)."""

ENCOUNTERS = (
    *("Z03", "Z05", "Z08", "Z09", "Z11", "Z12", "Z13", "Z30", "Z31", "Z32", "Z36", "Z41"),
    *("Z43", "Z44", "Z45", "Z46", "Z47", "Z48", "Z49", "Z51", "Z71"),
)
"""Z codes that name the reason for an encounter and take their place among the diagnoses."""

FINAL_SECTIONS = (
    ("postoperative_diagnosis",),
    ("discharge_diagnosis",),
    ("diagnosis",),
    ("assessment", "assessment_plan", "impression"),
    ("preoperative_diagnosis", "admission_diagnosis", "indications"),
    ("chief_complaint",),
    ("history_present_illness", "hospital_course", "subjective"),
)
"""Section labels from the most final statement of what was treated to the least."""

_RANKS = {label: rank for rank, labels in enumerate(FINAL_SECTIONS) for label in labels}
_COMPLAINT = _RANKS["chief_complaint"]

_ETIOLOGIES = (
    (("E08", "E09", "E10", "E11", "E13"), ("N18", "L97", "L98.4", "H36", "I70", "K31.84", "M86")),
    (("I11", "I12", "I13"), ("I50", "N18")),
)
"""Combination code before the codes that detail it, where the notes might be missing."""

_ENCOUNTER, _PREGNANCY, _DISEASE, _STATUS, _EXTERNAL = range(5)


@dataclass(frozen=True, slots=True)
class Sequencing:
    """Numbers the accepted diagnoses from 1 and gives each its role."""

    id: str = "sequence"
    citation: str = (
        f"{GUIDELINES}, Sections I.A.13, I.A.17, I.C.15.a, I.C.20.a, I.C.21.c.16, II.A and IV.G"
    )

    def apply(self, draft: Draft, reading: Reading, codes: CodeSystem) -> Draft:
        """Order by kind, then by where the note concludes, etiology before manifestation."""
        if codes.system is not System.ICD10CM:
            return draft
        chosen = [s for s in draft.suggestions if is_diagnosis(s) and accepted(s)]
        order = {s.code: n for n, s in enumerate(_ordered(chosen, codes), 1)}
        lead = leading_role(reading.note)
        numbered = []
        for suggestion in draft.suggestions:
            if is_diagnosis(suggestion):
                place = order.get(suggestion.code)
                role = lead if place == 1 else Role.SECONDARY
                suggestion = replace(suggestion, sequence=place, role=role)
            numbered.append(suggestion)
        return replace(draft, suggestions=tuple(numbered))


def leading_role(note: Note) -> Role:
    """What the first diagnosis is called: principal on the claims of inpatient facilities."""
    if note.setting is Setting.INPATIENT and note.claim_type is Claim.FACILITY:
        return Role.PRINCIPAL
    return Role.FIRST_LISTED


Key = tuple[int, int, bool, int, str]


def _ordered(chosen: list[Suggestion], codes: CodeSystem) -> list[Suggestion]:
    """Smallest key first, but nothing before what must precede it."""
    before = _precedence(chosen, codes)
    keys = _lifted({s.code.value: _key(s) for s in chosen}, before)
    earlier: dict[str, set[str]] = {}
    for one, other in before:
        earlier.setdefault(other, set()).add(one)
    waiting = {s.code.value: s for s in chosen}
    ordered = []
    while waiting:
        free = [v for v in waiting if waiting.keys().isdisjoint(earlier.get(v, ()))]
        # Notes that put two codes before each other leave none free: the key alone decides.
        value = min(free or waiting, key=lambda v: keys[v])
        ordered.append(waiting.pop(value))
    return ordered


def _lifted(keys: dict[str, Key], before: set[tuple[str, str]]) -> dict[str, Key]:
    """Keys in which a manifestation named first brings its etiology forward to its own place."""
    keys = dict(keys)
    changed = True
    while changed:
        changed = False
        for one, other in sorted(before):
            own, target = keys[one], keys[other]
            if own[0] == target[0] and target[:-1] < own[:-1]:
                keys[one] = (*target[:-1], own[-1])
                changed = True
    return keys


def _precedence(chosen: list[Suggestion], codes: CodeSystem) -> set[tuple[str, str]]:
    """Pairs (earlier, later) that the notes or the etiology/manifestation convention demand."""
    values = [s.code.value for s in chosen]
    pairs: set[tuple[str, str]] = set()
    for value in values:
        for note in goes_after(value, codes):
            pairs |= {(other, value) for other in values if note.covers(other)}
        for note in goes_before(value, codes):
            pairs |= {(value, other) for other in values if note.covers(other)}
        for etiologies, manifestations in _ETIOLOGIES:
            if value.startswith(etiologies):
                pairs |= {(value, other) for other in values if other.startswith(manifestations)}
    return {
        (one, other)
        for one, other in pairs
        if category(one) != category(other) and _band(one) <= _band(other)
    }


def _key(suggestion: Suggestion) -> Key:
    """Kind of code; the most final section that names it, what the patient came for first; place.

    The reason for the encounter leads (IV.G) where the conclusions name it too. Where two codes
    may only be first, the general examination (Z00) goes before the special one.
    """
    value = suggestion.code.value
    if _band(value) == _ENCOUNTER:
        return (_ENCOUNTER, 0, False, 0, value)
    places = [(_finality(e.section), e.span.start) for e in counting(suggestion)]
    section, start = min(places, default=(len(FINAL_SECTIONS), 0))
    came_for = section < _COMPLAINT and any(rank == _COMPLAINT for rank, _ in places)
    return (_band(value), section, not came_for, start, value)


def _finality(label: str) -> int:
    """The rank of a section among the final statements; those that are none share the last."""
    return _RANKS.get(label, len(FINAL_SECTIONS))


def _band(value: str) -> int:
    """The kind of code, in the order in which kinds go on a claim."""
    if between(value, "V00", "Y99"):
        return _EXTERNAL
    if value.startswith(FIRST_ONLY):
        return _ENCOUNTER
    if value.startswith("O"):
        return _PREGNANCY
    if value.startswith("Z"):
        return _DISEASE if value.startswith(ENCOUNTERS) else _STATUS
    # Symptoms that a diagnosis explains are gone by now: the others go where the note lists them.
    return _DISEASE
