import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coding.errors import InputError
from eval.bars import BARS, HEADLINES, bar_for
from eval.command import TASKS, Request, run_evaluation
from eval.page import TASKS as TITLES
from eval.page import markdown, page
from eval.results import Result, load_result
from eval.suite import ITEMS, Item, run_suite
from eval.svg import count_rows, curve, interval_rows
from tests.unit.eval_kit import WordCoder, console, printed
from tests.unit.test_eval_harness import ROWS

VOID = {"meta", "rect", "circle", "polyline", "br"}


class Balance(HTMLParser):
    """Raises where a tag is closed that was not opened last."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(text: str) -> Balance:
    balance = Balance()
    balance.feed(text)
    assert balance.open == []
    return balance


@pytest.fixture
def result(tmp_path: Path) -> Result:
    charts = tmp_path / "some_dev.jsonl"
    charts.write_text("".join(json.dumps(r) + "\n" for r in ROWS), encoding="utf-8")
    out = tmp_path / "figures.json"
    run_evaluation(Request(charts, WordCoder()), out=out, console=console())
    return load_result(out)


def test_the_page_is_whole_sound_and_holds_no_words_of_a_note(result: Result) -> None:
    text = page([result])
    words = " ".join(parsed(text).words)
    for shown in (
        "Charts: accepted codes against gold",
        "Beside baselines",
        "bm25",
        "Missed codes by cause",
        "the release lacks the code",
        "By chapter",
        "Auto-accept: the model accepts no code unseen.",
    ):
        assert shown in words
    assert text.count('<svg class="plot"') == 2
    for note_words in ("htn", "asthma", "pneumonia", "gout"):
        assert note_words not in text
    # Self-contained: nothing is fetched.
    assert not re.search(r"(?:src|href)=|url\(|@import|<script", text)


def test_what_comes_from_an_output_is_escaped(result: Result) -> None:
    evil = '<img src=x onerror="alert(1)">'
    bad = result.model_copy(
        update={
            "split": evil,
            "task": evil,
            "notes": (evil,),
            "leaks": (evil,),
            "run": result.run.model_copy(update={"model": evil, "data": evil, "commit": evil}),
            "metrics": {evil: result.metrics["f1"]},
            "baselines": {evil: {evil: result.metrics["f1"]}},
            "missed": tuple(c.model_copy(update={"cause": evil}) for c in result.missed),
            "chapters": {evil: next(iter(result.chapters.values()))},
            "groups": tuple(g.model_copy(update={"by": evil, "name": evil}) for g in result.groups),
        }
    )
    text = page([bad])
    assert "<img" not in text
    assert "&lt;img" in text
    parsed(text)
    assert evil in " ".join(parsed(text).words)
    for drawn in (
        interval_rows([(evil, 0.5, 0.4, 0.6)]),
        count_rows([(evil, 2, 1)], evil),
        curve(evil, (evil, evil), [(0, 0)]),
    ):
        assert "<img" not in drawn


def test_a_difference_below_zero_is_drawn_at_the_end_and_told_as_it_is() -> None:
    drawn = interval_rows([("loss", -0.2, -0.3, 0.1)])
    assert 'class="range" x="0" y="3" width="10"' in drawn
    assert "-0.200<small> -0.300 to 0.100" in drawn


def test_tasks_stand_in_order_and_the_summary_says_what_is_met(result: Result) -> None:
    low = result.metrics["f1"].model_copy(update={"value": 0.2})
    pooled = result.model_copy(
        update={"split": "aci_dev+mtsamples_dev", "metrics": {"f1": low, "ece": low}}
    )
    good = pooled.model_copy(
        update={"task": "negation", "split": "negex_dev:odd", "metrics": {
            "f1": low.model_copy(update={"value": 0.97})}}
    )  # fmt: skip
    text = page([good, pooled])
    assert text.index(TITLES["charts"]) < text.index(TITLES["negation"])
    assert '<td class="unmet">0.4 / 0.6 missed</td>' in text
    assert '<td class="unmet">0.08 / 0.03 missed</td>' in text
    assert '<td class="met">0.96 / 0.985 met</td>' in text
    assert bar_for("charts", "some_dev", "f1") is None


def test_every_task_has_a_title_headlines_and_known_bars() -> None:
    assert set(TITLES) == set(TASKS) == set(HEADLINES)
    assert all(figure in HEADLINES[task] for task, figure in BARS)


def test_the_summary_as_markdown(result: Result) -> None:
    lines = markdown([result]).splitlines()
    assert lines[0].count("|") == lines[1].count("|") == lines[2].count("|") == 8
    assert lines[2].startswith("| charts | some_dev | 4 | f1 | 0.500 |")
    assert "keyword" in lines[2]


def test_the_command_writes_both_files(result: Result, tmp_path: Path) -> None:
    import typer

    from eval.page import main

    app = typer.Typer()
    app.command()(main)
    out = tmp_path / "report.html"
    run = CliRunner().invoke(app, [str(tmp_path / "figures.json"), "--out", str(out)])
    assert run.exit_code == 0
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert out.with_suffix(".md").is_file()
    for bad in ("none.json", "figures.notes.jsonl"):
        run = CliRunner().invoke(app, [str(tmp_path / bad), "--out", str(out)])
        assert run.exit_code == 2
    run = CliRunner().invoke(app, [str(tmp_path / "figures.json"), "--out", str(out / "no/x")])
    assert run.exit_code == 2


def test_a_broken_output_is_named_by_field_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"task": "charts", "split": 7, "secret": "htn"}', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.json: split is not as") as caught:
        load_result(path)
    assert caught.value.field == "split"
    assert "htn" not in caught.value.message


def test_the_suite_leaves_out_what_is_not_there(tmp_path: Path) -> None:
    charts = tmp_path / "c.jsonl"
    charts.write_text(json.dumps(ROWS[0]) + "\n", encoding="utf-8")
    items = (Item("here", "charts", charts), Item("gone", "charts", tmp_path / "none.jsonl"))
    to = console()
    done = list(run_suite(tmp_path, {"charts": WordCoder()}, to, items))
    assert [(item.name, status) for item, status in done] == [("here", 0)]
    assert "gone: its data is not here" in printed(to)
    assert load_result(tmp_path / "here.json").n == 1


def test_the_suite_runs_every_task_and_nothing_sealed() -> None:
    assert {item.task for item in ITEMS} == set(TASKS)
    assert not any("held_out" in str(item.path) for item in ITEMS)
