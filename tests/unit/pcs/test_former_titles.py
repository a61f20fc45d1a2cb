"""Names from the titles of ICD-9-CM volume 3."""

from __future__ import annotations

import pytest

from coding.pcs.former_titles import former_names
from coding.pcs.generator import PcsGenerator
from coding.pcs.templates import Name


@pytest.fixture(scope="module")
def names(generator: PcsGenerator) -> dict[str, Name]:
    return {name.words: name for name in former_names(generator.tables)}


def test_a_title_has_its_table_and_its_first_letter(names: dict[str, Name]) -> None:
    name = names["repair of scleral fistula"]
    assert {t.system + t.operation for t in name.plain} == {"8Q"}
    assert name.source == "index"
    assert name.terse


def test_what_is_left_over_is_no_name(names: dict[str, Name]) -> None:
    assert not [words for words in names if "other" in words.split() or "biopsy" in words]
    assert not [words for words in names if "not otherwise specified" in words]


def test_each_name_is_of_one_or_two_tables_of_ours(names: dict[str, Name]) -> None:
    assert all(1 <= len(name.plain) <= 2 for name in names.values())
    assert all(t.section in "01" for name in names.values() for t in name.plain)
