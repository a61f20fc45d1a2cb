from __future__ import annotations

import pytest

from codesets.linkage import load_linkage
from coding.procedures.included import IncludedProcedure
from coding.protocols import CodeSystem
from coding.reading import MedspacyReader
from coding.types import (
    Code,
    Decision,
    Draft,
    Evidence,
    Note,
    Reason,
    Role,
    Setting,
    Span,
    Suggestion,
    System,
)

READER = MedspacyReader()
RULE = IncludedProcedure(load_linkage())
OPERATION = (
    "PREOPERATIVE DIAGNOSIS: Appendicitis.\n\nPROCEDURE: Laparoscopic appendectomy.\n\n"
    "DESCRIPTION OF PROCEDURE: A Foley catheter was placed."
)


class _Codes:
    def __init__(self, system: System) -> None:
        self.system = system


CPT: CodeSystem = _Codes(System.CPT)  # type: ignore[assignment]
HCPCS: CodeSystem = _Codes(System.HCPCS)  # type: ignore[assignment]


def suggestion(value: str, words: str, text: str, *, accept: bool = True) -> Suggestion:
    at = text.index(words)
    evidence = Evidence(Span(at, at + len(words)), words, "none", (), f"words:{words}", 1.0)
    decision = Decision.ACCEPT if accept else Decision.REVIEW
    code = Code(System.CPT, value)
    return Suggestion(code, "x", 0.9 if accept else 0.1, decision, False, Role.PROCEDURE, None,
                      (evidence,), ())  # fmt: skip


def judged(text: str, *suggestions: Suggestion, codes: CodeSystem = CPT) -> Draft:
    reading = READER.read(Note("n", text, Setting.OUTPATIENT))
    return RULE.apply(Draft(suggestions), reading, codes)


TEXT = "Colonoscopy with biopsy."


def test_the_look_goes_with_the_work() -> None:
    look = suggestion("45378", "Colonoscopy", TEXT)
    work = suggestion("45380", "Colonoscopy with biopsy", TEXT)
    draft = judged(TEXT, look, work)
    assert [s.code.value for s in draft.suggestions] == ["45380"]
    assert [(r.code.value, r.reason) for r in draft.rejected] == [("45378", Reason.INTEGRAL)]
    assert draft.suggestions[0].proof[-1].ref == "procedure.included: 45378"


def test_what_is_for_review_displaces_nothing() -> None:
    look = suggestion("45378", "Colonoscopy", TEXT)
    work = suggestion("45380", "Colonoscopy with biopsy", TEXT, accept=False)
    assert len(judged(TEXT, look, work).suggestions) == 2


@pytest.mark.parametrize(("one", "other"), [("45378", "43239"), ("27447", "45380")])
def test_procedures_that_are_no_part_of_each_other_stay(one: str, other: str) -> None:
    both = suggestion(one, "Colonoscopy", TEXT), suggestion(other, "biopsy", TEXT)
    assert judged(TEXT, *both).suggestions == both


def test_an_operation_takes_in_the_catheter_that_its_title_leaves_out() -> None:
    catheter = suggestion("51702", "Foley catheter was placed", OPERATION)
    draft = judged(OPERATION, catheter)
    assert draft.suggestions == ()
    assert [r.reason for r in draft.rejected] == [Reason.INTEGRAL]


def test_a_catheter_by_itself_is_a_procedure() -> None:
    text = "ED COURSE: A Foley catheter was placed."
    catheter = suggestion("51702", "Foley catheter was placed", text)
    assert judged(text, catheter).suggestions == (catheter,)


def test_another_system_is_left_alone() -> None:
    both = suggestion("45378", "Colonoscopy", TEXT), suggestion("45380", "biopsy", TEXT)
    assert judged(TEXT, *both, codes=HCPCS).suggestions == both
