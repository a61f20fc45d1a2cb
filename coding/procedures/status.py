"""Whether a procedure that a note names was done at this encounter, is planned, or past.

The name of a procedure says nothing of it: what is asserted of it, the words around it and the
section it stands in do, in this order. Cues and sections: coding/procedures/status_cues.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

from coding.lookup import Lookup
from coding.pcs.headings import headed_in
from coding.types import Assertion, Reading, Section, Span

# A cue this far off (characters) speaks of something else.
_REACH = 110
# A cue in the same clause counts before one beyond a comma or "and then".
_CLAUSE = re.compile(r"[,;:.]|\bbut\b|\band then\b")
_CLAUSE_COSTS = 40
_ADJACENT = 3
_VACCINE = re.compile(r"(?i)\b(?:vaccin|immuni[sz])")
_TITLE_LABEL = "procedure"
# Sections whose text may hold headings of other ones: those before any header, and operations told.
_UNREAD = frozenset(
    {
        "none",
        "other",
        "preoperative_diagnosis",
        "postoperative_diagnosis",
        "diagnosis",
        "indications",
    }
)


class Status(StrEnum):
    """What became of a procedure. Only what is performed is coded."""

    PERFORMED = "performed"
    PLANNED = "planned"
    PAST = "past"
    DECLINED = "declined"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Standing:
    """The status of a mention and the words (cue or section title) that say so, if any do."""

    status: Status
    cue: Span | None = None


_ASSERTED: Mapping[Assertion, Status] = {
    Assertion.FAMILY: Status.DECLINED,
    Assertion.OTHER_PERSON: Status.DECLINED,
    Assertion.NEGATED: Status.DECLINED,
    Assertion.HISTORICAL: Status.PAST,
    Assertion.HYPOTHETICAL: Status.PLANNED,
}
# Of cues equally near, the one that keeps a code off the claim.
_ORDER = (Status.DECLINED, Status.PLANNED, Status.PAST, Status.PERFORMED)


class Standings:
    """The standing of any span of one reading."""

    def __init__(self, reading: Reading) -> None:
        self._text = reading.note.text
        self._lower = self._text.lower()
        # Lower case of a few letters is longer than they are: then offsets would slip.
        if len(self._lower) != len(self._text):
            self._lower = "".join(c if len(c.lower()) > 1 else c.lower() for c in self._text)
        # Beside the name of a disease "vaccine" makes it no more than a possibility; beside a
        # procedure it is the procedure.
        scopes = tuple(s for s in reading.scopes if not _VACCINE.search(s.cue.of(self._text)))
        self._lookup = Lookup(replace(reading, scopes=scopes))
        self._titled = tuple(_titled(reading, self._lookup))

    def of(self, span: Span) -> Standing:
        """The standing of the words at a span."""
        by_section = self._by_section(span, self._lookup.section_at(span))
        operative = by_section.status is Status.PERFORMED
        # What an operation's title and description name was done: "prior" there tells of its
        # reason, and plans are made in few words.
        standing, distance = self._by_cue(span)
        if standing.status is Status.PERFORMED and distance <= _ADJACENT:
            # "Strep test is negative" denies no test.
            return standing
        for assertion in self._lookup.assertions(span):
            if assertion in _ASSERTED and not operative:
                return Standing(_ASSERTED[assertion], by_section.cue)
        if operative and (standing.status is Status.PAST or distance >= _CLAUSE_COSTS):
            return by_section
        return by_section if standing.status is Status.UNCLEAR else standing

    def titled(self, span: Span) -> bool:
        """Whether the words stand under the title of an operation, where its name is given."""
        section = self._lookup.section_at(span)
        listed = section is not None and section.label == _TITLE_LABEL
        return listed or any(body.contains(span) for _, body in self._titled)

    def _by_section(self, span: Span, section: Section | None) -> Standing:
        for title, body in self._titled:
            if body.start <= span.start < body.end:
                return Standing(Status.PERFORMED, title)
        if section is None or section.label not in _cues().sections:
            return Standing(Status.UNCLEAR)
        return Standing(_cues().sections[section.label], section.title)

    def _by_cue(self, span: Span) -> tuple[Standing, int]:
        """What the nearest cue of the sentence says, and its distance."""
        sentence = self._lookup.sentence_at(span) or span
        found = min(self._near(span, sentence), default=None)
        if found is None:
            return Standing(Status.UNCLEAR), 0
        distance, order, start, end = found
        return Standing(_ORDER[order], Span(start, end)), distance

    def _near(self, span: Span, sentence: Span) -> Iterator[tuple[int, int, int, int]]:
        """Cues of the sentence as (distance, place in _ORDER, start, end)."""
        first = max(sentence.start, span.start - _REACH)
        last = min(sentence.end, span.end + _REACH)
        for order, status in enumerate(_ORDER):
            for match in _cues().before[status].finditer(self._lower, first, span.start):
                if match.end() > match.start():
                    cost = self._distance(match.end(), span.start)
                    yield cost, order, match.start(), match.end()
            for match in _cues().after[status].finditer(self._lower, span.end, last):
                if match.end() > match.start():
                    cost = self._distance(span.end, match.start())
                    yield cost, order, match.start(), match.end()

    def _distance(self, start: int, end: int) -> int:
        between = self._lower[start:end]
        return len(between) + _CLAUSE_COSTS * len(_CLAUSE.findall(between))


@dataclass(frozen=True, slots=True)
class _Cues:
    before: Mapping[Status, re.Pattern[str]]
    after: Mapping[Status, re.Pattern[str]]
    sections: Mapping[str, Status]


@cache
def _cues() -> _Cues:
    raw = json.loads((files("coding.procedures") / "status_cues.json").read_text("utf-8"))
    return _Cues(
        before={Status(s): _pattern(words) for s, words in raw["before"].items()},
        after={Status(s): _pattern(words) for s, words in raw["after"].items()},
        sections={label: Status(status) for label, status in raw["section"].items()},
    )


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(words) + r")\b")


def _titled(reading: Reading, lookup: Lookup) -> Iterator[tuple[Span, Span]]:
    """Headings of operations that the reader sees no section in, and what is under them."""
    for headed in headed_in(reading.note.text):
        section = lookup.section_at(headed.title)
        if headed.operations and (section is None or section.label in _UNREAD):
            yield headed.title, headed.span
