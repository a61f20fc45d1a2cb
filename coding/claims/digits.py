"""The exact place: fingers (FA - F9), toes (TA - T9), eyelids (E1 - E4), coronary arteries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from coding.claims.grants import HCPCS_MODIFIERS, Grant
from coding.claims.scene import PROCEDURE_LABELS, Scene
from coding.claims.sides import Side, mentions, side_of
from coding.types import Span, Suggestion

FINGERS = ("FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9")
TOES = ("TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9")
"""Modifiers from the left thumb (great toe) to the right little finger (little toe)."""

_ORDER = (
    ("thumb", "great", "big", "hallux", "first", "1st"),
    ("index", "pointer", "second", "2nd"),
    ("middle", "long", "third", "3rd"),
    ("ring", "fourth", "4th"),
    ("small", "little", "pinky", "pinkie", "fifth", "5th"),
)
_NAMES: Mapping[str, int] = {name: place for place, names in enumerate(_ORDER) for name in names}
_FINGER = re.compile(
    r"\b(?:(?P<lone>thumb|pinky|pinkie)s?|(?P<name>index|pointer|middle|long|ring|small|little"
    r"|second|third|fourth|fifth|2nd|3rd|4th|5th)\s+(?:trigger\s+)?(?:finger|digit|fingertip)s?"
    r"|(?P<shy>index|ring)\b(?=\s+(?:finger|trigger|PIP|DIP|MCP|A1)))",
    re.IGNORECASE,
)
_TOE = re.compile(
    r"\b(?:(?P<lone>hallux)|(?P<name>great|big|first|second|third|fourth|fifth|little|small"
    r"|1st|2nd|3rd|4th|5th)\s+(?:hammer\s*)?(?:toe(?:nail)?|digit)s?)\b",
    re.IGNORECASE,
)
_LID = re.compile(r"\b(?P<name>upper|lower)\s+(?:eye)?lids?\b", re.IGNORECASE)
_LIDS = {
    (Side.LEFT, "upper"): "E1",
    (Side.LEFT, "lower"): "E2",
    (Side.RIGHT, "upper"): "E3",
    (Side.RIGHT, "lower"): "E4",
}
# The branches count as their artery; in the order of the modifiers' own list.
_ARTERIES = (
    ("LM", re.compile(r"\bleft\s+main\b", re.IGNORECASE)),
    ("LD", re.compile(r"\bLAD\b|(?i:\bleft\s+anterior\s+descending|\bdiagonal\b)")),
    ("LC", re.compile(r"\bLCX\b|\bLCx\b|\bOM\d?\b|(?i:\bcircumflex|\bobtuse\s+marginal)")),
    ("RC", re.compile(r"\bRCA\b|\bPDA\b|(?i:\bright\s+coronary|\bposterior\s+descending)")),
    ("RI", re.compile(r"(?i:\bramus\s+intermedi)")),
)
# A side belongs to a digit no further on.
_REACH = 30

Namer = Callable[[Side, str], tuple[str, ...]]


def finger_grants(scene: Scene, suggestion: Suggestion) -> tuple[Grant, ...]:
    """The fingers that the note names for a procedure."""
    return _grants(scene, suggestion, _FINGER, _digit(FINGERS))


def toe_grants(scene: Scene, suggestion: Suggestion) -> tuple[Grant, ...]:
    """The toes that the note names for a procedure."""
    return _grants(scene, suggestion, _TOE, _digit(TOES))


def eyelid_grants(scene: Scene, suggestion: Suggestion) -> tuple[Grant, ...]:
    """The lids that the note names for a procedure."""
    return _grants(scene, suggestion, _LID, _lid)


def coronary_grants(scene: Scene, suggestion: Suggestion) -> tuple[Grant, ...]:
    """The artery that the words of a coronary intervention name."""
    for stretches in _stretches(scene, suggestion):
        found = [
            Grant(modifier, "the artery treated", (Span(*match.span()),), HCPCS_MODIFIERS)
            for modifier, pattern in _ARTERIES
            for stretch in stretches
            if (match := pattern.search(scene.text, stretch.start, stretch.end))
        ]
        if found:
            return tuple({grant.modifier: grant for grant in found}.values())
    return ()


def _grants(
    scene: Scene, suggestion: Suggestion, pattern: re.Pattern[str], namer: Namer
) -> tuple[Grant, ...]:
    """The places named nearest: in the procedure's own words, their sentences, or the title."""
    for stretches in _stretches(scene, suggestion):
        found = {
            grant.modifier: grant
            for stretch in stretches
            for match in scene.matches(pattern, stretch)
            for grant in _of_match(scene, suggestion, match, namer)
        }
        if found:
            return tuple(found.values())
    return ()


def _stretches(scene: Scene, suggestion: Suggestion) -> Iterator[tuple[Span, ...]]:
    yield scene.own(suggestion)
    yield scene.sentences(suggestion)
    yield tuple(scene.sections(PROCEDURE_LABELS))


def _of_match(
    scene: Scene, suggestion: Suggestion, match: re.Match[str], namer: Namer
) -> Iterator[Grant]:
    name = next(group for group in match.groups() if group).lower()
    words = Span(*match.span())
    near = Span(max(0, words.start - _REACH), min(len(scene.text), words.end + _REACH))
    sides = mentions(scene, _cut(scene, near, words))
    sided = sides[0] if len({s.side for s in sides}) == 1 else side_of(scene, suggestion)
    if sided is None:
        return
    for modifier in namer(sided.side, name):
        spans = tuple(sorted({words, *sided.spans}))
        yield Grant(modifier, f"{sided.side} {name}", spans, HCPCS_MODIFIERS)


def _cut(scene: Scene, near: Span, words: Span) -> Span:
    """What of a stretch lies in the sentence of the words."""
    sentence = scene.sentence(words)
    return Span(max(near.start, sentence.start), min(near.end, sentence.end))


def _digit(modifiers: tuple[str, ...]) -> Namer:
    def named(side: Side, name: str) -> tuple[str, ...]:
        number = _NAMES[name]
        left, right = modifiers[number], modifiers[number + 5]
        return {Side.LEFT: (left,), Side.RIGHT: (right,), Side.BOTH: (left, right)}[side]

    return named


def _lid(side: Side, name: str) -> tuple[str, ...]:
    sides = (Side.LEFT, Side.RIGHT) if side is Side.BOTH else (side,)
    return tuple(_LIDS[one, name] for one in sides)
