"""Sentences of a clinical note, line by line: one pass, standard library only.

A sentence ends at its punctuation, at a blank line, before a bullet or numbered item, and at a
line's end unless the next line carries on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from coding.types import Span

MAX_SENTENCE_CHARS = 1000

_LINE = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_BULLET = re.compile(r"[ \t]*(?:[-*•·●▪◦‣–—>+]|\(?\d{1,2}[.)](?!\d)|\(?[A-Za-z]\)|#\d)")
_ITEM = re.compile(r"\d{1,2}[.)](?!\d)")
_INNER_BULLET = re.compile(r"[•●▪◦‣]")
# A line that ends in one of these, or in a comma, goes on in the next. "Fever: no" does not.
_GOES_ON = re.compile(
    r"(?i)(?:,|\b(?:a|an|and|as|at|by|due|for|from|her|his|in|is|not|of|on|or|the|their|to|"
    r"was|were|which|with|without|(?<![:–—-])(?<![:–—-] )no))[ \t]*\Z"
)
_END = re.compile(r"(?<![.!?])[.!?]++[\"'”’)\]]*(?:[ \t]*,(?=[ \t]*[A-Z])|(?=\s)|(?=[A-Z][a-z]))")
_WORD_BEFORE = re.compile(r"[^\s(,;:]+\Z")
_ABBREVIATIONS = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "jr",
        "sr",
        "vs",
        "v",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "etc",
        "approx",
        "appt",
        "dept",
        "pt",
        "pts",
        "hx",
        "dx",
        "rx",
        "tx",
        "sx",
        "fx",
        "no",
        "nos",
        "fig",
        "vol",
        "mg",
        "ml",
        "cc",
        "cm",
        "mm",
        "kg",
        "lb",
        "lbs",
        "oz",
        "ft",
        "min",
        "mins",
        "hr",
        "hrs",
        "wk",
        "wks",
        "mo",
        "mos",
        "yr",
        "yrs",
        "y.o",
        "b.i.d",
        "t.i.d",
        "q.i.d",
        "q.d",
        "q.h.s",
        "p.r.n",
        "p.o",
        "i.v",
        "i.m",
        "a.m",
        "p.m",
        "resp",
        "abd",
        "neg",
        "pos",
        "temp",
        "sat",
        "sats",
        "wt",
        "ht",
        "ext",
        "neuro",
        "lab",
        "labs",
    ]
)
# These are never the last word of a sentence, whatever follows.
_TITLES = frozenset(["dr", "mr", "mrs", "ms", "prof", "vs", "e.g", "i.e"])
_CLAUSE = re.compile(r"[;:,](?=\s)|\s")


def split_sentences(text: str, breaks: Iterable[int] = ()) -> tuple[Span, ...]:
    """The sentences of a text: sorted, disjoint, without space at their ends, none empty.

    Together they hold all text but space. None is longer than MAX_SENTENCE_CHARS. `breaks` are
    offsets that no sentence may cross, such as the ends of section titles.
    """
    cuts = sorted(set(breaks))
    at = 0
    found: list[Span] = []
    for block in _blocks(text):
        while at < len(cuts) and cuts[at] <= block.start:
            at += 1
        start = block.start
        while at < len(cuts) and cuts[at] < block.end:
            found.extend(_sentences(text, start, cuts[at]))
            start = cuts[at]
            at += 1
        found.extend(_sentences(text, start, block.end))
    return tuple(found)


def _blocks(text: str) -> Iterator[Span]:
    """Lines, each with those that carry it on."""
    start = end = -1
    for match in _LINE.finditer(text):
        line = match.group()
        if not line.strip():
            continue
        if start >= 0 and _carries_on(text, start, end, match.start(), line):
            end = match.end()
            continue
        if start >= 0:
            yield Span(start, end)
        start, end = match.span()
    if start >= 0:
        yield Span(start, end)


def _carries_on(text: str, start: int, end: int, line_start: int, line: str) -> bool:
    gap = text[end:line_start]
    if len(gap.replace("\r\n", "\n").strip(" \t")) > 1 or _BULLET.match(line):
        return False
    first = line.lstrip()[0]
    before = text[max(start, end - 12) : end]
    if first.islower():
        return before.rstrip()[-1:] not in {".", ":", "!", "?"}
    return _GOES_ON.search(before) is not None


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    begin = start
    for stop in _stops(text, start, end):
        # Where the last stop was an item's number, the item goes with it.
        yield from _capped(text, begin, stop)
        begin = stop
    yield from _capped(text, begin, end)


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    begin = start
    ends = [m.end() for m in _END.finditer(text, start, end) if m.end() < end]
    bullets = [m.start() for m in _INNER_BULLET.finditer(text, start, end) if m.start() > start]
    bullet_at = set(bullets)
    for stop in sorted([*ends, *bullets]):
        if stop in bullet_at or _is_end(text, begin, stop):
            yield stop
            begin = stop


def _is_end(text: str, begin: int, stop: int) -> bool:
    said = text[max(begin, stop - 40) : stop].rstrip(" \t,").rstrip("\"'”’)]")
    if not said.endswith("."):
        return True
    word = _WORD_BEFORE.search(said.rstrip("."))
    if word is None:
        return True
    last = word.group().lower()
    if last in _TITLES:
        return False
    # The number of an item goes with the item.
    if last.isdigit() and stop - begin < 40 and text[begin:stop].strip() == f"{word.group()}.":
        return False
    rest = text[stop : stop + 20].lstrip()
    following = rest[:1]
    if last == "no":
        return not following.isdigit()
    if following.isdigit() and last in _ABBREVIATIONS and not _ITEM.match(rest):
        return False
    if following.islower():
        return len(last) > 3 and last not in _ABBREVIATIONS and "." not in last
    return True


def _capped(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > MAX_SENTENCE_CHARS:
        limit = start + MAX_SENTENCE_CHARS
        stops = [m.end() for m in _CLAUSE.finditer(text, start + MAX_SENTENCE_CHARS // 2, limit)]
        clauses = [stop for stop in stops if text[stop - 1] in ";:,"]
        stop = (clauses or stops or [limit])[-1]
        yield from _trimmed(text, start, stop)
        start = stop
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    said = text[start:end]
    left = start + len(said) - len(said.lstrip())
    right = start + len(said.rstrip())
    if left < right:
        yield Span(left, right)
