"""Section, sentence and assertions at a place of a reading, however long the chart."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict

from coding.types import Assertion, Evidence, Reading, Scope, Section, Span

_BUCKET = 512  # code points


class Lookup:
    """Answers what Reading's own look-ups answer, without walking the chart."""

    def __init__(self, reading: Reading) -> None:
        self._text = reading.note.text
        self._sections = reading.sections
        self._starts = [min(s.title.start, s.body.start) for s in reading.sections]
        self._sentences = reading.sentences
        self._sentence_starts = [sentence.start for sentence in reading.sentences]
        self._scopes: dict[int, list[Scope]] = defaultdict(list)
        for scope in reading.scopes:
            for bucket in range(scope.span.start // _BUCKET, scope.span.end // _BUCKET + 1):
                self._scopes[bucket].append(scope)

    def section_at(self, span: Span) -> Section | None:
        """The section whose title or body holds the start of the span."""
        i = bisect_right(self._starts, span.start) - 1
        if i >= 0 and span.start < self._sections[i].body.end:
            return self._sections[i]
        return None

    def label_at(self, span: Span) -> str:
        """The label of that section, "none" where there is none."""
        section = self.section_at(span)
        return section.label if section else "none"

    def evidence(self, span: Span, source: str, weight: float) -> Evidence:
        """The words at a span as evidence, with their section and what is asserted of them."""
        return Evidence(
            span=span,
            quote=span.of(self._text),
            section=self.label_at(span),
            assertions=self.assertions(span),
            source=source,
            weight=weight,
        )

    def sentence_at(self, span: Span) -> Span | None:
        """The sentence that holds the start of the span."""
        i = bisect_right(self._sentence_starts, span.start) - 1
        if i >= 0 and span.start < self._sentences[i].end:
            return self._sentences[i]
        return None

    def assertions_within(self, span: Span) -> tuple[Assertion, ...]:
        """What is asserted of any words of the span, else affirmed alone."""
        near = {
            scope
            for bucket in range(span.start // _BUCKET, span.end // _BUCKET + 1)
            for scope in self._scopes.get(bucket, ())
        }
        found = {s.assertion for s in near if s.span.overlaps(span)} - {Assertion.AFFIRMED}
        return tuple(sorted(found)) if found else (Assertion.AFFIRMED,)

    def assertions(self, span: Span) -> tuple[Assertion, ...]:
        """The scopes that cover the start of the span, else affirmed alone."""
        near = self._scopes.get(span.start // _BUCKET, ())
        found = {s.assertion for s in near if s.span.start <= span.start < s.span.end}
        return tuple(sorted(found)) if found else (Assertion.AFFIRMED,)
