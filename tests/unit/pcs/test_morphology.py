"""Names of operations put together from stems and endings."""

from __future__ import annotations

import pytest

from coding.pcs.generator import PcsGenerator
from coding.pcs.morphology import Morphology
from coding.pcs.words import read_sentence
from coding.types import Span


@pytest.fixture(scope="module")
def morphology(generator: PcsGenerator) -> Morphology:
    return Morphology(generator.tables)


def _tables(morphology: Morphology, text: str) -> list[set[str]]:
    sentence = read_sentence(text, Span(0, len(text)))
    return [
        {t.section + t.system + t.operation for t in found.item.templates}
        for found in morphology.find(sentence)
    ]


@pytest.mark.parametrize(
    ("word", "tables"),
    [
        ("ureteropexy", {"0TS"}),
        ("Epididymotomy", {"0V9"}),
        ("sialoadenectomy", {"0CT"}),
        ("blepharorrhaphies", {"08Q"}),
        ("duodenolysis", {"0DN"}),
        ("pericardiocentesis", {"0W9"}),
        # Several stems are several body parts, but one leads to the other before -ostomy.
        ("nephroureterectomy", {"0TT"}),
        ("cystourethropexy", {"0TS"}),
        ("tonsilloadenoidectomy", {"0CT"}),
        ("cholecystojejunostomy", {"0F1"}),
        # Half of it is no Resection (B3.8).
        ("hemimastectomy", {"0HB"}),
        ("mastectomy", {"0HT"}),
        # A stone of the organ is what is taken out.
        ("pyelolithotomy", {"0TC"}),
    ],
)
def test_a_name_is_taken_apart(morphology: Morphology, word: str, tables: set[str]) -> None:
    assert _tables(morphology, word) == [tables]


@pytest.mark.parametrize(
    "word",
    ["analysis", "dialysis", "anatomy", "paralysis", "microscopy", "arthroplasty", "mastitis"],
)
def test_other_words_are_none(morphology: Morphology, word: str) -> None:
    assert _tables(morphology, word) == []


def test_each_stem_of_a_name_gives_its_part(morphology: Morphology) -> None:
    text = "colpourethropexy"
    (found,) = morphology.find(read_sentence(text, Span(0, len(text))))
    assert {t.system for t in found.item.templates} == {"U", "T"}
