"""The clinical lexicon: every row speaks of codes that exist, and no wording of two conditions."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from codesets.lexicon import Lexicon, load_lexicon, read_lexicon
from coding.errors import ConfigError
from coding.protocols import CodeSystem
from coding.terms import stem_set

# "some 400 conditions to begin with", counted as categories so that sides and stages do not count.
CONDITIONS = 400


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


def test_every_code_is_in_the_release(lexicon: Lexicon, icd10cm: CodeSystem) -> None:
    assert [t for t in lexicon.terms if t.code not in icd10cm] == []
    partners = [pair for pair in (*lexicon.history, *lexicon.family)]
    assert [pair for pair in partners if not icd10cm.billable(pair[1])] == []


def test_every_prefix_begins_a_code_of_the_release(lexicon: Lexicon, icd10cm: CodeSystem) -> None:
    begins = {value[:n] for value, _, _ in icd10cm.terms() for n in range(1, len(value) + 1)}
    pairs = (*lexicon.history, *lexicon.family, *lexicon.integral)
    prefixes = {*lexicon.chronic, *(a for a, _ in pairs), *(b for _, b in lexicon.integral)}
    assert sorted(prefixes - begins) == []


def test_it_knows_the_conditions_of_everyday_practice(lexicon: Lexicon) -> None:
    assert len({term.code[:3] for term in lexicon.terms}) >= CONDITIONS


def test_no_wording_stands_for_two_codes(lexicon: Lexicon) -> None:
    codes: dict[frozenset[str], set[str]] = defaultdict(set)
    for term in lexicon.terms:
        codes[stem_set(term.term)].add(term.code)
    assert {" ".join(sorted(key)): its for key, its in codes.items() if len(its) > 1} == {}


def test_every_wording_has_words_to_find(lexicon: Lexicon) -> None:
    assert [t for t in lexicon.terms if not stem_set(t.term)] == []


def test_a_short_form_stands_for_one_thing(lexicon: Lexicon) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for entry in lexicon.abbreviations:
        seen[entry.short if entry.exact_case else entry.short.casefold()].add(entry.long)
    assert {short: longs for short, longs in seen.items() if len(longs) > 1} == {}


def test_a_row_of_the_wrong_shape_is_named(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "some.tsv").write_text("code\tterms\nI10\n")
    for name in ("abbreviations", "chronic", "history", "family", "integral"):
        (tmp_path / f"{name}.tsv").write_text("header\n")
    with pytest.raises(ConfigError, match=r"some\.tsv, line 2: expected 2 filled columns"):
        read_lexicon(tmp_path)
