from coding.rules.residual import RESIDUAL, UnspecifiedSite
from coding.types import Decision, Draft, Reason
from tests.unit.rule_kit import CODES, icd, read, suggest, words

TEXT = "Primary osteoarthritis of the left hip. Severe arthritis."


def test_an_unspecified_site_goes_where_the_note_names_one() -> None:
    draft = Draft(
        (
            suggest("M16.12", words(TEXT, "osteoarthritis of the left hip")),
            suggest("M19.90", words(TEXT, "arthritis", nth=2)),
        )
    )
    result = UnspecifiedSite().apply(draft, read(TEXT), CODES)
    assert [s.code for s in result.suggestions] == [icd("M16.12")]
    assert [(r.code, r.reason) for r in result.rejected] == [(icd("M19.90"), Reason.SUPERSEDED)]


def test_it_stays_beside_a_site_that_is_only_for_review() -> None:
    draft = Draft(
        (
            suggest("M16.12", words(TEXT, "hip"), decision=Decision.REVIEW),
            suggest("M19.90", words(TEXT, "arthritis", nth=2)),
        )
    )
    assert UnspecifiedSite().apply(draft, read(TEXT), CODES) == draft


def test_no_code_names_the_site_for_itself() -> None:
    assert not [r for r, named in RESIDUAL if r.startswith(named)]
