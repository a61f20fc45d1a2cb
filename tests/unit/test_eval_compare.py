import json
from pathlib import Path

import pytest

from coding.errors import InputError
from eval.command import Request, run_evaluation
from eval.compare import compare, comparison_json, comparison_table
from tests.unit.eval_kit import WordCoder, console, printed
from tests.unit.test_eval_harness import row


def output(path: Path, counts: list[tuple[int, int, int]], **head: object) -> Path:
    body = {"task": "charts", "split": "s", "run": {"data_sha256": "d"}, **head}
    path.write_text(json.dumps(body), encoding="utf-8")
    lines = [
        {"id": f"n{k}", "tp": tp, "fp": fp, "fn": fn, "average_precision": tp / 10 if fn else None}
        for k, (tp, fp, fn) in enumerate(counts)
    ]
    notes = path.with_name(f"{path.stem}.notes.jsonl")
    notes.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_an_evaluation_does_not_differ_from_itself(tmp_path: Path) -> None:
    a = output(tmp_path / "a.json", [(1, 1, 1), (2, 0, 1), (0, 1, 0)])
    for d in compare(a, a).differences:
        assert (d.delta, d.low, d.high, d.p) == (0, 0, 0, 1.0)


def test_a_coder_that_is_better_on_every_note_is_better_for_sure(tmp_path: Path) -> None:
    a = output(tmp_path / "a.json", [(1, 2, 2)] * 30)
    b = output(tmp_path / "b.json", [(2, 1, 1)] * 30)
    found = {d.name: d for d in compare(a, b).differences}
    f1 = found["f1"]
    assert (f1.a, f1.b) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert f1.low is not None and f1.high is not None and f1.p is not None
    assert f1.low == pytest.approx(1 / 3) and f1.high == pytest.approx(1 / 3)
    assert f1.p == pytest.approx(2 / 1001)
    assert found["map"].delta == pytest.approx(0.1)
    back = {d.name: d for d in compare(b, a).differences}["f1"]
    assert (back.delta, back.p) == (pytest.approx(-1 / 3), pytest.approx(2 / 1001))


def test_what_goes_both_ways_is_not_sure(tmp_path: Path) -> None:
    a = output(tmp_path / "a.json", [(2, 1, 1), (1, 2, 2)] * 10)
    b = output(tmp_path / "b.json", [(1, 2, 2), (2, 1, 1)] * 10)
    f1 = next(d for d in compare(a, b).differences if d.name == "f1")
    assert f1.low is not None and f1.high is not None and f1.p is not None
    assert f1.low < 0 < f1.high
    assert f1.p > 0.5


def test_map_is_over_notes_that_have_it(tmp_path: Path) -> None:
    a = output(tmp_path / "a.json", [(1, 0, 0), (2, 0, 1)])
    b = output(tmp_path / "b.json", [(1, 0, 0), (4, 0, 1)])
    found = next(d for d in compare(a, b).differences if d.name == "map")
    assert (found.a, found.b) == (pytest.approx(0.2), pytest.approx(0.4))


@pytest.mark.parametrize(
    ("head", "counts", "field"),
    [
        ({"task": "codiesp-d"}, [(1, 0, 0)], "task"),
        ({"run": {"data_sha256": "other"}}, [(1, 0, 0)], "data_sha256"),
        ({}, [(1, 0, 0), (1, 0, 0)], "id"),
        ({"run": None}, [(1, 0, 0)], "run"),
        ({}, [(None, 0, 0)], "tp"),
    ],
)
def test_what_cannot_be_compared_is_named(
    tmp_path: Path, head: dict[str, object], counts: list[tuple[int, int, int]], field: str
) -> None:
    a = output(tmp_path / "a.json", [(1, 0, 0)])
    b = tmp_path / "b.json"
    if counts[0][0] is None:
        output(b, [(1, 0, 0)])
        b.with_name("b.notes.jsonl").write_text('{"id":"n0","tp":"x","fp":0,"fn":0}\n')
    else:
        output(b, counts, **head)
    with pytest.raises(InputError) as caught:
        compare(a, b)
    assert caught.value.field == field


def test_files_that_are_missing_or_no_output(tmp_path: Path) -> None:
    a = output(tmp_path / "a.json", [(1, 0, 0)])
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    for path in (tmp_path / "none.json", bad):
        with pytest.raises(InputError) as caught:
            compare(a, path)
        assert caught.value.field == "path"
    a.with_name("a.notes.jsonl").unlink()
    with pytest.raises(InputError, match=r"a\.notes\.jsonl"):
        compare(a, a)


def test_outputs_of_evaluate_compare(tmp_path: Path) -> None:
    charts = tmp_path / "c.jsonl"
    rows = [row("one", "htn", ("I10", "htn")), row("two", "gout", ("I10", "gout"))]
    charts.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    for name in ("a", "b"):
        request = Request(charts, WordCoder(), baselines=False)
        run_evaluation(request, out=tmp_path / f"{name}.json", console=console())
    found = compare(tmp_path / "a.json", tmp_path / "b.json")
    to = console()
    to.print(comparison_table(found))
    assert "B - A" in printed(to)
    body = comparison_json(found)
    assert (body["n"], body["task"]) == (2, "charts")
