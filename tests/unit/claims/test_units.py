"""Units: counted, timed, dosed."""

from __future__ import annotations

import pytest

from codesets.doses import dose_of
from codesets.linkage import load_linkage
from coding.claims.units import ClaimUnits
from coding.types import Draft, System
from tests.unit.claims.kit import Codes, claim, found, line, plain, suggest


def units(text: str, code: str, words: str, system: System = System.CPT) -> int | None:
    reading = plain(text)
    return line(claim(reading, suggest(reading, code, words, system=system)), code).units


@pytest.mark.parametrize(
    ("text", "code", "words", "expected"),
    [
        ("Excision of two lesions of the back.", "11401", "Excision", 2),
        ("Excision of a lesion of 2 cm.", "11402", "Excision", None),
        ("Toradol and Phenergan: injection x2.", "96372", "injection", 2),
        ("Two injections were needed to numb the colon.", "45378", "colon", None),
        ("Gait training for 38 minutes.", "97116", "Gait training", 3),
        ("Gait training for 22 minutes.", "97116", "Gait training", 1),
        ("Gait training for 7 minutes.", "97116", "Gait training", None),
        ("Hydration ran for 3 hours.", "96361", "Hydration", 2),
        ("Hydration ran for 90 minutes.", "96361", "Hydration", None),
        ("Triggers of the left index finger and left ring finger released.", "26055", "Trig", 2),
    ],
)
def test_counts_and_times(text: str, code: str, words: str, expected: int | None) -> None:
    assert units(text, code, words) == expected


@pytest.mark.parametrize(
    ("text", "code", "words", "expected"),
    [
        ("Toradol 60 mg IM was given.", "J1885", "Toradol", 4),
        ("Given 40 mg of Kenalog.", "J3301", "Kenalog", 4),
        ("Given 45 mg of Kenalog and 8 ml of saline.", "J3301", "Kenalog", 5),
        ("Kenalog was given.", "J3301", "Kenalog", None),
        ("Kenalog 2 cc was given.", "J3301", "Kenalog", None),
        ("Saline 500 ml was given.", "J7040", "Saline", None),
    ],
)
def test_doses(text: str, code: str, words: str, expected: int | None) -> None:
    assert units(text, code, words, System.HCPCS) == expected


def test_the_step_says_why() -> None:
    reading = plain("Toradol 60 mg IM was given.")
    drug = suggest(reading, "J1885", "Toradol", system=System.HCPCS)
    step = line(claim(reading, drug), "J1885").proof[0]
    assert step.ref == "claims.units: 4, 15 mg a unit"
    assert [span.of(reading.note.text) for span in step.spans] == ["60 mg"]


def test_each_vaccine_but_the_first_is_a_further_one() -> None:
    reading = plain("MMR, DTaP and polio vaccines given.")
    vaccines = [
        suggest(reading, code, word)
        for code, word in (("90707", "MMR"), ("90700", "DTaP"), ("90713", "polio"))
    ]
    draft = claim(
        reading, *vaccines, suggest(reading, "90471", "given"), suggest(reading, "90472", "given")
    )
    assert (line(draft, "90471").units, line(draft, "90472").units) == (None, 2)


def test_what_is_thrown_away_is_said() -> None:
    text = "Kenalog 30 mg was given, the rest of the vial was {}."
    for word, said in (("discarded", True), ("kept", False)):
        reading = plain(text.format(word))
        draft = claim(reading, suggest(reading, "J3301", "Kenalog", system=System.HCPCS))
        assert ("claims.wastage" in found(draft)) is said


@pytest.mark.parametrize(
    ("text", "code", "words", "expected"),
    [
        ("Ceftriaxone 1 g IM was given.", "J0696", "Ceftriaxone", 4),
        ("Heparin 5,000 units given.", "J1644", "Heparin", 5),
        ("Rocephin was given.", "J0696", "Rocephin", None),
    ],
)
def test_the_shipped_doses_are_understood(
    text: str, code: str, words: str, expected: int | None
) -> None:
    reading = plain(text)
    drug = suggest(reading, code, words, system=System.HCPCS)
    rule = ClaimUnits(load_linkage(), dose_of)
    draft = rule.apply(Draft((drug,)), reading, Codes(System.HCPCS))
    assert draft.suggestions[0].units == expected
