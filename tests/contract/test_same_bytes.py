"""Thirty notes give the same bytes alone, in any company, padded, with one encoder thread or four.

Processes are covered end to end in tests/e2e/test_batch.py.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from coding.build import EngineConfig, build_coder
from coding.pipeline import Coder
from coding.to_json import dumps, result_to_json
from coding.types import CodingResult, Note, Setting
from eval.charts import load_charts

CHARTS = load_charts(Path(__file__).parents[2] / "eval/gold/charts.jsonl")
# Two more to make thirty: one sentence, and one far longer than the encoder runs at once.
NOTES = [
    *(chart.note() for chart in CHARTS),
    Note("short", "Gout.", Setting.OUTPATIENT),
    Note(
        "long", "Assessment: gout, " + "with pain in the left great toe, " * 60, Setting.EMERGENCY
    ),
]


def said(result: object) -> str:
    assert isinstance(result, CodingResult)
    return dumps(result_to_json(result))


@pytest.fixture(scope="module")
def alone(coder: Coder) -> dict[str, str]:
    return {note.id: said(coder.code(note)) for note in NOTES}


def test_there_are_thirty() -> None:
    assert len(NOTES) == 30


def test_in_batches_and_in_reverse(coder: Coder, alone: dict[str, str]) -> None:
    for first in range(0, len(NOTES), 16):
        batch = NOTES[first : first + 16][::-1]
        for note, result in zip(batch, coder.code_many(batch), strict=True):
            assert said(result) == alone[note.id]


@pytest.mark.parametrize("threads", [1, 4])
def test_on_any_number_of_encoder_threads(threads: int, alone: dict[str, str]) -> None:
    other = build_coder(EngineConfig(encoder_threads=threads))
    for note in NOTES:
        assert said(other.code(note)) == alone[note.id]


def test_a_note_coded_after_another_of_the_same_text_keeps_its_own_places(coder: Coder) -> None:
    first = NOTES[0]
    moved = replace(first, id="moved", text=f"\n\n{first.text}")
    before, after = coder.code(first), coder.code(moved)
    assert {s.code for s in before.suggestions} == {s.code for s in after.suggestions}
    for suggestion in after.suggestions:
        for evidence in suggestion.evidence:
            assert evidence.span.of(moved.text) == evidence.quote
