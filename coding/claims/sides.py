"""Right, left or both sides: RT, LT and 50, on codes of paired anatomy only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from codesets.words import normalise
from coding.claims.grants import CMS_CLAIMS, HCPCS_MODIFIERS, Grant
from coding.claims.scene import (
    BACKGROUND_LABELS,
    DIAGNOSIS_LABELS,
    PROCEDURE_LABELS,
    Scene,
)
from coding.types import Span, Suggestion, System


class Side(StrEnum):
    """A side of the body, or both."""

    RIGHT = "right"
    LEFT = "left"
    BOTH = "both"


# Further from the words of a procedure, a side belongs to something else.
_REACH = 90
_MAJORITY = 0.8
_PARTS = (
    "knee|hip|shoulder|ankle|wrist|elbow|hand|foot|eye|ear|breast|arm|leg|thumb|finger|index|toe"
    "|great|heel|thigh|forearm|flank|groin|lung|kidney|ovary|testis|testicle|carotid|femur|tibia"
)
_PLURALS = (
    "(?:sides|knees|hips|shoulders|ankles|wrists|elbows|hands|feet|eyes|ears|breasts|arms|legs|heels"
    "|thighs|forearms|groins|lungs|kidneys|ureters|ovaries|tubes|testes|testicles|lids|eyelids"
    "|tonsils|turbinates|nostrils|great|index|thumbs|upper|lower|lateral|carotid)"
)
_SIDES = re.compile(
    rf"""(?P<both>\b(?:bilateral(?:ly)?|both\ (?:\w+\ )?{_PLURALS}
        |right\ and\ left|left\ and\ right|right\ then\ left)\b
      |\bsame\ (?:procedure|technique|fashion|manner)\b[^.]{{0,40}}\b(?:opposite|other)\b
      |\b(?:opposite|contralateral)\ (?:side|ear|eye|knee|hip|tube|tympanostomy|procedure)\b)
    |(?P<right>\bright(?:-sided)?\b|\brt\b\.?|\bR(?=\ (?:{_PARTS})))
    |(?P<left>\bleft(?:-sided)?\b|\blt\b\.?(?!\w)|\bL(?=\ (?:{_PARTS})))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EYES = re.compile(r"(?P<both>\bO\.?U\b)|(?P<right>\bO\.?D\b)|(?P<left>\bO\.?S\b)")
# "Was left in place", "left lateral decubitus", "right-handed", "right away" tell of no side.
_NO_SIDE_AFTER = re.compile(
    r"[\s-]*(?:in\s+place|in\s+situ|in\s+the|at\s+the|open\b|to\s+heal|behind|intact|with\s+a\b|alone"
    r"|the\s+(?:operating|room|hospital)|lateral\s+(?:decubitus|position|recumbent)"
    r"|decubitus|hand(?:ed|\s+dominant)|side\s+(?:up|down|while)|away|now|atri|ventric(?!ul(?:ostomy|ar))"
    r"|heart|before|after|upper\s+quadrant|lower\s+quadrant|femoral\s+(?:artery|vein)\s+access"
    r"|internal\s+mammary|anterior\s+descending|circumflex|coronary|main\b|colon\b)",
    re.IGNORECASE,
)
_VERB = frozenset({"was", "were", "is", "be", "been", "being", "are", "had", "has", "she", "he"})


@dataclass(frozen=True, slots=True)
class Sided:
    """A side and the words that name it."""

    side: Side
    spans: tuple[Span, ...]


def side_grants(scene: Scene, suggestion: Suggestion) -> Iterator[Grant]:
    """RT, LT or 50 where the note names the side of a procedure on paired anatomy.

    Both sides are one line with 50 (chapter 12, 40.7), imaging too; a payer that wants two lines
    takes RT and LT. Supplies and orthoses, which have no 50, take RT and LT.
    """
    found = side_of(scene, suggestion)
    if found is None:
        return
    if found.side is Side.RIGHT:
        yield Grant("RT", "right side", found.spans, HCPCS_MODIFIERS)
    elif found.side is Side.LEFT:
        yield Grant("LT", "left side", found.spans, HCPCS_MODIFIERS)
    elif suggestion.code.system is System.HCPCS:
        yield Grant("RT", "both sides, a line each", found.spans, HCPCS_MODIFIERS)
        yield Grant("LT", "both sides, a line each", found.spans, HCPCS_MODIFIERS)
    else:
        why = "both sides, on one line; payers that want two lines take RT and LT"
        yield Grant("50", why, found.spans, f"{CMS_CLAIMS}, 40.7")


