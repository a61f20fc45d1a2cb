from coding.rules.excludes1 import Excludes1
from coding.types import Decision, Draft, Reason, Severity
from tests.unit.rule_kit import CODES, icd, read, suggest, words

TEXT = "Type 1 diabetes. Type 2 diabetes. Hypertension."


def test_a_conflict_is_reported_once_and_nothing_is_removed() -> None:
    draft = Draft(
        (
            suggest("E11.9", words(TEXT, "Type 2 diabetes")),
            suggest("E10.9", words(TEXT, "Type 1 diabetes")),
            suggest("I10", words(TEXT, "Hypertension")),
        )
    )
    result = Excludes1().apply(draft, read(TEXT), CODES)
    (finding,) = result.findings
    assert finding.codes == (icd("E10.9"), icd("E11.9"))
    assert finding.severity is Severity.WARNING
    assert "at E11" in finding.citation
    assert "I.A.12.a" in finding.citation
    assert result.suggestions == draft.suggestions
    assert Excludes1().apply(result, read(TEXT), CODES) == result


def test_of_two_codes_over_the_same_words_the_likelier_stays() -> None:
    draft = Draft(
        (
            suggest("E11.9", words(TEXT, "Type 2 diabetes"), probability=0.6),
            suggest("E10.9", words(TEXT, "2 diabetes"), probability=0.7),
        )
    )
    result = Excludes1().apply(draft, read(TEXT), CODES)
    assert [s.code for s in result.suggestions] == [icd("E10.9")]
    assert [(r.code, r.reason) for r in result.rejected] == [(icd("E11.9"), Reason.EXCLUDES1)]
    assert result.findings == ()


def test_a_code_for_review_conflicts_with_nothing() -> None:
    draft = Draft(
        (
            suggest("E11.9", words(TEXT, "Type 2 diabetes")),
            suggest("E10.9", words(TEXT, "Type 1 diabetes"), decision=Decision.REVIEW),
        )
    )
    assert Excludes1().apply(draft, read(TEXT), CODES) == draft
