"""What the ranker of procedures sees and says; its artifact as it ships."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from codesets.lexicon import load_lexicon
from coding.build import procedures_of
from coding.errors import ConfigError
from coding.pipeline import Coder
from coding.reading import MedspacyReader
from coding.types import Candidate, Code, Decision, Evidence, Note, Role, Setting, Span, System
from models.artifact import load_artifact
from models.folds import FOLDS, fold_of
from models.inputs import procedure_inputs
from models.phrases import PhraseTable, phrases_of
from models.procedure_input import FEATURES, procedure_features
from models.procedure_phrases import ProcedurePhrases, key_of, plainest
from models.procedure_ranker import (
    ProcedureRanker,
    SystemFit,
    fits_from_bytes,
    fits_to_bytes,
    visit_agreement_of,
)

READER = MedspacyReader()
TEXT = "PROCEDURE: Knee arthroscopy.\n\nPLAN: Physical therapy. Consider a knee arthroplasty."


def candidate(value: str, words: str, prior: float = 0.5) -> Candidate:
    at = TEXT.index(words)
    span = Span(at, at + len(words))
    evidence = Evidence(span, words, "procedure", (), f"words:{words}", 1.0)
    return Candidate(Code(System.CPT, value), prior, (evidence,), ("wordings",))


def seen(*candidates: Candidate) -> dict[str, list[float]]:
    reading = READER.read(Note("n", TEXT, Setting.OUTPATIENT))
    rows = procedure_features(reading, candidates)
    assert rows.shape == (len(candidates), len(FEATURES))
    return {name: rows[:, i].tolist() for i, name in enumerate(FEATURES)}


def test_no_candidate_gives_no_row() -> None:
    reading = READER.read(Note("n", TEXT, Setting.OUTPATIENT))
    assert procedure_features(reading, ()).shape == (0, len(FEATURES))


def test_features_tell_done_from_planned() -> None:
    found = seen(candidate("29870", "Knee arthroscopy"), candidate("27447", "knee arthroplasty"))
    assert found["is_performed"] == [1.0, 0.0]
    assert found["is_planned"] == [0.0, 1.0]
    assert found["titled"] == [1.0, 0.0]
    assert found["covers_title"] == [1.0, 0.0]
    assert found["setting_outpatient"] == [1.0, 1.0]


def test_features_do_not_depend_on_the_order_of_candidates() -> None:
    one, other = candidate("29870", "Knee arthroscopy"), candidate("27447", "knee arthroplasty")
    reading = READER.read(Note("n", TEXT, Setting.OUTPATIENT))
    there, back = (
        procedure_features(reading, (one, other)),
        procedure_features(reading, (other, one)),
    )
    # Of equal priors the first ranks first.
    rank = FEATURES.index("rank")
    assert np.array_equal(np.delete(there, rank, 1), np.delete(back[::-1], rank, 1))


def test_fits_come_back_as_they_went() -> None:
    fits = {System.CPT: SystemFit(0.6, 0.7, 0.35, None), System.ICD10PCS: SystemFit(1, 0, 0.2, 0.9)}
    assert fits_from_bytes(fits_to_bytes(fits)) == fits
    assert fits[System.CPT].probabilities(np.array([-1.0, 4.0])).tolist() == pytest.approx(
        [1 / (1 + np.exp(-0.1)), 1 / (1 + np.exp(-3.1))]
    )


def test_folds_depend_on_the_name_alone() -> None:
    assert {fold_of(f"chart-{n}") for n in range(100)} == set(range(FOLDS))
    assert fold_of("chart-1") == fold_of("chart-1")


def test_the_shipped_artifact_fits_this_installation() -> None:
    for name in ("procedures", "codiesp-p"):
        artifact = load_artifact(name, "1")
        artifact.require(procedure_inputs(load_lexicon()))
        assert artifact.manifest.kind == "procedures"
    agreement = visit_agreement_of(load_artifact("procedures", "1"))
    assert all(0 < share < 1 for share in agreement.values())
    assert "office-established" in agreement


def test_each_fold_has_a_ranker_of_its_own() -> None:
    artifact = load_artifact("procedures", "1")
    rankers = [ProcedureRanker.from_artifact(artifact, fold) for fold in (None, *range(FOLDS))]
    reading = READER.read(Note("n", TEXT, Setting.OUTPATIENT))
    found = {r._weights.log_odds(reading, (candidate("29870", "Knee arthroscopy"),))[0]
             for r in rankers}  # fmt: skip
    assert len(found) == len(rankers)


def test_a_setting_that_names_no_artifact_is_refused() -> None:
    with pytest.raises(ConfigError) as refused:
        procedures_of("nowhere")
    assert refused.value.field == "procedures"


def test_phrases_propose_the_plainest_code(coder: Coder) -> None:
    codes = coder.codesets.at(System.ICD10PCS, None)
    text = "Zither tuned."
    reading = READER.read(Note("n", text, Setting.INPATIENT))
    keys = [p.key for p in phrases_of(text, reading.sentences[0])]
    table = PhraseTable(dict.fromkeys(keys, 4), {key: {"0DB6": 4} for key in keys})
    (found,) = ProcedurePhrases(table).generate(reading, codes)
    assert found.code.value == plainest(codes, "0DB6") == "0DB60ZZ"
    assert found.evidence[0].source.startswith("phrase:done in 4 of 4")
    assert key_of(System.ICD10PCS, "0DB60ZZ") == "0DB6"
    assert key_of(System.CPT, "45378") == "45378"
    assert ProcedurePhrases(table).generate(reading, coder.codesets.at(System.CPT, None)) == ()


def test_a_visit_note_is_coded_whole(coder: Coder) -> None:
    text = (
        "HPI: Returns for follow-up of hypertension, not controlled.\n\n"
        "PROCEDURE: Left knee injection was performed with 40 mg Kenalog.\n\n"
        "ASSESSMENT: Essential hypertension, above goal. Primary osteoarthritis of left knee.\n\n"
        "PLAN: Increase lisinopril to 20 mg. Schedule a colonoscopy."
    )
    result = coder.code(Note("n", text, Setting.OUTPATIENT))
    found = {s.code.value: s for s in result.suggestions}
    injection = found["20610"]
    assert injection.role is Role.PROCEDURE
    assert injection.sequence is None
    assert injection.modifiers == ("LT",)
    assert "M17.12" in (injection.supports or ())
    visit = found["99214"]
    assert visit.decision is Decision.ACCEPT
    assert "25" in (visit.modifiers or ())
    assert ("45378", "planned") in {(r.code.value, r.reason) for r in result.rejected}
    assert "edit.not-checked" in {f.rule for f in result.findings}


def test_diagnoses_nobody_asked_for_stay_silent(coder: Coder) -> None:
    text = "PROCEDURE: Laparoscopic cholecystectomy.\n\nPOSTOPERATIVE DIAGNOSIS: Cholelithiasis."
    note = Note("n", text, Setting.OUTPATIENT)
    whole = coder.code(note)
    asked = coder.code(note, replace(_asked(System.CPT)))
    assert {s.code.system for s in asked.suggestions} == {System.CPT}
    assert all(r.code.system is System.CPT for r in asked.rejected)
    own = [s for s in whole.suggestions if s.code.system is System.CPT]
    assert own == list(asked.suggestions)
    assert [name for name, _ in asked.provenance.codesets] == [System.ICD10CM, System.CPT]


def _asked(system: System):  # type: ignore[no-untyped-def]
    from coding.types import CodingOptions

    return CodingOptions(systems=(system,))
