from __future__ import annotations

import pytest

from coding.procedures.performed import Performed
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


class _Codes:
    def __init__(self, system: System) -> None:
        self.system = system


CPT: CodeSystem = _Codes(System.CPT)  # type: ignore[assignment]
HCPCS: CodeSystem = _Codes(System.HCPCS)  # type: ignore[assignment]


def judged(text: str, *words: str, source: str = "words:x", codes: CodeSystem = CPT) -> Draft:
    evidence = tuple(
        Evidence(Span(at, at + len(w)), w, "none", (), source, 1 / len(words))
        for w in words
        for at in [text.index(w)]
    )
    suggestion = Suggestion(
        Code(System.CPT, "11111"), "x", 0.9, Decision.ACCEPT, False, Role.PROCEDURE, None,
        evidence, (),
    )  # fmt: skip
    reading = READER.read(Note("n", text, Setting.OUTPATIENT))
    return Performed().apply(Draft((suggestion,)), reading, codes)


@pytest.mark.parametrize(
    ("text", "words", "reason"),
    [
        ("We will schedule a colonoscopy.", "colonoscopy", Reason.PLANNED),
        ("He had a colonoscopy two years ago.", "colonoscopy", Reason.HISTORICAL),
        ("She declined a flu shot.", "flu shot", Reason.NEGATED),
    ],
)
def test_what_was_not_done_is_rejected(text: str, words: str, reason: Reason) -> None:
    draft = judged(text, words)
    assert draft.suggestions == ()
    assert [r.reason for r in draft.rejected] == [reason]


def test_what_was_done_stays_with_the_words_that_say_so() -> None:
    text = "She needs a colonoscopy. Today's Colonoscopy was performed without difficulty."
    draft = judged(text, "colonoscopy", "Colonoscopy")
    (kept,) = draft.suggestions
    assert [(e.quote, e.weight) for e in kept.evidence] == [
        ("Colonoscopy", 1.0),
        ("colonoscopy", 0.0),
    ]
    assert kept.proof[-1].ref == "procedure.performed: performed"
    assert kept.proof[-1].spans


def test_what_is_left_open_stays() -> None:
    (kept,) = judged("Colonoscopy.", "Colonoscopy").suggestions
    assert kept.proof[-1].ref == "procedure.performed: unclear"


def test_sites_and_measures_are_not_judged() -> None:
    text = "Excision was performed. She will follow up for her left cheek."
    draft = judged(text, "Excision")
    assert draft.rejected == ()
    named = judged(text, "left cheek", source="site:cheek")
    assert named.rejected != ()


def test_another_system_is_left_alone() -> None:
    draft = judged("We will schedule a colonoscopy.", "colonoscopy", codes=HCPCS)
    assert len(draft.suggestions) == 1
