"""Administration of vaccines by number, on sentences written for this test."""

from __future__ import annotations

import pytest

from coding.procedures.measured import choices
from tests.unit.reading_kit import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A 45-year-old man. Tdap was given today.", {"90471": 1}),
        (
            "A 45-year-old man. Tdap and influenza vaccine were administered today.",
            {"90471": 1, "90472": 1},
        ),
        # By component, under 19 and with counselling.
        (
            "A 12-month-old girl. Counseled on vaccines. MMR and Varivax were given today.",
            {"90460": 2, "90461": 2},
        ),
        ("A 9-year-old boy. Counseled on vaccines. Gardasil was given today.", {"90460": 1}),
        # Counselling does not matter from 19, and without it a child is as an adult.
        ("A 19-year-old man. Counseled on vaccines. Gardasil was given today.", {"90471": 1}),
        ("A 9-year-old boy. Gardasil was given today.", {"90471": 1}),
        # By mouth: the first, or a further one beside an injection.
        ("A 60-day-old. RotaTeq was given today.", {"90473": 1}),
        ("A 60-day-old. RotaTeq and Hib were given today.", {"90471": 1, "90474": 1}),
        # A combined vaccine is one.
        ("DTaP-IPV was given today.", {"90471": 1}),
    ],
)
def test_vaccines_given_are_counted(text: str, expected: dict[str, int]) -> None:
    assert {c.code: c.units for c in choices(read(text))} == expected


@pytest.mark.parametrize(
    "text",
    [
        "Tdap will be given at the next visit.",
        "Influenza vaccine was declined.",
        "Tdap is due.",
        "Hepatitis B is chronic.",
    ],
)
def test_what_was_not_given_is_not_counted(text: str) -> None:
    assert list(choices(read(text))) == []
