"""What is asserted of a mention depends on all its words, and on what its wording itself denies."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from coding.build import EngineConfig, build_coder
from coding.pipeline import Coder
from coding.types import CodingResult, Note, Reason, Setting


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Laceration of left forearm without foreign body.", "S51.812A"),
        ("1. Type 2 diabetes with diabetic CKD stage 3b.", "N18.32"),
        ("Type 2 diabetes. CKD IIIa, HFpEF.", "I50.30"),
        ("R knee pain.", "M25.561"),
    ],
)
def test_is_suggested(code: Callable[..., CodingResult], text: str, value: str) -> None:
    assert value in {s.code.value for s in code(text).suggestions}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("No laceration of the left forearm.", "S51.812A"),
        ("Skin is without rashes.", "R21"),
        ("Breasts are without lumps.", "N63.0"),
    ],
)
def test_is_rejected_as_negated(code: Callable[..., CodingResult], text: str, value: str) -> None:
    assert (value, Reason.NEGATED) in {(r.code.value, r.reason) for r in code(text).rejected}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1. Type 2 diabetes with diabetic CKD stage 3b.", "N18.2"),
        ("2. Type 1 diabetes.", "E11.9"),
        ("ALLERGIES: Penicillin.", "T78.40XA"),
        ("CKD secondary to hypertension.", "I15.9"),
        ("Vitals: HR 92.", "Z17.410"),
    ],
)
def test_is_not_thought_of(text: str, value: str) -> None:
    # By the lexicon: the nearest wording by meaning may well be one of these.
    result = lexical_coder().code(Note("note", text, Setting.OUTPATIENT))
    assert value not in {x.code.value for x in (*result.suggestions, *result.rejected)}


@cache
def lexical_coder() -> Coder:
    return build_coder(EngineConfig(ranker="lexical"))
