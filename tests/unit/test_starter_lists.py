"""The starter lists: size, wordings that stand for one code, doses of drugs."""

from __future__ import annotations

from collections import defaultdict

import pytest

from codesets.doses import UNITS, Dose, dose_of
from codesets.lexicon import load_lexicon
from codesets.starter import code_rows, read_starter
from coding.short_forms import ShortForms
from coding.terms import IGNORED

ENDED = ("49560", "49585", "55700", "99441", "99442", "99443", "99218", "99241", "J1030", "J2930")


def _codes(folder: str) -> list[str]:
    return [code for code, _, _ in code_rows(folder) if len(code) == 5]


@pytest.mark.parametrize(
    ("folder", "least", "most"), [("cpt_starter", 140, 150), ("hcpcs_starter", 390, 450)]
)
def test_lists_stay_small_and_name_a_code_once(folder: str, least: int, most: int) -> None:
    codes = _codes(folder)
    assert least <= len(codes) <= most
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("folder", ["cpt_starter", "hcpcs_starter"])
def test_a_wording_stands_for_one_code(folder: str) -> None:
    forms = ShortForms(load_lexicon().abbreviations)
    found: dict[frozenset[str], set[str]] = defaultdict(set)
    for code, _, words in code_rows(folder):
        for wording in words:
            if len(code) == 5:
                found[frozenset(forms.stems(wording)) - IGNORED].add(code)
    assert [codes for codes in found.values() if len(codes) > 1] == []
    assert frozenset() not in found


@pytest.mark.parametrize("folder", ["cpt_starter", "hcpcs_starter"])
def test_no_wording_is_of_single_letters(folder: str) -> None:
    forms = ShortForms(load_lexicon().abbreviations)
    for code, _, words in code_rows(folder):
        for wording in words:
            stems = frozenset(forms.stems(wording)) - IGNORED
            assert len(code) == 2 or any(len(stem) > 1 for stem in stems), (code, wording)


def test_ended_codes_are_not_listed() -> None:
    listed = {*_codes("cpt_starter"), *_codes("hcpcs_starter")}
    assert listed.isdisjoint(ENDED)


def test_doses_are_of_listed_drugs() -> None:
    rows = list(read_starter("hcpcs_starter/doses.tsv", 3))
    assert {code for code, _, _ in rows} <= set(_codes("hcpcs_starter"))
    for code, _, _ in rows:
        dose = dose_of(code)
        assert dose is not None
        assert dose.amount > 0
        assert dose.unit in UNITS


@pytest.mark.parametrize(
    ("code", "dose"),
    [
        ("J0696", Dose(250, "mg")),
        ("J0585", Dose(1, "units")),
        ("J7030", Dose(1000, "ml")),
        ("J7323", Dose(1, "dose")),
        ("J7307", None),
        ("99213", None),
    ],
)
def test_dose_of_a_billing_unit(code: str, dose: Dose | None) -> None:
    assert dose_of(code) == dose
