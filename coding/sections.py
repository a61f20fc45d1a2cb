"""Headers that open a section of a note, and which of their mentions really do.

The words are in coding/sections.json. A header counts at the start of a line, or within one where
its punctuation and capitals leave no doubt: notes often reach us with their line breaks lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from coding.types import Assertion, Section, Span

NO_SECTION = "none"
OTHER = "other"
# Under these an unknown header is a body system, a test or a problem: it ends nothing.
_HOLDS_SUBHEADERS = frozenset(
    [
        "review_of_systems",
        "physical_exam",
        "vitals",
        "objective",
        "results",
        "imaging",
        "findings",
        "assessment",
        "plan",
        "assessment_plan",
        "impression",
        "problem_list",
        "family_history",
        "procedure_description",
    ]
)
# Under these even a known header is part of the list when it stands after a bullet.
_HOLDS_BULLETS = frozenset(
    [
        "review_of_systems",
        "physical_exam",
        "results",
        "assessment",
        "plan",
        "assessment_plan",
        "impression",
    ]
)
_LINE_BREAK = re.compile(r"[\r\n]")
_BEFORE_ON_LINE = re.compile(r"[ \t\ufeff#*_>•·●▪◦–—-]*(?:\(?\d{1,2}[.):][ \t]*)?[*_]*")
_AFTER = re.compile(r"[*_]*[ \t]*(?P<mark>[:：]|[-–—](?=\s)|(?=[\r\n]|\Z))[*_]*")
# Up to six words before a colon at the start of a line, or a whole line in capitals.
_UNKNOWN = re.compile(
    r"(?m)(?:^|(?<=\.,)|(?<=\. ,))[ \t]*[#*_]{0,8}"
    r"(?P<title>[A-Z][\w/&(),'-]{0,40}+(?: [\w/&(),'-]{1,40}+){0,5})"
    r"(?:[*_]{0,8}[ \t]?:|(?=[*_]{0,8}[ \t]*\r?$))"
)
# "Fever: no" is a finding, not a section.
_ANSWER = re.compile(
    r"(?i)[ \t]*(?:no|none|yes|neg(?:ative)?|pos(?:itive)?|absent|present|nil|denie[sd]|\([+-]\))"
    r"[ \t]*[.,;]?[ \t]*(?:[\r\n]|\Z)"
)
_SMALL_WORDS = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"]
)
_KIN = re.compile(
    r"(?i)\b(?:(?:grand)?(?:mother|father|parent|son|daughter)s?|brothers?|sisters?|siblings?|aunts?"
    r"|uncles?|cousins?|children|maternal|paternal|mom|dad)\b"
)
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Header:
    """What the mentions of a section's headers stand for; `implies` holds for all its text."""

    label: str
    kind: str
    implies: Assertion | None
    headers: tuple[str, ...]


@cache
def load_headers() -> tuple[Header, ...]:
    """The sections we know, from coding/sections.json."""
    raw = json.loads(files("coding").joinpath("sections.json").read_text("utf-8"))
    return tuple(
        Header(
            label=entry["label"],
            kind=entry["kind"],
            implies=Assertion(entry["implies"]) if entry["implies"] else None,
            headers=tuple(entry["headers"]),
        )
        for entry in raw
    )


@cache
def section_kinds() -> Mapping[str, str]:
    """The kind of every section label; "none", where no header stands, is of kind "none".

    Kinds: diagnosis, complaint, history, exam, results, plan, medications, family, social,
    instructions, procedure, other, none.
    """
    kinds = {header.label: header.kind for header in load_headers()}
    return MappingProxyType({**kinds, NO_SECTION: NO_SECTION})


@cache
def implied_assertions() -> Mapping[str, Assertion]:
    """What a section's header says of all that stands under it, by label."""
    return MappingProxyType({h.label: h.implies for h in load_headers() if h.implies})


@dataclass(frozen=True, slots=True)
class _Title:
    label: str
    span: Span
    body: int
    capitals: bool
    bullet: bool
    kin: bool


def find_sections(text: str, mentions: Iterable[tuple[str, Span]]) -> tuple[Section, ...]:
    """The sections of a text, sorted and disjoint, given the mentions (label, span) of headers.

    Text before the first header, or all of it, is a section "none" with an empty title.
    """
    known = [title for label, span in mentions if (title := _known(text, label, span))]
    taken = {title.span.start for title in known}
    unknown = [title for title in _unknown(text) if title.span.start not in taken]
    return _cut(text, _kept(sorted([*known, *unknown], key=lambda t: t.span)))


def _known(text: str, label: str, span: Span) -> _Title | None:
    words = span.of(text)
    after = _AFTER.match(text, span.end)
    if after is None or "\n" in words:
        return None
    # A header stands near its line's start: looking back further would cost on endless lines.
    near = text[max(0, span.start - 12) : span.start]
    before = _LINE_BREAK.split(near)[-1]
    if _BEFORE_ON_LINE.fullmatch(before) and (before != near or span.start <= 12):
        if not after["mark"] and words.islower():
            return None
    elif after["mark"] not in {":", "："} or not _stands_out(words) or not _after_end(before):
        return None
    bullet = bool(re.search(r"[•·●▪◦*>–—-][ \t]*\Z", before))
    return _Title(label, span, after.end(), words.isupper(), bullet, kin=False)


def _after_end(before: str) -> bool:
    return re.search(r"[.,;:!?)\]][ \t]*\Z", before) is not None


def _stands_out(words: str) -> bool:
    """ALL CAPITALS, or every word but the small ones with a capital."""
    letters = _LETTERS.findall(words)
    return words.isupper() or all(w[0].isupper() or w.lower() in _SMALL_WORDS for w in letters)


def _unknown(text: str) -> Iterable[_Title]:
    # Where all is in capitals, capitals make no header.
    capitals_tell = sum(map(str.islower, text)) > sum(map(str.isupper, text))
    for match in _UNKNOWN.finditer(text):
        words = match["title"].rstrip("_")
        colon = match.group().endswith(":")
        letters = sum(map(len, _LETTERS.findall(words)))
        if letters < 3 or len(words) > 60 or not _stands_out(words):
            continue
        if colon and _ANSWER.match(text, match.end()):
            continue
        if not colon and (not capitals_tell or not words.isupper() or words.endswith(",")):
            continue
        span = Span(match.start("title"), match.start("title") + len(words))
        yield _Title(
            OTHER, span, match.end(), words.isupper(), False, _KIN.search(words) is not None
        )


def _kept(titles: Sequence[_Title]) -> list[_Title]:
    """The titles that open a section where they stand, given the section they stand in."""
    kept: list[_Title] = []
    for title in titles:
        current = kept[-1] if kept else None
        if current is not None and (
            title.span.start < current.body or _is_subheader(title, current)
        ):
            continue
        kept.append(title)
    return kept


def _is_subheader(title: _Title, current: _Title) -> bool:
    if title.label != OTHER:
        return title.bullet and current.label in _HOLDS_BULLETS
    if current.label == "family_history" and current.capitals and title.capitals:
        return title.kin
    return current.label in _HOLDS_SUBHEADERS or (current.capitals and not title.capitals)


def _cut(text: str, titles: Sequence[_Title]) -> tuple[Section, ...]:
    ends = [title.span.start for title in titles[1:]] + [len(text)]
    sections = [
        Section(title.label, title.span, Span(title.body, end))
        for title, end in zip(titles, ends, strict=False)
    ]
    first = titles[0].span.start if titles else len(text)
    if not titles or text[:first].strip():
        sections.insert(0, Section(NO_SECTION, Span(0, 0), Span(0, first)))
    return tuple(sections)
