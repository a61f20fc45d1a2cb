from datetime import date

import pytest

from codesets.policies.naming import is_change_report, last_day, part_of, said_day, said_variant
from codesets.policies.values import Kind, Variant


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("ccipra-v320r0-f1.TXT", date(2026, 1, 1)),
        ("ccioph-v313r0-f2.xlsx", date(2025, 10, 1)),
        ("MCR_MUE_DMESupplierServices_Eff_07-01-2025.csv", date(2025, 7, 1)),
        ("medicare-ncci-2026q2-practitioner.zip", date(2026, 4, 1)),
        ("ncci-q3-2026.zip", date(2026, 7, 1)),
        ("MUE_Eff_13-01-2025.csv", None),
        ("pairs.txt", None),
    ],
)
def test_the_first_day_by_name(name: str, day: date | None) -> None:
    assert said_day(name) == day


def test_whose_claims_by_name() -> None:
    names = ("ccipra-v320r0", "ccioph-v320r0", "MCR_MUE_DMESupplierServices", "pairs")
    assert [said_variant(name) for name in names] == [
        Variant.PRACTITIONER,
        Variant.HOSPITAL,
        Variant.DME,
        None,
    ]


def test_parts_and_change_reports_by_name() -> None:
    assert part_of("ccipra-v320r0-f3.TXT") == 3
    assert part_of("ccipra.TXT") is None
    assert is_change_report("2026q2-quarterly-additions-deletions-revisions-ptp.zip")
    assert not is_change_report("ccipra-v320r0-f3.TXT")


def test_the_usual_last_day() -> None:
    assert last_day(Kind.PAIRS, date(2026, 1, 1)) == date(2026, 3, 31)
    assert last_day(Kind.LIMITS, date(2026, 10, 1)) == date(2026, 12, 31)
    assert last_day(Kind.COVERAGE, date(2026, 4, 1)) == date(2026, 9, 30)
    assert last_day(Kind.COVERAGE, date(2026, 11, 5)) == date(2027, 3, 31)
