"""Candidates by phrases and by meaning: where they come from, and what they must not do."""

from __future__ import annotations

import pytest

from coding.pipeline import Coder, merge
from coding.protocols import CodeSystem
from coding.types import Assertion, Candidate, Code, Evidence, Note, Reading, Setting, Span, System
from models.dense_generator import DenseGenerator
from models.eyes import Eyes, load_eyes
from models.phrase_generator import PhraseGenerator
from models.phrases import PhraseTable, phrases_of

TEXT = "Assessment:\n1. Lump in the throat feeling.\n\nFamily History:\nMother had glandular fever."


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return load_eyes("encoder/1", threads=2)


@pytest.fixture(scope="module")
def reading(coder: Coder) -> Reading:
    return coder.reader.read(Note("note", TEXT, Setting.OUTPATIENT))


def learnt(text: str, code: str, times: int = 3) -> PhraseTable:
    keys = [phrase.key for phrase in phrases_of(text, Span(0, len(text)))]
    return PhraseTable.count([[(key, [code]) for key in keys]] * times)


def test_a_phrase_proposes_what_was_reported_with_it(reading: Reading, icd10cm: CodeSystem) -> None:
    table = learnt("throat feeling", "R09.A2")
    (candidate,) = PhraseGenerator(table).generate(reading, icd10cm)
    assert candidate.code.value == "R09.A2"
    assert [e.quote for e in candidate.evidence] == ["throat feeling"]
    assert candidate.evidence[0].source == "phrase:reported in 3 of 3 sentences of charts"
    assert 0 < candidate.prior < 1


def test_a_phrase_left_out_or_of_another_release_proposes_nothing(
    reading: Reading, icd10cm: CodeSystem
) -> None:
    table = learnt("throat feeling", "R09.A2")
    assert PhraseGenerator(table, without=table).generate(reading, icd10cm) == ()
    gone = learnt("throat feeling", "R99.Z9")
    assert PhraseGenerator(gone).generate(reading, icd10cm) == ()


def test_meaning_finds_what_no_wording_says(
    eyes: Eyes, reading: Reading, icd10cm: CodeSystem
) -> None:
    found = DenseGenerator(eyes.encoded, eyes.wordings).generate(reading, icd10cm)
    by_code = {c.code.value: c for c in found}
    assert "R09.A2" in by_code, "globus: foreign body sensation, throat"
    (evidence,) = by_code["R09.A2"].evidence
    assert evidence.quote == "Lump in the throat feeling"
    assert all("glandular" not in e.quote for c in found for e in c.evidence), "of the mother"


@pytest.mark.parametrize(
    "sentence",
    [
        "Denies feeling of a lump in the throat.",
        "Sleeping well, and no lump in the throat feeling.",
        "Her brother has a lump in the throat feeling.",
    ],
)
def test_what_is_denied_or_of_another_is_not_asked_for(
    eyes: Eyes, coder: Coder, icd10cm: CodeSystem, sentence: str
) -> None:
    denied = coder.reader.read(Note("n", f"Assessment:\n{sentence}", Setting.OUTPATIENT))
    assert DenseGenerator(eyes.encoded, eyes.wordings).generate(denied, icd10cm) == ()


def test_over_the_same_words_the_closer_generator_keeps_its_evidence() -> None:
    def candidate(name: str, start: int, end: int) -> Candidate:
        evidence = Evidence(
            Span(start, end), "x" * (end - start), "none", (Assertion.AFFIRMED,), f"{name}:x", 1.0
        )
        return Candidate(Code(System.ICD10CM, "I10"), 0.5, (evidence,), (name,))

    whole = merge([candidate("lexicon", 4, 7), candidate("dense", 0, 20)])[0]
    assert [e.span for e in whole.evidence] == [Span(4, 7)]
    assert whole.generators == ("lexicon", "dense")
    apart = merge([candidate("lexicon", 4, 7), candidate("dense", 30, 50)])[0]
    assert [e.weight for e in apart.evidence] == [0.5, 0.5]
