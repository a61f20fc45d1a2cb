"""What a plain keyword tool does, for our figures to stand beside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coding.protocols import CodeSystem, CodeSystems, Reader
from coding.types import (
    Assertion,
    Code,
    CodingOptions,
    CodingResult,
    Decision,
    Evidence,
    Note,
    Provenance,
    Role,
    Span,
    Suggestion,
    System,
)

_TOKEN = re.compile(r"\w+|[^\w\s]")

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeywordCoder:
    """Accepts every code whose full title stands in the note, whatever the note asserts.

    Case and the kind of white space do not matter. Nothing is ranked: codes come in the order of
    their words, each with probability 1, the first of them first-listed. Make one with `keyword`.
    """

    codesets: CodeSystems
    reader: Reader
    provenance: Provenance
    titles: dict[Tokens, tuple[Code, str]]
    longest: dict[str, int]

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Code one note; of the options only `limit` bears on it."""
        limit = (options or CodingOptions()).limit
        found: dict[Code, Suggestion] = {}
        for span, code, title in self._mentions(note.text):
            if code not in found:
                found[code] = plain_suggestion(note, span, code, title, 1.0, len(found) + 1)
        ordered = sorted(found.values(), key=lambda s: s.code)
        return plain_result(note, ordered[:limit], self.provenance)

    def _mentions(self, text: str) -> Iterator[tuple[Span, Code, str]]:
        """Titles in the text, left to right, the longest at each place and none inside another."""
        tokens = list(_TOKEN.finditer(text))
        words = [token.group().casefold() for token in tokens]
        at = 0
        while at < len(words):
            for length in range(self.longest.get(words[at], 0), 0, -1):
                entry = self.titles.get(tuple(words[at : at + length]))
                if entry is not None:
                    last = min(at + length, len(tokens)) - 1
                    yield Span(tokens[at].start(), tokens[last].end()), *entry
                    at = last
                    break
            at += 1


def keyword(
    codesets: CodeSystems, reader: Reader, systems: Sequence[System] = (System.ICD10CM,)
) -> KeywordCoder:
    """The keyword baseline over the billable titles of the newest release of each system.

    Raises: CodeSetMissing.
    """
    releases = [codesets.at(system, None) for system in systems]
    titles = _titles(releases)
    longest: dict[str, int] = {}
    for tokens in titles:
        longest[tokens[0]] = max(longest.get(tokens[0], 0), len(tokens))
    named = tuple((release.system, release.release) for release in releases)
    provenance = Provenance("chartcode", "keyword", named, "")
    return KeywordCoder(codesets, reader, provenance, titles, longest)


def _titles(releases: Iterable[CodeSystem]) -> dict[Tokens, tuple[Code, str]]:
    titles: dict[Tokens, tuple[Code, str]] = {}
    for release in releases:
        for value, term, kind in release.terms():
            tokens = tuple(_TOKEN.findall(term.casefold()))
            if kind == "title" and tokens and release.billable(value):
                titles.setdefault(tokens, (Code(release.system, value), term))
    return titles


def plain_suggestion(
    note: Note, span: Span, code: Code, title: str, probability: float, place: int
) -> Suggestion:
    """An accepted code that rests on one stretch of the note, whatever is asserted there.

    A diagnosis gets its place, from 1, as its sequence.
    """
    words = Evidence(span, span.of(note.text), "none", (Assertion.AFFIRMED,), "title", 1.0)
    role = Role.FIRST_LISTED if place == 1 else Role.SECONDARY
    diagnosis = code.system is System.ICD10CM
    return Suggestion(
        code=code,
        display=title,
        probability=probability,
        decision=Decision.ACCEPT,
        auto=False,
        role=role if diagnosis else Role.PROCEDURE,
        sequence=place if diagnosis else None,
        evidence=(words,),
        proof=(),
    )


def plain_result(
    note: Note, suggestions: Iterable[Suggestion], provenance: Provenance
) -> CodingResult:
    """A result of nothing but suggestions, in the order given."""
    return CodingResult(
        note_id=note.id,
        note_sha256=hashlib.sha256(note.text.encode("utf-8")).hexdigest(),
        setting=note.setting,
        claim=note.claim_type,
        service_date=note.service_date,
        suggestions=tuple(suggestions),
        rejected=(),
        findings=(),
        queries=(),
        provenance=provenance,
    )
