"""The rules over the ICD-10-CM release that ships, not the small table of the other tests."""

from __future__ import annotations

import pytest

from codesets.lexicon import load_lexicon
from codesets.registry import default_index_dir, load_registry
from coding.errors import CodeSetMissing
from coding.protocols import CodeSystem
from coding.rules import standard_rules
from coding.rules.generality import scope
from coding.rules.sequence import FIRST_ONLY
from coding.types import Assertion, Draft, System
from tests.unit.rule_kit import icd, read, reasons, suggest, values, words


@pytest.fixture(scope="module")
def codes() -> CodeSystem:
    try:
        return load_registry(default_index_dir()).at(System.ICD10CM, None)
    except CodeSetMissing:
        pytest.skip("the code-set index is not built: run `chartcode codesets build`")


@pytest.mark.parametrize(
    ("value", "ancestor"),
    [
        ("E11.9", "E11"),
        ("E78.5", "E78"),
        ("F32.A", "F32"),
        ("G43.909", "G43"),
        ("H66.90", "H66"),
        ("I25.10", "I25.1"),
        ("K80.20", "K80.2"),
        ("M54.50", "M54.5"),
        ("R10.9", "R10"),
        ("S52.501A", "S52.5"),
        ("I10", None),
        ("J45.901", None),
        ("N18.32", None),
    ],
)
def test_how_general_real_codes_are(codes: CodeSystem, value: str, ancestor: str | None) -> None:
    assert scope(value, codes) == ancestor


def test_every_code_that_rules_name_is_in_the_release(codes: CodeSystem) -> None:
    assert all(value in codes for value in FIRST_ONLY)


def test_a_real_chart_of_kidney_heart_and_lung(codes: CodeSystem) -> None:
    text = (
        "Type 2 diabetes. Hypertension. Chronic kidney disease stage 4. Systolic heart failure. "
        "Shortness of breath from heart failure. COPD. No pneumonia."
    )
    draft = Draft(
        (
            suggest("J44.9", words(text, "COPD")),
            suggest("I50.9", words(text, "heart failure", nth=2)),
            suggest("I50.20", words(text, "Systolic heart failure")),
            suggest("N18.4", words(text, "Chronic kidney disease stage 4")),
            suggest("I10", words(text, "Hypertension")),
            suggest("E11.9", words(text, "Type 2 diabetes")),
            suggest("R06.02", words(text, "Shortness of breath")),
            suggest("J18.9", words(text, "pneumonia", Assertion.NEGATED)),
        )
    )
    for rule in standard_rules(load_lexicon()):
        draft = rule.apply(draft, read(text), codes)
    claim = sorted(draft.suggestions, key=lambda s: s.sequence or 0)
    assert [s.code.value for s in claim] == ["E11.22", "I13.0", "N18.4", "I50.20", "J44.9"]
    assert reasons(draft) == {
        "I50.9": "superseded",
        "I10": "superseded",
        "E11.9": "superseded",
        "R06.02": "integral",
        "J18.9": "negated",
    }
    assert all(codes.excludes1(a, b) is None for a in values(draft) for b in values(draft))
    assert icd("I13.0") in {s.code for s in draft.suggestions}


def apply_all(codes: CodeSystem, draft: Draft, text: str) -> Draft:
    for rule in standard_rules(load_lexicon()):
        draft = rule.apply(draft, read(text), codes)
    return draft


def test_without_cholecystitis_goes_where_cholecystitis_is_accepted(codes: CodeSystem) -> None:
    text = "Symptomatic gallstones. Cholelithiasis with chronic cholecystitis."
    draft = Draft(
        (
            suggest("K80.20", words(text, "gallstones")),
            suggest("K80.10", words(text, "Cholelithiasis with chronic cholecystitis")),
        )
    )
    result = apply_all(codes, draft, text)
    assert values(result) == ["K80.10"]
    assert reasons(result) == {"K80.20": "superseded"}


def test_severe_sepsis_is_no_symptom_of_sepsis(codes: CodeSystem) -> None:
    text = "Severe sepsis due to urinary tract infection."
    draft = Draft(
        (
            suggest("R65.20", words(text, "Severe sepsis")),
            suggest("N39.0", words(text, "urinary tract infection")),
        )
    )
    assert sorted(values(apply_all(codes, draft, text))) == ["N39.0", "R65.20"]
