"""Measures and numbers in a stretch of text: lengths in cm, areas in square cm, minutes, years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coding.types import Span

_N = r"(?:\d+(?:\.\d+)?|\.\d+)"
_UNIT = r"(?:cm|mm|centimet(?:er|re)s?|millimet(?:er|re)s?)"
_BY = rf"(?:\s*{_UNIT})?\s*(?:x|\u00d7|by)\s*"
# "2 to 3 cm" counts as 2: of a range the lower end is sure.
_LENGTH = re.compile(
    rf"(?<![\d.])({_N})(?:\s*(?:-|–|to)\s*{_N})?(?:{_BY}({_N}))?(?:{_BY}{_N})?"
    rf"\s*-?\s*({_UNIT})\b(?!\s*(?:2\b|²|sq))",
    re.I,
)
_AREA = re.compile(
    rf"(?<![\d.])({_N})\s*(?:(?:sq\.?|square)\s*({_UNIT})|({_UNIT})\s*(?:2\b|²|squared\b))", re.I
)
_MARGIN_AFTER = re.compile(r"[\s-]*(?:(?!includ|with|plus)\w+\s+){0,2}margins?\b", re.I)
_MARGIN_BEFORE = re.compile(r"\bmargins?\s+(?:(?:of|were|was|are|is)\s+)?$", re.I)
_INCLUDED = re.compile(r"\bincluding\s+(?:the\s+)?margins\b", re.I)
_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
NUMBERS = {word: value for value, word in enumerate(_WORDS, 1)}
_HOW_MANY = rf"(?:{_N}|an|half an|{'|'.join(NUMBERS)})"
_HOURS = r"(?:hours?|hrs?|h)\b"
_MINUTES = r"(?:minutes?|mins?)\b"
_TIME = re.compile(
    rf"\b({_HOW_MANY})(?:\s*(?:-|–|to)\s*{_N})?[\s-]*{_HOURS}"
    rf"(?:,?\s*(?:and\s*)?({_N})[\s-]*{_MINUTES})?"
    rf"|\b({_HOW_MANY})(?:\s*(?:-|–|to)\s*{_N})?[\s-]*{_MINUTES}",
    re.I,
)
_CLOCK = re.compile(
    r"\b(\d{1,2}):(\d\d)\s*([ap])?\.?m?\.?\s*(?:-|–|to|until|through)\s*"
    r"(\d{1,2}):(\d\d)\s*([ap])?\.?m?\b",
    re.I,
)
_AGE = re.compile(r"\b(\d{1,3})[\s-]*(?:(?:years?|yrs?)[\s-]*old|y/?o)\b", re.I)
_MONTHS_OLD = re.compile(r"\b(\d{1,2})[\s-]*months?[\s-]*old\b", re.I)
_HALF_DAY, _DAY = 720, 1440


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and the words that state it."""

    value: float
    span: Span


def lengths(text: str, within: Span) -> tuple[Amount, ...]:
    """Lengths in cm; of "2 x 1 cm" the larger. A width of margins counts twice on top of each.

    A lesion is measured with the margins it was cut out with, on both sides.
    """
    plain: list[Amount] = []
    margins: list[Amount] = []
    for match in _LENGTH.finditer(text, within.start, within.end):
        size = max(float(n) for n in match.groups()[:2] if n) * _cm(match[3])
        amount = Amount(size, Span(*match.span()))
        (margins if _is_margin(text, match, within) else plain).append(amount)
    if not margins or _INCLUDED.search(text, within.start, within.end):
        return tuple(plain)
    width = min(margins, key=lambda m: m.value)
    return tuple(_widened(amount, width) for amount in plain)


def areas(text: str, within: Span) -> tuple[Amount, ...]:
    """Areas in square cm; "4 x 5 cm" is 20."""
    found = []
    for match in _AREA.finditer(text, within.start, within.end):
        scale = _cm(match[2] or match[3]) ** 2
        found.append(Amount(float(match[1]) * scale, Span(*match.span())))
    for match in _LENGTH.finditer(text, within.start, within.end):
        if match[2]:
            area = float(match[1]) * float(match[2]) * _cm(match[3]) ** 2
            found.append(Amount(area, Span(*match.span())))
    return tuple(found)


def minutes(text: str, within: Span) -> tuple[Amount, ...]:
    """Durations in minutes: "1 hour 30 minutes", "over 2 hours", "10:05 to 11:45"."""
    return (*_durations(text, within), *_clocks(text, within))


def age_years(text: str) -> Amount | None:
    """The first age that a text states, in years; months as their share of a year."""
    found = [
        Amount(float(match[1]) / parts, Span(*match.span()))
        for pattern, parts in ((_AGE, 1), (_MONTHS_OLD, 12))
        if (match := pattern.search(text))
    ]
    return min(found, key=lambda amount: amount.span, default=None)


def number(word: str) -> int | None:
    """The value of a small whole number in digits or words, from 1 to 99."""
    lower = word.lower()
    if lower in NUMBERS:
        return NUMBERS[lower]
    return int(lower) if lower.isdecimal() and 0 < int(lower) < 100 else None


def _cm(unit: str) -> float:
    return 0.1 if unit.lower().startswith("m") else 1.0


def _is_margin(text: str, match: re.Match[str], within: Span) -> bool:
    before = text[max(within.start, match.start() - 20) : match.start()]
    return bool(_MARGIN_AFTER.match(text, match.end()) or _MARGIN_BEFORE.search(before))


def _widened(amount: Amount, width: Amount) -> Amount:
    start = min(amount.span.start, width.span.start)
    end = max(amount.span.end, width.span.end)
    return Amount(round(amount.value + 2 * width.value, 3), Span(start, end))


def _durations(text: str, within: Span) -> Iterator[Amount]:
    for match in _TIME.finditer(text, within.start, within.end):
        hours, further, alone = match.groups()
        value = _how_many(hours) * 60 if hours else _how_many(alone)
        yield Amount(value + (float(further) if further else 0), Span(*match.span()))


def _how_many(words: str) -> float:
    lower = words.lower()
    if lower in ("an", "half an"):
        return 1.0 if lower == "an" else 0.5
    return float(NUMBERS[lower]) if lower in NUMBERS else float(lower)


def _clocks(text: str, within: Span) -> Iterator[Amount]:
    for match in _CLOCK.finditer(text, within.start, within.end):
        began = _minute(match[1], match[2], match[3])
        ended = _minute(match[4], match[5], match[6])
        marked = match[3] or match[6]
        if ended <= began:
            ended += _HALF_DAY if not marked and ended + _HALF_DAY > began else _DAY
        yield Amount(float(ended - began), Span(*match.span()))


def _minute(hour: str, minute: str, half: str | None) -> int:
    clock = int(hour) % 12 + 12 * (half.lower() == "p") if half else int(hour)
    return clock * 60 + int(minute)
