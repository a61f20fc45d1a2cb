"""A reading laid out for evaluation and management: what was assessed, seen, told; and a finder."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property

from coding.em.cues import cues, find, plain
from coding.lookup import Lookup
from coding.types import Assertion, Reading, Section, Span

_ASSESSED = frozenset(
    """assessment impression assessment_plan diagnosis discharge_diagnosis plan hospital_course
    follow_up disposition""".split()  # noqa: SIM905
)
_JUDGED = frozenset({"assessment", "impression", "assessment_plan", "hospital_course", "diagnosis"})
_RESULTS = frozenset({"results", "imaging", "findings"})
# What was before, or is a template: nothing in it was decided at this visit.
_BACKGROUND = frozenset(
    """past_medical_history past_surgical_history medications allergies family_history
    social_history family_social_history review_of_systems immunizations""".split()  # noqa: SIM905
)
_EXAM = frozenset({"physical_exam", "vitals", "objective"})
_DENIAL = 28  # code points
_NEAR = 200  # code points
_PLANS = frozenset(
    """plan follow_up disposition discharge_instructions patient_instructions
    assessment_plan""".split()  # noqa: SIM905
)
_OPENING = 700  # code points
_UNREAL = (
    Assertion.NEGATED,
    Assertion.FAMILY,
    Assertion.OTHER_PERSON,
    Assertion.HYPOTHETICAL,
)


class Page:
    """One reading, its plain text and its parts. Spans are those of the note's own text."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.text = plain(reading.note.text)
        self.lookup = Lookup(reading)

    @cached_property
    def whole(self) -> tuple[Span, ...]:
        """All of the note."""
        return (Span(0, len(self.text)),)

    @cached_property
    def assessed(self) -> tuple[Span, ...]:
        """Assessment, plan and course; where a note has none, all but background and examination.

        Where plan or course stand alone what was found is told elsewhere, so the same holds.
        """
        if any(s.label in _JUDGED for s in self.reading.sections):
            return self._bodies(lambda s: s.label in _ASSESSED)
        return self._bodies(lambda s: s.label not in _BACKGROUND | _EXAM)

    @cached_property
    def seen(self) -> tuple[Span, ...]:
        """What was assessed, and results."""
        return self._merged(*self.assessed, *self._bodies(lambda s: s.label in _RESULTS))

    @cached_property
    def told(self) -> tuple[Span, ...]:
        """Everything but background, examination and review of systems."""
        return self._bodies(lambda s: s.label not in _BACKGROUND | _EXAM)

    @cached_property
    def before_plan(self) -> tuple[Span, ...]:
        """What is told, without the plan, which speaks of visits to come."""
        return self._bodies(lambda s: s.label not in _BACKGROUND | _EXAM | _PLANS)

    @cached_property
    def opening(self) -> tuple[Span, ...]:
        """The first stretch of the note, where its kind and reason stand."""
        return (Span(0, min(len(self.text), _OPENING)),)

    def labels(self) -> frozenset[str]:
        """The labels of the sections that have anything in them."""
        return frozenset(s.label for s in self.reading.sections if len(s.body))

    def hits(self, table: str, name: str, parts: Sequence[Span]) -> tuple[Span, ...]:
        """Where the cues of a name stand in the parts."""
        return tuple(find(cues(table)[name], self.text, parts))

    def real(self, table: str, name: str, parts: Sequence[Span]) -> tuple[Span, ...]:
        """The hits that the note asserts of the patient and does not make depend on anything."""
        return tuple(hit for hit in self.hits(table, name, parts) if self.stands(hit))

    def stands(self, span: Span) -> bool:
        """Whether the note asserts the words: not denied, not of others, not only possible.

        A verb right behind "not" is denied too: the reader looks for conditions, not for deeds.
        """
        if any(a in _UNREAL for a in self.lookup.assertions(span)):
            return False
        before = self.text[max(0, span.start - _DENIAL) : span.start]
        return _denied().search(before) is None

    def _bodies(self, wanted: Callable[[Section], bool]) -> tuple[Span, ...]:
        return tuple(s.body for s in self.reading.sections if wanted(s) and len(s.body))

    def _merged(self, *spans: Span) -> tuple[Span, ...]:
        return tuple(sorted(set(spans)))

    def near(self, table: str, name: str, span: Span) -> bool:
        """Whether a cue of the name stands in the sentence of the span, not far from it."""
        sentence = self.lookup.sentence_at(span) or span
        start, end = max(sentence.start, span.start - _NEAR), min(sentence.end, span.end + _NEAR)
        return cues(table)[name].search(self.text, start, end) is not None


@cache
def _denied() -> re.Pattern[str]:
    """A denial with at most two words behind it."""
    return re.compile(
        r"\b(?:not|never|without|denie[sd]|declin\w+|refus\w+)\s+(?:[\w'-]+\s+){0,2}$"
    )
