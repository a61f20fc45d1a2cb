"""Modifiers that words of the note call for: codesets/linkage/cues.tsv."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codesets.linkage import ModifierCue
from coding.claims.grants import CPT_MODIFIERS, Grant
from coding.claims.scene import Scene
from coding.lookup import Lookup
from coding.types import Assertion, Claim, Setting, Span, Suggestion

# Of each group a claim line has one at most.
GROUPS = (
    ("24",),
    ("78", "58", "79"),
    ("77", "76", "91"),
    ("53", "52"),
    ("62", "82", "80"),
    ("95", "93"),
    ("TC", "26"),
)
_WHY = {
    "24": "unrelated to the operation in whose global period it falls",
    "26": "reading alone",
    "52": "not done in full",
    "53": "stopped, or tried without success",
    "58": "planned or further step of an earlier operation",
    "62": "the author was one of two surgeons",
    "76": "done again by the same practitioner",
    "77": "done again by another practitioner",
    "78": "unplanned return to the operating room",
    "79": "unrelated to the earlier operation",
    "80": "the author assisted",
    "82": "the author assisted, no resident being available",
    "91": "test done again the same day",
    "93": "by sound alone",
    "95": "by live video",
    "TC": "equipment and staff alone",
}
_ASSISTANTS = re.compile(r"\b(?:physician assistant|PA(?:-C)?|NP|nurse practitioner|CNS)\b")
_READ = re.compile(
    r"\b(?:interpret\w+|reviewed by me|my (?:read|review|interpretation)|showed|shows|revealed"
    r"|demonstrat\w+|normal|confirm\w+|perform\w+|used|guidance|indicat\w+)\b",
    re.IGNORECASE,
)
_TELEHEALTH_BY_NAME = ("98000", "98016")
"""Codes from the first to the second say themselves that the visit was by video or telephone."""


def cued_grants(scene: Scene, suggestion: Suggestion) -> Iterator[Grant]:
    """The modifiers whose words stand near enough, one of each group."""
    for group in GROUPS:
        grant = next(_of_group(scene, suggestion, group), None)
        if grant is not None:
            yield grant
    yield from _read_in_hospital(scene, suggestion)


def _of_group(scene: Scene, suggestion: Suggestion, group: tuple[str, ...]) -> Iterator[Grant]:
    kinds = scene.kinds(suggestion)
    for modifier in group:
        for cue in scene.linkage.cues(modifier):
            if not fits(cue, kinds):
                continue
            if modifier in ("93", "95") and _says_it_itself(suggestion):
                continue
            if (found := find_cue(scene, suggestion, cue)) is not None:
                yield Grant(_assistant(scene, modifier), _WHY[modifier], (found,), CPT_MODIFIERS)


def fits(cue: ModifierCue, kinds: frozenset[str]) -> bool:
    """Whether a modifier goes on codes of these kinds."""
    return not cue.kinds.isdisjoint(kinds) or ("any" in cue.kinds and "visit" not in kinds)


def find_cue(scene: Scene, suggestion: Suggestion, cue: ModifierCue) -> Span | None:
    """The words of a cue where they may stand, if the note states them of this encounter."""
    if not scene.may_have(cue):
        return None
    for stretch in scene.around(suggestion, cue.where):
        for match in scene.matches(cue.pattern, stretch):
            span = Span(*match.span())
            if stated(scene.lookup, span):
                return span
    return None


def stated(lookup: Lookup, span: Span) -> bool:
    """Whether words are neither negated nor past nor only possible."""
    barred = {Assertion.NEGATED, Assertion.HISTORICAL, Assertion.HYPOTHETICAL, Assertion.FAMILY}
    return not barred & set(lookup.assertions(span))


def _says_it_itself(suggestion: Suggestion) -> bool:
    first, last = _TELEHEALTH_BY_NAME
    return first <= suggestion.code.value <= last


def _assistant(scene: Scene, modifier: str) -> str:
    """AS in the place of 80 and 82 where the author is no physician."""
    role = scene.reading.note.author_role or ""
    return "AS" if modifier in ("80", "82") and _ASSISTANTS.search(role) else modifier


def _read_in_hospital(scene: Scene, suggestion: Suggestion) -> Iterator[Grant]:
    """26 on a study read where the hospital owns the equipment: its facility claims the rest.

    Not on the claim of the facility, nor for studies in an office, where both parts are its own.
    """
    note = scene.reading.note
    if note.claim is Claim.FACILITY or "imaging" not in scene.kinds(suggestion):
        return
    surgery = scene.operative
    if note.setting is Setting.OUTPATIENT and not surgery:
        return
    for sentence in scene.sentences(suggestion):
        match = next(iter(scene.matches(_READ, sentence)), None)
        if match is not None:
            place = "in surgery" if surgery else f"in the {note.setting} setting of a hospital"
            yield Grant("26", f"read {place}", (Span(*match.span()),), CPT_MODIFIERS)
            return
