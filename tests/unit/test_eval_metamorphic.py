import json
from dataclasses import replace
from pathlib import Path

import pytest

from coding.errors import InputError
from coding.types import CodingOptions, CodingResult, Note, Reading, Setting, Span
from eval.command import Request, run_evaluation
from eval.faithfulness import evaluate_faithfulness
from eval.metamorphic import MUST_FALL, MUST_STAY, check_note
from eval.perturb import FAMILY, deleted, framed, merged, moved, short_or_long
from tests.unit.eval_kit import WordCoder, console, printed
from tests.unit.test_eval_harness import row

TEXT = "Has pneumonia today. Also htn."


class CarefulCoder(WordCoder):
    """Knows denial, doubt and mothers; does not read capitals."""

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        result = WordCoder.code(self, note, options)
        kept = []
        for suggestion in result.suggestions:
            before = note.text[: suggestion.evidence[0].span.start]
            cues = ("no evidence of ", "possible ", "mother has ")
            if not before.endswith(cues):
                kept.append(suggestion)
        return replace(result, suggestions=tuple(kept))


class SentenceReader:
    def read(self, note: Note) -> Reading:
        cut = note.text.find(".") + 2
        return Reading(note, (), (Span(0, cut), Span(cut, len(note.text))), ())


def careful() -> CarefulCoder:
    return CarefulCoder(reader=SentenceReader())  # type: ignore[arg-type]


def charts(tmp_path: Path, *texts: str) -> Path:
    path = tmp_path / "notes.jsonl"
    rows = [{**row(f"n{k}", text), "codes": []} for k, text in enumerate(texts)]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def test_places_are_merged_and_changed_together() -> None:
    spans = [Span(21, 25), Span(4, 13), Span(6, 9)]
    assert merged(spans) == (Span(4, 13), Span(21, 25))
    assert deleted(TEXT, [Span(26, 29), Span(4, 13)]) == "Has  today. Also ."
    assert framed(TEXT, [Span(4, 13)], "no") == "Has no pneumonia today. Also htn."


def test_moving_takes_the_sentence_and_keeps_the_words() -> None:
    reading = SentenceReader().read(Note("n", TEXT, Setting.OUTPATIENT))
    text = moved(TEXT, reading, [Span(4, 13)], FAMILY)
    assert text == "Also htn.\n\nFamily History:\nThe patient's mother has pneumonia.\n"
    whole = moved(TEXT, reading, [Span(4, 13)], "Assessment:\n{words}.", whole=True)
    assert whole == "Also htn.\n\nAssessment:\nHas pneumonia today.\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("HTN", "high pressure"),
        ("High Pressure, old", "HTN, old"),
        ("HTNX", None),
        ("htn", None),
    ],
)
def test_short_forms_are_whole_words_in_their_case(words: str, expected: str | None) -> None:
    assert short_or_long(words, [("HTN", "high pressure")]) == expected


def test_a_careful_coder_holds_and_fails_where_it_should() -> None:
    note = Note("n", TEXT, Setting.OUTPATIENT)
    checks = {(c.code, c.change): c for c in check_note(note, careful(), [("htn", "tension")])}
    assert all(checks["J18.9", change].held for change in MUST_FALL)
    assert not checks["J18.9", "case"].held
    assert checks["J18.9", "section"].held
    assert checks["J18.9", "unrelated"].held
    assert not checks["I10", "abbreviation"].held
    assert ("J18.9", "abbreviation") not in checks
    assert ("I10", "case") not in checks  # a short form may be something else in capitals
    assert {c.change for c in checks.values()} == {*MUST_FALL, *MUST_STAY}
    assert not any(c.others for c in checks.values())


def test_doubt_is_not_asked_of_inpatient_claims() -> None:
    changes = {c.change for c in check_note(Note("n", TEXT, Setting.INPATIENT), careful())}
    assert "possible" not in changes
    assert "negate" in changes


def test_a_plain_coder_fails_every_denial(tmp_path: Path) -> None:
    path, out, to = charts(tmp_path, TEXT, "refuse", "nothing"), tmp_path / "m.json", console()
    coder = WordCoder(reader=SentenceReader())  # type: ignore[arg-type]
    assert run_evaluation(Request(path, coder), task="metamorphic", out=out, console=to) == 3
    body = json.loads(out.read_text("utf-8"))
    assert body["metrics"]["failed_negate"]["value"] == 1.0
    assert body["metrics"]["failed_unrelated"]["value"] == 0.0
    assert body["failed"] == ["n1"]
    lines = out.with_name("m.notes.jsonl").read_text("utf-8")
    assert "pneumonia" not in lines + printed(to)


def test_evidence_that_is_gone_or_denied_must_take_its_code(tmp_path: Path) -> None:
    path, to = charts(tmp_path, TEXT), console()
    from eval.charts import load_charts

    found = evaluate_faithfulness(path, load_charts(path), careful())
    values = {f.name: f.value for f in found.figures}
    assert values["deleted_falls"] == values["negated_falls"] == 1.0
    assert values["comprehensiveness"] == pytest.approx(0.9)
    assert values["sparsity"] == pytest.approx((9 + 3) / 2 / len(TEXT))
    plain = evaluate_faithfulness(path, load_charts(path), WordCoder())
    assert {f.name: f.value for f in plain.figures}["negated_falls"] == 0.0
    # The words of another place still stand: the code does not rest on what was shown.
    twice = charts(tmp_path, "htn and htn")
    again = evaluate_faithfulness(twice, load_charts(twice), WordCoder())
    assert {f.name: f.value for f in again.figures}["deleted_falls"] == 0.0
    assert run_evaluation(Request(path, careful()), task="faithfulness", console=to) == 0
    assert "sparsity" in printed(to)


@pytest.mark.parametrize("task", ["metamorphic", "faithfulness"])
def test_nothing_accepted_is_nothing_to_try(tmp_path: Path, task: str) -> None:
    with pytest.raises(InputError, match="nothing to"):
        run_evaluation(Request(charts(tmp_path, "well"), careful()), task=task, console=console())
