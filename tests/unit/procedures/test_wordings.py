from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from codesets.lexicon import load_lexicon
from codesets.registry import default_index_dir, load_registry
from coding.procedures.wordings import WordingGenerator
from coding.reading import MedspacyReader
from coding.types import Candidate, Note, Setting, System

READER = MedspacyReader()
WORDS = {
    "11111": ("harpsichord tuning", "tuning of a harpsichord"),
    "22222": ("harpsichord tuning with pedals",),
    "33333": ("lute stringing",),
    "44444": ("lute stringing",),
    "99213": ("harpsichord visit",),
}


@dataclass(frozen=True)
class Codes:
    """What the generator asks of a release."""

    system: System = System.CPT
    release: str = "r"
    valid_from: date = date(2026, 1, 1)

    def wordings(self) -> Iterator[tuple[str, str]]:
        return ((code, words) for code, all_words in WORDS.items() for words in all_words)

    def __contains__(self, value: str) -> bool:
        return value in WORDS


def found(text: str, system: System = System.CPT) -> dict[str, Candidate]:
    generator = WordingGenerator(Codes(), load_lexicon())  # type: ignore[arg-type]
    reading = READER.read(Note("n", text, Setting.OUTPATIENT))
    candidates = generator.generate(reading, Codes(system))  # type: ignore[arg-type]
    return {c.code.value: c for c in candidates}


def test_the_fullest_wording_wins() -> None:
    assert set(found("Tuning of the harpsichord was done.")) == {"11111"}
    assert set(found("Harpsichord tuning with pedals was done.")) == {"22222"}


def test_codes_of_one_wording_are_proposed_in_order() -> None:
    both = found("Stringing of the lute.")
    assert set(both) == {"33333", "44444"}
    assert both["33333"].prior > both["44444"].prior


def test_visits_are_levelled_elsewhere() -> None:
    assert found("A harpsichord visit.") == {}


def test_another_system_gets_nothing() -> None:
    assert found("Lute stringing.", System.HCPCS) == {}


def test_evidence_is_exact_and_weighs_one() -> None:
    text = "Lute stringing was done. Later the lute needed stringing again."
    candidate = found(text)["33333"]
    assert [e.quote for e in candidate.evidence] == ["Lute stringing", "lute needed stringing"]
    assert all(e.span.of(text) == e.quote for e in candidate.evidence)
    assert sum(e.weight for e in candidate.evidence) == pytest.approx(1.0)
    assert candidate.evidence[0].source == "words:lute stringing"


def test_a_title_is_matched_to_the_wording_most_like_it() -> None:
    title = "PROCEDURE: Harpsichord pedals tuned in part."
    assert "22222" in found(title)
    assert found("He likes harpsichord pedals.") == {}


def test_the_loaded_lists_are_searched() -> None:
    registry = load_registry(default_index_dir())
    codes = registry.at(System.CPT, None)
    generator = WordingGenerator(codes, load_lexicon())
    reading = READER.read(Note("n", "EKG showed sinus rhythm.", Setting.OUTPATIENT))
    assert "93000" in {c.code.value for c in generator.generate(reading, codes)}
