from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from coding.claims.line import claim_line
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
    long = replace(procedure("11721"), modifiers=("59", "T1", "T2"), units=12, supports=("B35.1",))
    for result in (RESULT, replace(RESULT, suggestions=(long, *RESULT.suggestions))):
        assert max(len(line.rstrip()) for line in shown(result).splitlines()) <= 80


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


def procedure(value: str, system: System = System.CPT) -> Suggestion:
    return Suggestion(
        code=Code(system, value),
        display=f"What {value} is",
        probability=0.4,
        decision=Decision.ACCEPT,
        auto=False,
        role=Role.PROCEDURE,
        sequence=None,
        evidence=(evidence("done today"),),
        proof=(),
    )


def test_a_procedure_is_written_as_on_a_claim() -> None:
    plain = procedure("25605")
    assert claim_line(plain) == "25605"
    assert claim_line(replace(plain, modifiers=("58", "LT"), units=1)) == "25605-58-LT"
    assert claim_line(replace(plain, modifiers=("59",), units=2)) == "25605-59x2"


def test_diagnoses_come_first_and_procedures_say_what_they_are_for() -> None:
    joint = replace(procedure("20610"), modifiers=("RT",), supports=("M17.11", "E11.22"))
    said = shown(replace(RESULT, suggestions=(joint, *RESULT.suggestions)))
    headings = ["Diagnoses", "E11.22", "Procedures and services", "20610-RT", "Seen but not coded"]
    assert sorted(headings, key=said.index) == headings
    assert "for: M17.11, E11.22" in said
    # Each keeps its rank among all.
    assert "2  E11.22" in said
    assert "1  20610-RT" in said


def test_diagnoses_alone_have_no_heading_of_procedures() -> None:
    assert "Procedures and services" not in shown(RESULT)
    assert "for:" not in shown(RESULT)


def test_a_visit_shows_its_elements_and_they_are_told_once() -> None:
    visit = procedure("99214")
    message = (
        "99214 (office-established): problems: moderate: gout; data: low: 2 tests; limited by x"
    )
    level = Finding("em.level", Severity.INFO, (visit.code,), message, "framework")
    said = shown(replace(RESULT, suggestions=(visit,), findings=(level,)))
    assert "problems: moderate: gout\n" in said.replace(" \n", "\n").replace("  ", "")
    assert said.count("limited by x") == 1
    unlisted = shown(replace(RESULT, findings=(level,)))
    assert "[em.level]" in unlisted


def test_what_was_not_checked_is_one_line_for_each_reason() -> None:
    reasons = {"NCCI pairs": "no file", "unit limits": "no file", "coverage": "an old file"}
    findings = tuple(
        Finding("edit.not-checked", Severity.INFO, (), f"{what} not checked: {why}", "chartcode")
        for what, why in reasons.items()
    )
    part = Finding("edit.not-checked", Severity.INFO, (), "limits checked in part: f1", "chartcode")
    said = shown(replace(RESULT, findings=(*findings, part)))
    assert "not checked: NCCI pairs, unit limits: no file\ncoverage: an old file" in said
    assert said.count("[edit.not-checked]") == 2
    assert "limits checked in part: f1" in said


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
