"""Phrases in any order, and the lists of codesets/pcs_words."""

from __future__ import annotations

import pytest

from codesets.release import Release
from coding.errors import ConfigError
from coding.pcs.generator import PcsGenerator
from coding.pcs.tables import split_side
from coding.pcs.templates import Template, _templates, procedure_names
from coding.pcs.words import Phrases, fullest, read_sentence
from coding.types import Span


def _find(phrases: Phrases[str], text: str) -> list[str]:
    found = fullest(phrases.find(read_sentence(text, Span(0, len(text)))))
    return [one.item for one in found]


def test_a_phrase_stands_in_any_order_around_sides_and_small_words() -> None:
    phrases = Phrases([("inguinal hernia repair", "hernia")])
    assert _find(phrases, "Repair of the left inguinal hernia") == ["hernia"]
    assert _find(phrases, "The hernia was large. Repaired at once, inguinal canal closed") == []


def test_the_fullest_phrase_wins() -> None:
    phrases = Phrases([("nephrectomy", "whole"), ("partial nephrectomy", "part")])
    assert _find(phrases, "open partial nephrectomy") == ["part"]
    assert _find(phrases, "open nephrectomy") == ["whole"]


def test_sides_and_segments() -> None:
    text = "Left knee, right hip"
    sentence = read_sentence(text, Span(0, len(text)))
    assert [side.side for side in sentence.sides] == ["L", "R"]
    assert sentence.words[0].segment != sentence.words[1].segment


@pytest.mark.parametrize(
    ("label", "side"),
    [
        ("Ovary, Right", "R"),
        ("Ovaries, Bilateral", "B"),
        ("Ovary", ""),
        ("Skin, Left Ear", "L"),
    ],
)
def test_labels_part_into_body_part_and_side(label: str, side: str) -> None:
    assert split_side(label)[1] == side
    if label.startswith("Ovar"):
        assert split_side(label)[0] == split_side("Ovary")[0]


def test_every_row_of_the_lists_stands_for_codes_that_exist(generator: PcsGenerator) -> None:
    """A body part, an approach, a device or a qualifier that no table has is a slip of the pen."""
    tables = generator.tables
    wrong = {
        (name.words, template.section + template.system + template.operation)
        for name in procedure_names(tables)
        for template in (*name.plain, *name.with_device)
        if not _stands(template, generator)
    }
    assert not wrong


def _stands(template: Template, generator: PcsGenerator) -> bool:
    tables = generator.tables
    stem = template.section + template.system + template.operation
    if not template.system or (not template.parts and not template.character):
        return not template.system or stem in tables
    if not all(tables.sides(stem, part) for part in template.parts):
        return False
    characters = [c for part in template.parts for c in tables.sides(stem, part).values()]
    starts = [stem + c for c in characters or [template.character]]
    fixed = (template.approach, template.device, template.qualifier)
    for value, usual in zip(fixed, template.usual, strict=True):
        wanted = value or usual.strip(".")
        starts = [
            start + option
            for start in starts
            for option in tables.options(start)
            if wanted in ("", option)
        ]
    return bool(starts)


def test_a_row_of_the_wrong_shape_is_named() -> None:
    with pytest.raises(ConfigError, match="row 7"):
        list(_templates("0FT4", "...", "procedures.tsv, row 7"))


def test_tables_know_what_goes_together(generator: PcsGenerator, pcs: Release) -> None:
    tables = generator.tables
    assert tables.options("0FT4") == {"0", "4"}
    assert tables.sides("0UT", split_side("Ovary")[0]).keys() >= {"R", "L", "B"}
    assert "0FT" in tables
    assert "0ZZ" not in tables
    assert tables.label("0FT44ZZ", 5) == "Percutaneous Endoscopic"
    assert not tables.options("0ZZ")
    assert pcs.billable("0FT44ZZ")
