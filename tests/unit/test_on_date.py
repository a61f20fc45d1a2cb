"""Codes of another day, and the crosswalk to ICD-11, through the engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from codesets.registry import default_index_dir, load_registry
from coding.errors import NotValidOn
from coding.on_date import on_date
from coding.pipeline import Coder
from coding.to_json import result_to_json
from coding.types import (
    Assertion,
    Candidate,
    Code,
    CodingOptions,
    Crosswalk,
    Decision,
    Evidence,
    Note,
    Reason,
    Setting,
    Span,
    System,
)
from service.impact import impact

TEXT = "Assessment: Recurrent Clostridium difficile colitis. Hypertension."
NOTE = Note("n", TEXT, Setting.OUTPATIENT, service_date=date(2016, 9, 1))


def test_a_code_that_came_later_gives_way_to_the_one_above(coder: Coder) -> None:
    result = coder.code(NOTE, CodingOptions(systems=(System.ICD10CM,)))
    assert [f.rule for f in result.findings] == ["codeset.as-of"]
    assert ("A04.71", Reason.NOT_VALID_ON_DATE) in [
        (r.code.value, r.reason) for r in result.rejected
    ]
    accepted = {s.code.value for s in result.suggestions if s.decision is Decision.ACCEPT}
    assert accepted == {"A04.7", "I10"}
    today = coder.code(replace(NOTE, service_date=date(2026, 5, 1)))
    assert "A04.71" in {s.code.value for s in today.suggestions}


def test_only_candidates_of_the_day_are_kept() -> None:
    codes = load_registry(default_index_dir()).at(System.ICD10CM, date(2016, 9, 1))
    evidence = Evidence(Span(0, 1), "x", "none", (Assertion.AFFIRMED,), "title:x", 1.0)
    asked = [
        Candidate(Code(System.ICD10CM, value), 0.5, (evidence,), ("t",))
        for value in ("I10", "A04.71", "U07.1")
    ]
    kept, rejected = on_date(asked, codes)
    assert [c.code.value for c in kept] == ["I10", "A04.7"]
    assert [r.code.value for r in rejected] == ["A04.71", "U07.1"]


def test_what_the_claim_asks_for_and_nobody_has_is_said(coder: Coder) -> None:
    result = coder.code(NOTE)
    lacking = [f.message for f in result.findings if f.rule == "system.not-coded"]
    assert [message.split(";")[-1] for message in lacking] == [" no code of it is suggested"] * 2
    assert {s.code.system for s in result.suggestions} == {System.ICD10CM}


def test_what_a_request_names_must_be_there(coder: Coder) -> None:
    with pytest.raises(NotValidOn):
        coder.code(NOTE, CodingOptions(systems=(System.CPT,)))


def test_a_crosswalk_is_marked_unofficial(coder: Coder) -> None:
    result = coder.code(replace(NOTE, service_date=date(2026, 5, 1)))
    crossed = replace(
        result.suggestions[0], crosswalk=Crosswalk("1Z00", "Drizzle", "exact", "2031-01-01")
    )
    said = result_to_json(replace(result, suggestions=(crossed,)))["suggestions"]
    assert isinstance(said, list)
    assert said[0]["crosswalk"] == {
        "system": "ICD-11",
        "code": "1Z00",
        "display": "Drizzle",
        "map": "exact",
        "release": "2031-01-01",
        "status": "unofficial; ICD-11 is no HIPAA code set",
    }
    assert all("crosswalk" not in s for s in _suggestions(result_to_json(result)))


def test_impact_counts_what_changes(coder: Coder) -> None:
    registry = load_registry(default_index_dir())
    old, new = registry.at(System.ICD10CM, date(2016, 9, 1)), registry.at(System.ICD10CM, None)

    class Earlier:
        """The codes of 2016 as if they were a release."""

        system, release, valid_from = System.ICD10CM, "2016", date(2016, 9, 1)

        def __contains__(self, value: str) -> bool:
            return value in old

        def billable(self, value: str) -> bool:
            return old.billable(value)

    found = impact(coder, [NOTE], Earlier(), new)  # type: ignore[arg-type]
    assert [(c.code, c.gone, c.why) for c in found.changes] == [
        ("A04.7", True, "no longer billable"),
        ("A04.71", False, "new"),
    ]


def _suggestions(result: object) -> Iterator[dict[str, object]]:
    assert isinstance(result, dict)
    yield from result["suggestions"]
