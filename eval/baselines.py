"""What a plain keyword tool does, for our figures to stand beside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
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
    """Accepts every ICD-10-CM code whose full title stands in the note, whatever the note asserts.

    Case and the kind of white space do not matter. Nothing is ranked: codes come in the order of
    their words, each with probability 1, the first of them first-listed. Make one with `keyword`.
    """

    codesets: CodeSystems
    reader: Reader
    provenance: Provenance
    titles: dict[Tokens, tuple[str, str]]
    longest: dict[str, int]

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Code one note; of the options only `limit` bears on it."""
        limit = (options or CodingOptions()).limit
        found: dict[str, Suggestion] = {}
        for span, value, title in self._mentions(note.text):
            if value not in found:
                found[value] = plain_suggestion(note, span, value, title, 1.0, len(found) + 1)
        ordered = sorted(found.values(), key=lambda s: s.code)
        return plain_result(note, ordered[:limit], self.provenance)

    def _mentions(self, text: str) -> Iterator[tuple[Span, str, str]]:
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


def keyword(codesets: CodeSystems, reader: Reader) -> KeywordCoder:
    """The keyword baseline over the billable titles of the newest ICD-10-CM release.

    Raises: CodeSetMissing.
    """
    release = codesets.at(System.ICD10CM, None)
    titles = _titles(release)
    longest: dict[str, int] = {}
    for tokens in titles:
        longest[tokens[0]] = max(longest.get(tokens[0], 0), len(tokens))
    provenance = Provenance("chartcode", "keyword", ((release.system, release.release),), "")
    return KeywordCoder(codesets, reader, provenance, titles, longest)


def _titles(release: CodeSystem) -> dict[Tokens, tuple[str, str]]:
    titles: dict[Tokens, tuple[str, str]] = {}
    for value, term, kind in release.terms():
        tokens = tuple(_TOKEN.findall(term.casefold()))
        if kind == "title" and tokens and release.billable(value):
            titles.setdefault(tokens, (value, term))
    return titles


def plain_suggestion(
    note: Note, span: Span, value: str, title: str, probability: float, sequence: int
) -> Suggestion:
    """An accepted code that rests on one stretch of the note, whatever is asserted there."""
    words = Evidence(span, span.of(note.text), "none", (Assertion.AFFIRMED,), "title", 1.0)
    return Suggestion(
        code=Code(System.ICD10CM, value),
        display=title,
        probability=probability,
        decision=Decision.ACCEPT,
        auto=False,
        role=Role.FIRST_LISTED if sequence == 1 else Role.SECONDARY,
        sequence=sequence,
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
