"""Missed charges, drugs without codes, several operations: each finding once, or not at all."""

from __future__ import annotations

import pytest

from codesets.linkage import Range, load_linkage
from coding.claims import MODIFIERS, known_modifiers
from coding.protocols import CodeSystem
from coding.types import Code, Decision, System
from tests.unit.claims.kit import Codes, claim, found, plain, read, suggest

DONE = ("procedure", "Procedure", "Skin tag was removed with scissors.")


def test_what_was_done_and_nobody_codes_is_a_missed_charge() -> None:
    reading = read(DONE)
    weak = suggest(reading, "11200", "Skin tag was removed", decision=Decision.REVIEW)
    draft = claim(reading, weak)
    (finding,) = [f for f in draft.findings if f.rule == "claims.missed-charge"]
    assert finding.codes == (Code(System.CPT, "11200"),)
    assert "scissors" not in finding.message


def test_what_an_accepted_code_reports_is_not_missed() -> None:
    reading = read(DONE)
    draft = claim(
        reading,
        suggest(reading, "11200", "Skin tag was removed"),
        suggest(reading, "11201", "removed", decision=Decision.REVIEW),
    )
    assert "claims.missed-charge" not in found(draft)


def test_what_is_only_planned_is_not_missed() -> None:
    reading = read(("plan", "Plan", "Schedule colonoscopy next month."))
    draft = claim(reading, suggest(reading, "45378", "colonoscopy", decision=Decision.REVIEW))
    assert "claims.missed-charge" not in found(draft)


DRUG = "claims.drug-without-hcpcs"


@pytest.mark.parametrize(
    ("text", "code", "words", "fires"),
    [
        ("Right knee injected.", "20610", "knee injected", True),
        ("Right knee aspirated.", "20610", "knee aspirated", False),
        ("IM injection.", "96372", "IM injection", True),
        ("Toenail trimmed.", "11719", "Toenail trimmed", False),
        ("She was given Toradol 60 mg IM today. Seen.", "99213", "Seen", True),
        ("She takes Toradol 10 mg by mouth. Seen.", "99213", "Seen", False),
    ],
)
def test_a_drug_given_needs_its_code(text: str, code: str, words: str, fires: bool) -> None:
    reading = plain(text)
    draft = claim(reading, suggest(reading, code, words))
    assert found(draft).count(DRUG) == int(fires)


def test_a_drug_code_or_a_request_without_hcpcs_is_silent() -> None:
    reading = plain("Right knee injected with Kenalog.")
    injection = suggest(reading, "20610", "knee injected")
    drug = suggest(reading, "J3301", "Kenalog", system=System.HCPCS, decision=Decision.REVIEW)
    assert DRUG not in found(claim(reading, injection, drug))
    assert DRUG not in found(claim(reading, injection, systems=(System.ICD10CM, System.CPT)))


def test_several_operations_are_told_once_and_get_no_51() -> None:
    reading = plain("Hernia repaired. Hydrocele repaired.")
    one = suggest(reading, "49505", "Hernia repaired")
    other = suggest(reading, "55060", "Hydrocele repaired")
    assert found(claim(reading, one, other)).count("claims.multiple-procedures") == 1
    assert "claims.multiple-procedures" not in found(claim(reading, one))


class Lists:
    """Loaded lists that have two modifiers, one of them not ours."""

    def newest(self) -> tuple[CodeSystem, ...]:
        few = Codes(system=System.HCPCS, modifiers=frozenset({"RT", "ZZ"}))
        return (few, Codes(modifiers=frozenset({"LT"})))


def test_known_modifiers_are_those_of_the_lists() -> None:
    assert known_modifiers(Lists()) == frozenset({"RT"})  # type: ignore[arg-type]
    assert "51" not in MODIFIERS


def test_ranges_hold_codes_and_their_beginnings() -> None:
    assert "K80.20" in Range("K80", "K83")
    assert "K83.9" in Range("K80", "K83")
    assert "K84" not in Range("K80", "K83")
    assert "00H" in Range("0", "0")
    assert load_linkage().kinds(Code(System.CPT, "99213")) >= {"visit", "telehealth"}
