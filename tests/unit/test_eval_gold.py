"""The charts written for this project keep to their own format and to the code set."""

from importlib.resources import files
from pathlib import Path

import pytest

from coding.protocols import CodeSystem
from coding.types import Code, Reason, Setting, System
from eval.charts import GoldChart, Tier, load_charts

WORKED_EXAMPLE = (
    "72 y/o male with type 2 diabetes mellitus with diabetic chronic kidney disease stage 3b, "
    "hypertension, and COPD with acute exacerbation. Denies chest pain. No evidence of pneumonia. "
    "Family history of breast cancer in mother. Possible pulmonary embolism, CT ordered."
)


@pytest.fixture(scope="module")
def charts() -> tuple[GoldChart, ...]:
    return load_charts(Path(str(files("eval.gold") / "charts.jsonl")))


def test_there_are_enough_of_every_kind(charts: tuple[GoldChart, ...]) -> None:
    assert len(charts) >= 24
    assert {chart.setting for chart in charts} == set(Setting)
    assert {chart.split for chart in charts} == {"gold"}
    assert [chart.id for chart in charts] == [f"gold-{n:03d}" for n in range(1, len(charts) + 1)]
    assert all(chart.specialty for chart in charts)
    assert {p.code.system for c in charts for p in c.procedures} == {
        System.CPT,
        System.HCPCS,
        System.ICD10PCS,
    }
    reasons = {n.reason for c in charts for n in c.not_coded}
    assert reasons >= set(Reason) - {
        Reason.EXCLUDES1,
        Reason.SUPERSEDED,
        Reason.NOT_BILLABLE,
        Reason.NOT_VALID_ON_DATE,
    }


def test_every_quote_is_what_stands_there(charts: tuple[GoldChart, ...]) -> None:
    for chart in charts:
        quotes = [e for c in chart.codes for e in c.evidence]
        quotes += [e for p in chart.procedures for e in p.evidence]
        found = [(e.span, e.quote) for e in quotes] + [(n.span, n.quote) for n in chart.not_coded]
        assert all(chart.text[span.start : span.end] == quote for span, quote in found)


def test_every_code_has_evidence_and_comes_once(charts: tuple[GoldChart, ...]) -> None:
    for chart in charts:
        assert chart.codes[0].tier is Tier.CORE
        assert all(c.evidence for c in chart.codes)
        assert all(p.evidence for p in chart.procedures)
        assert len({c.code for c in chart.codes}) == len(chart.codes)


def test_every_diagnosis_is_billable(charts: tuple[GoldChart, ...], icd10cm: CodeSystem) -> None:
    for value in {c.code.value for chart in charts for c in chart.codes}:
        assert icd10cm.billable(value), value


def test_words_that_are_not_coded_are_not_evidence_of_a_condition(
    charts: tuple[GoldChart, ...],
) -> None:
    history = ("Z8", "H66.001", "F02.80")  # "no perforation", "no agitation" are part of the title
    for chart in charts:
        for item in chart.codes:
            for evidence in item.evidence:
                for words in chart.not_coded:
                    if words.span.contains(evidence.span):
                        assert item.code.value.startswith(history), (chart.id, item.code.value)


def test_the_worked_example_stands_first(charts: tuple[GoldChart, ...]) -> None:
    chart = charts[0]
    assert chart.text == WORKED_EXAMPLE
    assert [(c.code, c.tier) for c in chart.codes] == [
        (Code(System.ICD10CM, "E11.22"), Tier.CORE),
        (Code(System.ICD10CM, "I12.9"), Tier.CORE),
        (Code(System.ICD10CM, "N18.32"), Tier.CORE),
        (Code(System.ICD10CM, "J44.1"), Tier.CORE),
        (Code(System.ICD10CM, "Z80.3"), Tier.STATUS),
    ]
    assert {(n.quote, n.reason) for n in chart.not_coded} == {
        ("chest pain", Reason.NEGATED),
        ("pneumonia", Reason.NEGATED),
        ("pulmonary embolism", Reason.UNCERTAIN),
        ("breast cancer", Reason.FAMILY),
    }
