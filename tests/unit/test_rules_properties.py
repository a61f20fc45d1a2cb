"""What holds for every rule on every draft."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding.protocols import Rule
from coding.rules import standard_rules
from coding.types import (
    Assertion,
    Decision,
    Draft,
    Evidence,
    Reading,
    Setting,
    Span,
    Suggestion,
)
from tests.unit.rule_kit import (
    AFFIRMED,
    CODES,
    KNOWLEDGE,
    TITLES,
    icd,
    read,
    reasons,
    suggest,
    the,
    values,
    words,
)

TEXT = (
    "poorly controlled diabetes with kidney disease, hypertension. cough due to pneumonia. "
    "copd not due to asthma. mother had breast cancer. "
)
RULES = standard_rules(KNOWLEDGE)
FEW = settings(max_examples=40, deadline=None)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    start = draw(st.integers(0, len(TEXT) - 2))
    end = draw(st.integers(start + 1, min(start + 30, len(TEXT))))
    span = Span(start, end)
    stated = draw(st.one_of(st.just(AFFIRMED), st.lists(_BARRED, min_size=1, max_size=2)))
    label = draw(st.sampled_from(["none", "assessment", "chief_complaint"]))
    weight = draw(st.floats(0.01, 1))
    kinds = tuple(sorted(set(stated)))
    return Evidence(span, span.of(TEXT), label, kinds, "title", weight)


_BARRED = st.sampled_from([a for a in Assertion if a is not Assertion.AFFIRMED])


@st.composite
def suggestions(draw: st.DrawFn) -> Suggestion:
    pieces = draw(st.lists(evidence(), min_size=1, max_size=3, unique_by=lambda e: e.span))
    return suggest(
        draw(st.sampled_from([*sorted(TITLES), "Q99.99"])),
        *pieces,
        probability=round(draw(st.floats(0, 1)), 4),
        decision=draw(st.sampled_from(Decision)),
    )


drafts = st.lists(suggestions(), max_size=8, unique_by=lambda s: s.code).map(
    lambda found: Draft(tuple(found))
)
readings = st.sampled_from(Setting).map(lambda setting: read(TEXT, setting=setting))


def run(draft: Draft, reading: Reading) -> Draft:
    for rule in RULES:
        draft = rule.apply(draft, reading, CODES)
    return draft


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@FEW
@given(draft=drafts, reading=readings)
def test_a_rule_applied_twice_is_the_rule_applied_once(
    rule: Rule, draft: Draft, reading: Reading
) -> None:
    if rule is not RULES[0]:  # the others work on codes of the release
        draft = RULES[0].apply(draft, reading, CODES)
    once = rule.apply(draft, reading, CODES)
    assert rule.apply(once, reading, CODES) == once


@FEW
@given(draft=drafts, reading=readings)
def test_weights_quotes_probabilities_and_places(draft: Draft, reading: Reading) -> None:
    highest = max((s.probability for s in draft.suggestions), default=0.0)
    for rule in RULES:
        draft = rule.apply(draft, reading, CODES)
        for suggestion in draft.suggestions:
            pieces = suggestion.evidence
            assert sum(e.weight for e in pieces) == pytest.approx(1.0, abs=1e-9)
            assert all(e.quote == e.span.of(TEXT) for e in pieces)
            assert suggestion.probability <= highest
    kept = {s.code for s in draft.suggestions}
    assert not kept & {r.code for r in draft.rejected}
    numbers = [s.sequence for s in draft.suggestions if s.decision is Decision.ACCEPT]
    assert sorted(n for n in numbers if n is not None) == list(range(1, len(numbers) + 1))
    assert all(CODES.billable(code.value) for code in kept)


@FEW
@given(draft=drafts, reading=readings, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_draft_does_not_matter(
    draft: Draft, reading: Reading, seed: random.Random
) -> None:
    shuffled = list(draft.suggestions)
    seed.shuffle(shuffled)
    one, other = run(draft, reading), run(Draft(tuple(shuffled)), reading)
    assert {s.code: s for s in one.suggestions} == {s.code: s for s in other.suggestions}
    assert reasons(one) == reasons(other)
    assert set(one.findings) == set(other.findings)


def test_the_worked_example() -> None:
    text = (
        "72 y/o male with type 2 diabetes mellitus with diabetic chronic kidney disease stage 3b, "
        "hypertension, and COPD with acute exacerbation. Denies chest pain. No evidence of "
        "pneumonia. Family history of breast cancer in mother. Possible pulmonary embolism, "
        "CT ordered."
    )
    doubtful = Decision.REVIEW
    draft = Draft(
        (
            suggest("E11.22", words(text, "type 2 diabetes mellitus with diabetic chronic kidney")),
            suggest("E11.9", words(text, "type 2 diabetes mellitus")),
            suggest("N18.9", words(text, "chronic kidney disease"), probability=0.5),
            suggest("N18.32", words(text, "chronic kidney disease stage 3b")),
            suggest("I10", words(text, "hypertension")),
            suggest("J44.9", words(text, "COPD")),
            suggest("J44.1", words(text, "COPD with acute exacerbation")),
            suggest("R07.9", words(text, "chest pain", Assertion.NEGATED), decision=doubtful),
            suggest("J18.9", words(text, "pneumonia", Assertion.NEGATED)),
            suggest("C50.919", words(text, "breast cancer", Assertion.FAMILY)),
            suggest("I26.99", words(text, "pulmonary embolism", Assertion.UNCERTAIN)),
        )
    )
    result = run(draft, read(text))
    claim = sorted((s for s in result.suggestions if s.sequence), key=lambda s: s.sequence or 0)
    assert [s.code.value for s in claim] == ["E11.22", "I12.9", "N18.32", "J44.1"]
    assert the(result, "Z80.3").decision is Decision.REVIEW
    assert reasons(result) == {
        "E11.9": "superseded",
        "I10": "superseded",
        "N18.9": "superseded",
        "J44.9": "superseded",
        "R07.9": "negated",
        "J18.9": "negated",
        "C50.919": "family",
        "I26.99": "uncertain",
    }


def test_every_rule_has_an_id_of_its_own_and_cites_a_paragraph() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all("Section" in rule.citation for rule in RULES)


def test_sixty_suggestions_take_milliseconds() -> None:
    chosen = [icd(v).value for v in TITLES if CODES.billable(v)][:60]
    places = [words(TEXT, word) for word in ("diabetes", "hypertension", "copd", "asthma")]
    draft = Draft(tuple(suggest(value, *places) for value in chosen))
    reading = read(TEXT)
    fastest = min(_timed(draft, reading) for _ in range(5))
    # A hundredth is the aim; the bound leaves room for a machine that is busy otherwise.
    assert fastest < 0.1, values(draft)


def _timed(draft: Draft, reading: Reading) -> float:
    start = time.perf_counter()
    run(draft, reading)
    return time.perf_counter() - start
