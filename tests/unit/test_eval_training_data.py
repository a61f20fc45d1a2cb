import hashlib
import json
from pathlib import Path

import pytest

from coding.errors import InputError
from eval.charts import load_charts
from eval.command import Request, run_evaluation
from eval.training_data import check_training_data
from models.artifact import Artifact, Manifest
from tests.unit.eval_kit import WordCoder, console, printed
from tests.unit.test_eval_harness import row

LONG = " ".join(f"word{k}" for k in range(30))


def charts(tmp_path: Path, name: str, *texts: str) -> Path:
    path = tmp_path / f"{name}.jsonl"
    rows = [row(f"{name}-{k}", f"htn {text}", ("I10", "htn")) for k, text in enumerate(texts)]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def test_notes_that_stand_in_training_are_refused_before_any_work(tmp_path: Path) -> None:
    test, train = charts(tmp_path, "test", LONG), charts(tmp_path, "train", f"so {LONG} end")
    request = Request(test, WordCoder(), train=(train,))
    with pytest.raises(InputError, match=r"test-0 in train-0\).*--allow-leaks") as caught:
        run_evaluation(request, console=console())
    assert "word3" not in caught.value.message


def test_leaks_that_are_allowed_are_said_aloud(tmp_path: Path) -> None:
    test, train = charts(tmp_path, "test", LONG), charts(tmp_path, "train", LONG)
    request = Request(test, WordCoder(), train=(train,), allow_leaks=True)
    to, out = console(), tmp_path / "f.json"
    assert run_evaluation(request, out=out, console=to) == 0
    assert "Warning: 1 notes stand in train.jsonl too" in printed(to)
    assert len(json.loads(out.read_text("utf-8"))["leaks"]) == 1
    assert "most frequent" in printed(to)


def test_other_notes_do_not_leak(tmp_path: Path) -> None:
    test, train = charts(tmp_path, "test", LONG), charts(tmp_path, "train", "quite another")
    assert check_training_data((test,), load_charts(test), (train,), "words") == ()


def test_the_file_a_model_was_fitted_on_is_known_by_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = charts(tmp_path, "test", LONG)
    manifest = Manifest.model_construct(
        data={"elsewhere.jsonl": hashlib.sha256(test.read_bytes()).hexdigest()}
    )
    monkeypatch.setattr(
        "eval.training_data.load_artifact", lambda name, version: Artifact(manifest, {})
    )
    with pytest.raises(InputError, match="mine 2 was fitted on"):
        check_training_data((test,), load_charts(test), (), "mine 2")


def test_files_that_are_pooled_must_not_share_ids(tmp_path: Path) -> None:
    one, two = charts(tmp_path, "one", "a"), charts(tmp_path, "two", "b")
    to, out = console(), tmp_path / "f.json"
    run_evaluation(Request(one, WordCoder(), also=(two,)), out=out, console=to)
    body = json.loads(out.read_text("utf-8"))
    assert (body["split"], body["n"], body["run"]["data"]) == ("one+two", 2, "one.jsonl+two.jsonl")
    with pytest.raises(InputError, match="more than one of the files"):
        run_evaluation(Request(one, WordCoder(), also=(one,)), console=to)


def test_an_empty_split_and_charts_without_core_codes_are_refused(tmp_path: Path) -> None:
    one = charts(tmp_path, "one", "a")
    with pytest.raises(InputError, match="no chart is of the split dev; there are ''") as caught:
        run_evaluation(Request(one, WordCoder(), split="dev"), console=console())
    assert caught.value.field == "split"
    empty = tmp_path / "empty.jsonl"
    empty.write_text(json.dumps({**row("x", "htn"), "codes": []}) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="nothing to find"):
        run_evaluation(Request(empty, WordCoder()), console=console())
