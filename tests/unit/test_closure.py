from __future__ import annotations

import pytest

from training.closure import leads_to


@pytest.mark.parametrize(
    ("value", "core", "leads"),
    [
        ("I10", {"I12.9", "N18.32"}, True),
        ("I10", {"I13.0"}, True),
        ("I10", {"I10"}, False),
        ("I10", {"I25.10"}, False),
        ("E11.9", {"E11.22", "N18.32"}, True),
        ("E10.9", {"E11.22"}, False),
        ("E11.65", {"E11.22"}, False),
        ("J44.9", {"J44.1"}, False),
    ],
)
def test_parts_that_a_rule_combines_count_as_right(value: str, core: set[str], leads: bool) -> None:
    assert leads_to(value, core) is leads
