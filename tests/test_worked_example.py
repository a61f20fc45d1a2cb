"""The worked example of the README: what must come out of one short note."""

from __future__ import annotations

from collections.abc import Callable

from coding.types import CodingResult, Decision, Reason

TEXT = (
    "72 y/o male with type 2 diabetes mellitus with diabetic chronic kidney disease stage 3b, "
    "hypertension, and COPD with acute exacerbation. Denies chest pain. No evidence of pneumonia. "
    "Family history of breast cancer in mother. Possible pulmonary embolism, CT ordered."
)


def test_accepted_codes_in_claim_order(code: Callable[..., CodingResult]) -> None:
    result = code(TEXT)
    accepted = [s for s in result.suggestions if s.decision is Decision.ACCEPT]
    claim = [s.code.value for s in sorted(accepted, key=lambda s: s.sequence or 0)]
    assert set(claim) - {"Z80.3"} == {"E11.22", "I12.9", "N18.32", "J44.1"}
    assert claim.index("N18.32") > max(claim.index("E11.22"), claim.index("I12.9"))


def test_optional_family_history_is_listed(code: Callable[..., CodingResult]) -> None:
    assert "Z80.3" in [s.code.value for s in code(TEXT).suggestions]


def test_what_was_seen_but_not_coded_says_why(code: Callable[..., CodingResult]) -> None:
    rejected = {(e.quote.lower(), r.reason) for r in code(TEXT).rejected for e in r.evidence}
    assert ("chest pain", Reason.NEGATED) in rejected
    assert ("pneumonia", Reason.NEGATED) in rejected
    assert ("pulmonary embolism", Reason.UNCERTAIN) in rejected
    assert ("breast cancer", Reason.FAMILY) in rejected
    assert not {r.code.value for r in code(TEXT).rejected} & {"E11.22", "N18.32", "J44.1"}


def test_evidence_is_the_exact_words(code: Callable[..., CodingResult]) -> None:
    result = code(TEXT)
    for suggestion in result.suggestions:
        assert abs(sum(e.weight for e in suggestion.evidence) - 1) < 1e-9
        for e in suggestion.evidence:
            assert e.span.of(TEXT) == e.quote
