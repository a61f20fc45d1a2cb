"""The tables of measured families hold together."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise

import pytest

from codesets.starter import code_rows
from coding.procedures.measured_tables import Row, load_tables


def test_units_of_a_row() -> None:
    first, more = Row("", 0, 20, None, "a"), Row("", 20, 100, 20, "b")
    assert [first.units(m) for m in (0, 0.1, 20, 20.1)] == [0, 1, 1, 0]
    assert [more.units(m) for m in (20, 20.1, 40, 40.1, 100, 100.1)] == [0, 1, 1, 2, 4, 0]


def test_every_family_has_rows_and_every_row_a_family() -> None:
    raw = json.loads((files("coding.procedures") / "measured.json").read_text("utf-8"))
    names = {family["name"] for family in raw["families"]}
    rows = {name for name in load_tables().rows if not name.startswith("vaccine-")}
    assert names == rows
    assert {name for f in raw["families"] for name in f.get("yields_to", ())} <= names


def test_groups_are_of_known_sites_and_every_group_is_used() -> None:
    tables = load_tables()
    known = set(tables.sites.values())
    used = {row.group for rows in tables.rows.values() for row in rows if row.group}
    assert used == set(tables.groups)
    assert all(sites <= known for sites in tables.groups.values())


def test_a_site_is_in_one_group_of_a_family() -> None:
    tables = load_tables()
    for family in tables.rows:
        for site in tables.sites_of(family):
            assert len(tables.groups_of(family, site)) == 1, (family, site)


@pytest.mark.parametrize("family", sorted(load_tables().rows))
def test_no_measure_has_two_codes_that_stand_alone(family: str) -> None:
    tables = load_tables()
    for group in {row.group for row in tables.rows[family]}:
        alone = sorted(
            (row.low, row.high)
            for row in tables.rows[family]
            if row.group == group and row.per is None
        )
        assert all(high <= low for (_, high), (low, _) in pairwise(alone))


def test_measured_codes_without_words_are_in_the_table() -> None:
    in_table = {row.code for rows in load_tables().rows.values() for row in rows}
    wordless = {code for code, _, words in code_rows("cpt_starter") if not words}
    assert wordless <= in_table