def side_of(scene: Scene, suggestion: Suggestion) -> Sided | None:
    """The side by its own words, else their sentence, else title and diagnosis, else the note."""
    own = scene.own(suggestion)
    return (
        _agreed(mentions(scene, span) for span in own)
        or next((near[0] for span in own if (near := _nearest(scene, span))), None)
        or _of_the_title(scene, suggestion)
        or _of_the_note(scene)
    )


def mentions(scene: Scene, stretch: Span) -> tuple[Sided, ...]:
    """The sides named in a stretch of the note, in order."""
    found = list(_matches(scene, _SIDES, stretch))
    if scene.of_the_eye:
        found += _matches(scene, _EYES, stretch)
    return tuple(sorted(found, key=lambda sided: sided.spans))


def _matches(scene: Scene, pattern: re.Pattern[str], stretch: Span) -> Iterator[Sided]:
    text = scene.text
    for match in scene.matches(pattern, stretch):
        if match.lastgroup != "both" and _no_side(text, match):
            continue
        yield Sided(Side(str(match.lastgroup)), (Span(*match.span()),))


def _no_side(text: str, match: re.Match[str]) -> bool:
    """Whether "left" is a verb here or the side is that of a posture."""
    if _NO_SIDE_AFTER.match(text, match.end()):
        return True
    before = text[max(0, match.start() - 16) : match.start()]
    previous = before.split()[-1:] or [""]
    if match.lastgroup == "left" and previous[0].lower() in _VERB:
        return True
    return previous[0].lower() in ("all", "just")


def _agreed(groups: Iterable[tuple[Sided, ...]]) -> Sided | None:
    """What the mentions say together: right and left are both."""
    found = [sided for group in groups for sided in group]
    if not found:
        return None
    sides = {sided.side for sided in found}
    spans = tuple(sorted({span for sided in found for span in sided.spans}))
    if Side.BOTH in sides or len(sides) > 1:
        return Sided(Side.BOTH, spans)
    return Sided(sides.pop(), spans)


def _nearest(scene: Scene, span: Span) -> tuple[Sided, ...]:
    """The side in the sentence of the words that stands nearest to them."""
    sentence = scene.sentence(span)
    near = Span(max(sentence.start, span.start - _REACH), min(sentence.end, span.end + _REACH))
    found = mentions(scene, near)
    return tuple(sorted(found, key=lambda sided: _distance(sided.spans[0], span))[:1])


def _distance(one: Span, other: Span) -> int:
    """Characters between two spans; 0 where they touch or overlap."""
    return max(0, one.start - other.end, other.start - one.end)


def _of_the_title(scene: Scene, suggestion: Suggestion) -> Sided | None:
    """The side in the lines of the title that share words with the procedure, else its only one."""
    for labels in (frozenset({"procedure"}), PROCEDURE_LABELS, DIAGNOSIS_LABELS):
        named = [
            (line, found)
            for body in scene.sections(labels)
            for line in _lines(scene, body)
            if (found := mentions(scene, line))
        ]
        words = (suggestion.display, *(span.of(scene.text) for span in scene.own(suggestion)))
        wanted = frozenset[str]().union(*map(_stems, words))
        akin = [found for line, found in named if wanted & _stems(line.of(scene.text))]
        sided = _agreed(akin) or _unanimous([s for _, found in named for s in found])
        if sided is not None:
            return sided
    return None


def _lines(scene: Scene, body: Span) -> Iterator[Span]:
    """The sentences of a section, each cut at its line ends and numbers."""
    for match in re.finditer(r"(?:(?!\n|\b\d[.)]\s|;\s).)+", body.of(scene.text)):
        yield Span(body.start + match.start(), body.start + match.end())


def _stems(words: str) -> frozenset[str]:
    return frozenset(t.stem for t in normalise(words) if len(t.stem) > 3) - _COMMON


_COMMON = frozenset(
    {"right", "left", "bilater", "procedur", "oper", "with", "side", "remov", "repair", "excis"}
)


def _of_the_note(scene: Scene) -> Sided | None:
    """The side that nearly all of the note names, its background apart."""
    found = [
        sided
        for section in scene.reading.sections
        if section.label not in BACKGROUND_LABELS and section.label != "physical_exam"
        for sided in mentions(scene, section.body)
    ]
    sides = [sided.side for sided in found]
    for side in (Side.RIGHT, Side.LEFT):
        if len(sides) > 1 and sides.count(side) >= _MAJORITY * len(sides):
            return _unanimous([sided for sided in found if sided.side is side][:3])
    return None


def _unanimous(found: list[Sided]) -> Sided | None:
    """The one side that all mentions name, None where they differ or there are none."""
    return _agreed([tuple(found)]) if len({sided.side for sided in found}) == 1 else None
