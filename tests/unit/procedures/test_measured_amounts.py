"""Measures in a text: lengths, areas, durations, ages."""

from __future__ import annotations

import pytest

from coding.procedures.measured_amounts import age_years, areas, lengths, minutes, number
from coding.types import Span


def whole(text: str) -> Span:
    return Span(0, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.5 cm", [2.5]),
        ("a .8-cm lesion", [0.8]),
        ("25 mm", [2.5]),
        ("1.2 x 0.8 cm", [1.2]),
        ("1 cm by 2 cm", [2.0]),
        ("2-3 cm", [2.0]),
        ("1 centimeter and 2 centimetres", [1.0, 2.0]),
        ("1.2 cm with a 4 mm margin", [2.0]),
        ("1.2 cm with margins of 4 mm", [2.0]),
        ("2.0 cm including margins", [2.0]),
        ("20 sq cm", []),
        ("20 cm2", []),
        ("5 mg of 2% lidocaine", []),
    ],
)
def test_lengths(text: str, expected: list[float]) -> None:
    assert [a.value for a in lengths(text, whole(text))] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 x 5 cm", [20.0]),
        ("20 sq cm", [20.0]),
        ("20 square centimeters", [20.0]),
        ("20 cm2", [20.0]),
        ("50 x 40 mm", [20.0]),
        ("5 cm", []),
    ],
)
def test_areas(text: str, expected: list[float]) -> None:
    assert [a.value for a in areas(text, whole(text))] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45 minutes", [45]),
        ("a 45-minute session", [45]),
        ("over two hours", [120]),
        ("1 hour and 30 minutes", [90]),
        ("1.5 hrs", [90]),
        ("45-60 min", [45]),
        ("from 10:05 to 11:45", [100]),
        ("11:30 AM - 1:10 PM", [100]),
        ("11:30 to 1:10", [100]),
        ("23:30 to 00:30", [60]),
        ("in the minutes before", []),
        ("3 hampers", []),
    ],
)
def test_minutes(text: str, expected: list[float]) -> None:
    assert [a.value for a in minutes(text, whole(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 45-year-old man", 45),
        ("45 y/o man", 45),
        ("an 18-month-old", 1.5),
        ("for 3 years", None),
        ("no age", None),
    ],
)
def test_age(text: str, expected: float | None) -> None:
    found = age_years(text)
    assert (found and found.value) == expected


@pytest.mark.parametrize(("word", "value"), [("8", 8), ("Eight", 8), ("0", None), ("100", None)])
def test_small_numbers(word: str, value: int | None) -> None:
    assert number(word) == value
