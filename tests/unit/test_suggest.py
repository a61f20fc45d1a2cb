"""What every ranker does alike: what is shown, what is left out, what is accepted."""

from __future__ import annotations

from coding.protocols import CodeSystem
from coding.types import Assertion, Candidate, Code, Decision, Evidence, Span, System
from models.suggest import UNBELIEVED, Thresholds, suggest

THRESHOLDS = Thresholds(accept=0.5, auto=0.9)


def candidate(value: str, *sources: str, by: tuple[str, ...] = ("lexical",)) -> Candidate:
    evidence = tuple(
        Evidence(Span(10 * n, 10 * n + 5), "words", "none", (Assertion.AFFIRMED,), source, 0.2)
        for n, source in enumerate(sources)
    )
    return Candidate(Code(System.ICD10CM, value), 0.5, evidence, by)


def sources(made: Candidate, codes: CodeSystem) -> list[str]:
    (suggestion,) = suggest([made], [0.6], THRESHOLDS, codes, "m")
    assert abs(sum(e.weight for e in suggestion.evidence) - 1) < 1e-9 or len(made.evidence) == len(
        suggestion.evidence
    )
    return [e.source for e in suggestion.evidence]


def test_it_rests_on_the_words_that_point_most_closely(icd10cm: CodeSystem) -> None:
    whole = candidate("I10", "phrase:x", "lexicon:hypertension", "dense:x", "title:x")
    assert sources(whole, icd10cm) == ["lexicon:hypertension", "title:x"]
    assert sources(candidate("I10", "dense:x", "phrase:x"), icd10cm) == ["phrase:x"]
    assert sources(candidate("I10", "dense:x"), icd10cm) == ["dense:x"]


def test_what_only_a_model_proposed_and_does_not_believe_is_left_out(icd10cm: CodeSystem) -> None:
    unlikely = UNBELIEVED / 2
    learnt = candidate("I10", "dense:x", by=("dense",))
    assert suggest([learnt], [unlikely], THRESHOLDS, icd10cm, "m") == ()
    assert suggest([learnt], [UNBELIEVED], THRESHOLDS, icd10cm, "m")
    named = candidate("I10", "lexicon:x", by=("lexical", "dense"))
    assert suggest([named], [unlikely], THRESHOLDS, icd10cm, "m"), "a rule may say why not"


def test_probabilities_are_rounded_before_thresholds_apply(icd10cm: CodeSystem) -> None:
    made = [candidate(value, "lexicon:x") for value in ("I10", "E03.9", "M10.9")]
    first, second, third = suggest(made, [0.49996, 0.89996, 0.1], THRESHOLDS, icd10cm, "m")
    assert (first.code.value, first.auto) == ("E03.9", True)
    assert (second.probability, second.decision) == (0.5, Decision.ACCEPT)
    assert third.decision is Decision.REVIEW
