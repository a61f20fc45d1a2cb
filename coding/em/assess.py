"""From a reading and its diagnoses to the visit and its level: the whole of the decision.

Two of problems, data and risk make the level; total time makes it where it gives more. Sources: the
evaluation and management framework of 2021 (office) and 2023 (all other visits), in our own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from coding.em.age import age_of
from coding.em.category import Category, category
from coding.em.data import assess_data
from coding.em.families import (
    PREVENTIVE,
    VisitCode,
    by_age,
    by_level,
    by_minutes,
    families,
    neighbours,
    newness_of,
)
from coding.em.newness import newness
from coding.em.page import Page
from coding.em.problems import assess_problems
from coding.em.prolonged import further_critical_care, prolonged
from coding.em.risk import assess_risk
from coding.em.time import NAME as TIME
from coding.em.time import Minutes, critical_care_time, total_time
from coding.em.values import Element, Level, Newness, Standing, Visit
from coding.types import Reading, Suggestion

_SPLIT_BY_NEWNESS = ("office", "home", "audio", PREVENTIVE)
_DECIDING = 2  # of the three elements
_ONE_CODE = {
    "postoperative": "a visit in the global period of an operation is no evaluation and management",
    "office-nurse": "seen by staff alone",
}
_BY_MINUTES = ("hospital-discharge", "nursing-discharge", "telephone", "audio-brief")


@dataclass(frozen=True, slots=True)
class Assessment:
    """The visits of a note, and the families of those that lack what their code goes by."""

    visits: tuple[Visit, ...]
    lacking: tuple[str, ...]


def assess(reading: Reading, diagnoses: Sequence[Suggestion]) -> tuple[Visit, ...]:
    """The visit of a note: none, one, or two where new or established is unknown.

    Of two the likelier comes first.
    """
    return assess_page(Page(reading), diagnoses).visits


def assess_page(page: Page, diagnoses: Sequence[Suggestion]) -> Assessment:
    """What assess gives, with what kept a visit that the note tells of from having a code."""
    kind = category(page)
    if kind.family is None:
        return Assessment((), ())
    standing = newness(page)
    names = _family_names(page, kind, standing)
    visits = [_visit(page, diagnoses, name) for name in names]
    lacking = [name for name, visit in zip(names, visits, strict=True) if visit is None]
    found = (_placed(visit, kind, standing) for visit in visits if visit is not None)
    return Assessment(tuple(found), tuple(lacking))


def assess_family(reading: Reading, diagnoses: Sequence[Suggestion], family: str) -> Visit | None:
    """The visit where its family is known; None where the note lacks what the family goes by.

    Raises: KeyError for an unknown family.
    """
    return _visit(Page(reading), diagnoses, family)


def _placed(visit: Visit, kind: Category, standing: Standing) -> Visit:
    """The visit with what showed its kind, and what showed the patient new or established."""
    known = standing.value != Newness.UNKNOWN and visit.newness is not Newness.UNKNOWN
    spans = (*kind.spans, *(standing.spans if known else ()))
    unsure = visit.newness is not Newness.UNKNOWN and not known
    return replace(visit, spans=spans, newness=Newness.UNKNOWN if unsure else visit.newness)


def _family_names(page: Page, kind: Category, standing: Standing) -> tuple[str, ...]:
    """The families of a kind of visit; an audio visit has codes of its own from 2025 only."""
    name = kind.family or ""
    if name == "audio":
        day = page.reading.note.service_date
        if not families()["audio-new"][0].valid(day):
            return ("telephone",)
        if page.real("category", "brief_check_in", page.told):
            return ("audio-brief",)
    if name == "nursing":
        return (f"nursing-{'initial' if standing.value == Newness.NEW else 'subsequent'}",)
    if name == "disability":
        # Only the sender can say that it is the treating physician who examines.
        treating = page.reading.note.encounter.new_patient is False
        return (f"disability-{'treating' if treating else 'other'}",)
    if name not in _SPLIT_BY_NEWNESS:
        return (name,)
    if standing.value == Newness.UNKNOWN:
        return (f"{name}-{Newness.ESTABLISHED}", f"{name}-{Newness.NEW}")
    return (f"{name}-{standing.value}",)


def _visit(page: Page, diagnoses: Sequence[Suggestion], family: str) -> Visit | None:
    rows = families()[family]
    if family.startswith(PREVENTIVE):
        return _preventive(page, family)
    if family == "critical-care":
        return _critical(page)
    if family in _BY_MINUTES:
        return _timed(page, family)
    if len(rows) == 1:
        why = _ONE_CODE.get(family, "the family has one code")
        return _plain(family, rows[0], (Element("kind", None, why),), "")
    return _decided(page, diagnoses, family)


def _plain(
    family: str, row: VisitCode, elements: tuple[Element, ...], limiting: str, needs: str = ""
) -> Visit:
    near = neighbours(family, row.code)
    return Visit(
        ((row.code, 1),), family, newness_of(family), elements, limiting, needs, neighbours=near
    )


def _preventive(page: Page, family: str) -> Visit | None:
    age = age_of(page)
    if age is None:
        return None
    row = by_age(family, age.years)
    element = Element("age", None, f"the band that begins at {row.step} years", age.spans[:1])
    return _plain(family, row, (element,), "age")


def _critical(page: Page) -> Visit | None:
    minutes = critical_care_time(page)
    if minutes is None or not minutes.possible:
        return None
    visit = _plain("critical-care", families()["critical-care"][0], (_time(minutes),), TIME)
    further = further_critical_care(minutes.value)
    return replace(visit, codes=(*visit.codes, *further))


def _timed(page: Page, family: str) -> Visit:
    minutes = _possible(total_time(page))
    row = by_minutes(family, minutes.value if minutes else 0) or families()[family][0]
    element = _time(minutes) if minutes else Element(TIME, None, "no minutes documented")
    higher = [r.minutes for r in families()[family] if r.minutes and r.minutes > (row.minutes or 0)]
    needs = f"the next code needs {higher[0]} minutes" if higher else ""
    return _plain(family, row, (element,), TIME, needs)


def _decided(page: Page, diagnoses: Sequence[Suggestion], family: str) -> Visit:
    """Two of three elements, or time where it gives a higher code."""
    three = (assess_problems(page, diagnoses), assess_data(page), assess_risk(page))
    level = _two_of_three(three)
    row = by_level(family, level)
    visit = _plain(family, row, three, _limiting(three, level), _needs(family, row, three))
    minutes = _possible(total_time(page))
    timed = by_minutes(family, minutes.value) if minutes else None
    if minutes is None or timed is None:
        return visit
    elements = (*three, _time(minutes, timed))
    if (timed.step or 0) < (row.step or 0):
        return replace(visit, elements=elements)
    extra = prolonged(timed, minutes.value)
    if timed.code == row.code:
        return replace(visit, elements=elements, codes=(*visit.codes, *extra))
    longer = _plain(family, timed, elements, TIME, _time_needs(family, timed))
    return replace(longer, codes=(*longer.codes, *extra))


def _two_of_three(elements: Sequence[Element]) -> Level:
    levels = sorted((e.level for e in elements if e.level is not None), reverse=True)
    return levels[_DECIDING - 1]


def _limiting(elements: Sequence[Element], level: Level) -> str:
    """What keeps the level from being higher: the elements that stand at it, not below.

    "" at the highest level.
    """
    if level is Level.HIGH:
        return ""
    return " and ".join(e.name for e in elements if e.level == level)


def _needs(family: str, row: VisitCode, elements: Sequence[Element]) -> str:
    """What the next code of the family would take."""
    higher = [r for r in families()[family] if (r.step or 0) > (row.step or 0)]
    if not higher:
        return ""
    step = Level(higher[0].step or Level.HIGH)
    reached = sum(e.level is not None and e.level >= step for e in elements)
    missing = _DECIDING - reached
    text = f"{higher[0].code} needs {missing} more of problems, data and risk at {step.word}"
    return f"{text}, or {higher[0].minutes} minutes" if higher[0].minutes else text


def _time_needs(family: str, row: VisitCode) -> str:
    higher = [r for r in families()[family] if (r.step or 0) > (row.step or 0)]
    return f"{higher[0].code} needs {higher[0].minutes} minutes" if higher else ""


def _possible(minutes: Minutes | None) -> Minutes | None:
    return minutes if minutes is not None and minutes.possible else None


def _time(minutes: Minutes, row: VisitCode | None = None) -> Element:
    """Time as an element; where levels go by it, with the level that it supports."""
    level = Level(row.step) if row is not None and row.step else None
    return Element(TIME, level, f"{minutes.value} minutes", minutes.spans[:1])
