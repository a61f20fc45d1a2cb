from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from coding.types import (
    Assertion,
    Claim,
    Code,
    CodingResult,
    Decision,
    Evidence,
    Finding,
    Provenance,
    Query,
    Reason,
    Rejection,
    Role,
    Setting,
    Severity,
    Span,
    Suggestion,
    System,
)
from service.table import print_result, printable


def code(value: str) -> Code:
    return Code(System.ICD10CM, value)


def evidence(quote: str, *assertions: Assertion, section: str = "none") -> Evidence:
    said = assertions or (Assertion.AFFIRMED,)
    return Evidence(Span(0, len(quote)), quote, section, said, "title", 1.0)


RESULT = CodingResult(
    note_id="visit-1",
    note_sha256="",
    setting=Setting.OUTPATIENT,
    claim=Claim.PROFESSIONAL,
    service_date=date(2026, 6, 15),
    suggestions=(
        Suggestion(
            code=code("E11.22"),
            display="Type 2 diabetes mellitus with diabetic chronic kidney disease",
            probability=0.9312,
            decision=Decision.ACCEPT,
            auto=False,
            role=Role.FIRST_LISTED,
            sequence=1,
            evidence=(evidence("diabetic chronic kidney disease", section="assessment_plan"),),
            proof=(),
        ),
    ),
    rejected=(
        Rejection(
            code("R07.9"),
            "Chest pain",
            Reason.NEGATED,
            (evidence("chest pain", Assertion.NEGATED),),
        ),
    ),
    findings=(Finding("codeset.stale", Severity.WARNING, (), "The release has ended.", "doc"),),
    queries=(Query(code("I50.9"), "type", (), "Which type of heart failure is it?"),),
    provenance=Provenance("chartcode", "lexical", (), ""),
)


def shown(result: CodingResult, *, color: bool = False) -> str:
    stream = io.StringIO()
    system = "standard" if color else None
    console = Console(file=stream, width=80, force_terminal=color, color_system=system)
    print_result(result, console)
    return stream.getvalue()


def test_everything_a_coder_needs_is_there() -> None:
    said = " ".join(shown(RESULT).split())
    for part in (
        "visit-1 outpatient, professional claim, 2026-06-15",
        "1 E11.22 0.93 accept",
        "“diabetic chronic kidney disease” in assessment plan",
        "Seen but not coded",
        "R07.9 negated Chest pain",
        "“chest pain” (negated)",
        "warning: The release has ended. [codeset.stale]",
        "query: I50.9 Which type of heart failure is it?",
    ):
        assert part in said


def test_it_fits_a_narrow_terminal_without_trailing_junk() -> None:
    assert max(len(line.rstrip()) for line in shown(RESULT).splitlines()) <= 80


def test_color_is_for_terminals() -> None:
    assert "\x1b[" in shown(RESULT, color=True)
    assert "\x1b" not in shown(RESULT)


def test_a_result_without_codes_says_so() -> None:
    empty = replace(RESULT, suggestions=(), rejected=(), findings=(), queries=())
    assert "No code is supported by this note." in shown(empty)


def test_many_quotes_are_counted_not_listed() -> None:
    [one] = RESULT.suggestions
    many = replace(one, evidence=tuple(evidence(f"words {n}") for n in range(8)))
    said = shown(replace(RESULT, suggestions=(many,)))
    assert "words 2" in said
    assert "words 3" not in said
    assert "and 5 more" in said


@pytest.mark.parametrize(
    ("words", "safe"),
    [
        ("chest\r\n pain", "chest pain"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("\x9b2J\u202e rtl", "2J rtl"),
        ("[bold]héart 😀", "[bold]héart 😀"),
    ],
)
def test_words_of_a_note_cannot_steer_the_terminal(words: str, safe: str) -> None:
    assert printable(words) == safe
    rejected = Rejection(code("R07.9"), "Chest pain", Reason.NEGATED, (evidence(words),))
    assert f"“{safe}”" in shown(replace(RESULT, rejected=(rejected,)))
