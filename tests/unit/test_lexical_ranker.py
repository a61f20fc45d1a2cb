"""The points formula: probability, decision and alternatives of a candidate."""

from __future__ import annotations

import math

import pytest

from coding.protocols import CodeSystem
from coding.types import (
    Assertion,
    Candidate,
    Code,
    Decision,
    Evidence,
    Note,
    Reading,
    Section,
    Setting,
    Span,
    System,
)
from models.encode import FEATURES, encode
from models.lexical_ranker import POINTS, LexicalRanker, Rates

TEXT = "Assessment: COPD. Chest pain."
READING = Reading(
    Note("n", TEXT, Setting.OUTPATIENT),
    (Section("assessment", Span(0, 11), Span(12, len(TEXT))),),
    (Span(12, 17), Span(18, 29)),
    (),
)


def _candidate(value: str, quote: str, assertion: Assertion = Assertion.AFFIRMED) -> Candidate:
    start = TEXT.index(quote)
    span = Span(start, start + len(quote))
    evidence = Evidence(span, quote, "assessment", (assertion,), f"lexicon:{quote}", 1.0)
    return Candidate(Code(System.ICD10CM, value), 0.6, (evidence,), ("test",))


def _ranker(**points: float) -> LexicalRanker:
    every = {**dict.fromkeys(POINTS, 0.0), **points}
    return LexicalRanker("0", every, Rates(-1.0, {"J44": 2.0}), 1.0, 0.0, 0.5, 0.9)


def test_features_have_their_names(icd10cm: CodeSystem) -> None:
    (features,) = encode(READING, [_candidate("J44.9", "COPD")], icd10cm)
    values = dict(zip(FEATURES, features, strict=True))
    assert values["bias"] == 1
    assert values["prior"] == 0.6
    assert values["in_diagnosis"] == values["from_lexicon"] == values["one_word"] == 1
    assert values["line_share"] == pytest.approx(4 / 5)
    assert values["symptom"] == values["status"] == values["in_plan"] == 0


def test_probability_is_the_logistic_of_the_points(icd10cm: CodeSystem) -> None:
    ranker = _ranker(bias=-1.0, in_diagnosis=2.0, prior=0.5, category_rate=0.25)
    (ranked,) = ranker.rank(READING, [_candidate("J44.9", "COPD")], icd10cm)
    expected = 1 / (1 + math.exp(-(-1.0 + 2.0 + 0.5 * 0.6 + 0.25 * 2.0)))
    assert ranked.probability == round(expected, 4)


def test_a_category_never_seen_has_the_overall_rate(icd10cm: CodeSystem) -> None:
    ranker = _ranker(category_rate=1.0)
    (ranked,) = ranker.rank(READING, [_candidate("R07.9", "Chest pain")], icd10cm)
    assert ranked.probability == round(1 / (1 + math.exp(1.0)), 4)


def test_relations_tell_of_the_other_candidates(icd10cm: CodeSystem) -> None:
    whole = _candidate("R07.89", "Chest pain")
    part = _candidate("R52", "pain")
    apart = _candidate("J44.9", "COPD")
    rows = encode(READING, [whole, part, apart], icd10cm)
    values = [dict(zip(FEATURES, row, strict=True)) for row in rows]
    assert [v["inside_longer"] for v in values] == [0, 1, 0]
    assert [v["others_here"] > 0 for v in values] == [True, True, False]
    assert [v["first_of_note"] for v in values] == [0, 0, 1]
    assert len({v["candidates"] for v in values}) == 1


def test_thresholds_decide(icd10cm: CodeSystem) -> None:
    low, mid, high = (
        _ranker(bias=bias).rank(READING, [_candidate("J44.9", "COPD")], icd10cm)[0]
        for bias in (-1.0, 1.0, 5.0)
    )
    assert (low.decision, low.auto) == (Decision.REVIEW, False)
    assert (mid.decision, mid.auto) == (Decision.ACCEPT, False)
    assert (high.decision, high.auto) == (Decision.ACCEPT, True)


def test_likeliest_first_with_the_others_of_the_same_words(icd10cm: CodeSystem) -> None:
    candidates = [
        _candidate("J44.9", "COPD"),
        _candidate("R07.9", "Chest pain"),
        _candidate("J44.1", "COPD"),
    ]
    ranked = _ranker(bias=0.5, symptom=-1.0).rank(READING, candidates, icd10cm)
    assert [s.code.value for s in ranked] == ["J44.1", "J44.9", "R07.9"]
    assert [a.code.value for a in ranked[0].alternatives] == ["J44.9"]
    assert ranked[2].alternatives == ()


def test_every_suggestion_has_its_chain(icd10cm: CodeSystem) -> None:
    suggestion = _ranker().rank(READING, [_candidate("J44.9", "COPD")], icd10cm)[0]
    kinds = [step.kind for step in suggestion.proof]
    assert kinds == ["quote", "section", "assertion", "lexicon", "tabular", "model"]
    assert suggestion.proof[0].ref == "COPD"
    assert suggestion.proof[4].ref.startswith("J44.9 Chronic obstructive")
