"""Second element of the decisions of a visit: the data that were ordered, reviewed, discussed."""

from __future__ import annotations

from coding.em.cues import cues
from coding.em.page import Page
from coding.em.values import Element, Level
from coding.types import Span

NAME = "data"
_TABLE = "data"
_TEST = "test_"
_GENERAL = "test_labs"
_LIMITED, _MODERATE = 2, 3  # documents and tests that make the level


def assess_data(page: Page) -> Element:
    """The level of the data: tests and documents, own readings of images, talks with others."""
    tests = unique_tests(page)
    notes = page.real(_TABLE, "external_notes", page.told)[:1]
    historian = page.real(_TABLE, "historian", page.told)[:1]
    reading = page.real(_TABLE, "interpretation", page.told)[:1]
    talk = page.real(_TABLE, "discussion", page.told)[:1]
    items = len(tests) + len(notes)
    spans = tuple(sorted({*tests.values(), *notes, *historian, *reading, *talk}))
    met = [items + len(historian) >= _MODERATE, bool(reading), bool(talk)]
    why = _why(items, historian, reading, talk)
    if sum(met) > 1:
        return Element(NAME, Level.HIGH, why, spans)
    if any(met):
        return Element(NAME, Level.MODERATE, why, spans)
    if items >= _LIMITED or historian:
        return Element(NAME, Level.LOW, why, spans)
    return Element(NAME, Level.STRAIGHTFORWARD, why, spans)


def unique_tests(page: Page) -> dict[str, Span]:
    """Each kind of test that was ordered or reviewed, with its first mention.

    "Labs" alone count as one test where no laboratory test is named.
    """
    found: dict[str, Span] = {}
    for name in cues(_TABLE):
        if name.startswith(_TEST) and (hits := page.real(_TABLE, name, page.seen)):
            found[name] = hits[0]
    if len(found) > 1:
        found.pop(_GENERAL, None)
    return found


def _why(items: int, *further: tuple[Span, ...]) -> str:
    names = ("a history from someone else", "an own reading of images or tracings",
             "a talk with another clinician or agency")  # fmt: skip
    parts = [f"{items} {'test or document' if items == 1 else 'tests or documents'}"]
    parts += [name for name, spans in zip(names, further, strict=True) if spans]
    return ", ".join(parts)
