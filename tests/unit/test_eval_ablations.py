import json
from dataclasses import replace
from pathlib import Path

import pytest

from coding.errors import InputError
from coding.types import Note, Setting
from eval.ablation_report import ablation
from eval.ablations import PRIOR_THRESHOLD, WithoutSections, ablated, prior_threshold
from eval.charts import load_charts
from eval.command import Request, run_evaluation
from eval.harness import DIAGNOSES, evaluate_charts
from eval.page import page
from eval.results import load_result
from eval.suite import Item, run_suite
from tests.unit.ablation_kit import WordGenerator, accepted, engine
from tests.unit.eval_kit import console, printed
from tests.unit.reading_kit import reader
from tests.unit.test_eval_harness import row

DENIED = "Hypertension, well controlled. No evidence of pneumonia."
FAMILY = "FAMILY HISTORY:\nAsthma.\n\nASSESSMENT:\nHypertension. No pneumonia.\n"
PARTS = ["sections", "assertions", "reranker", "rules"]

ROWS = [
    row("one", DENIED, ("I10", "Hypertension"), negated="pneumonia"),
    row("two", FAMILY, ("I10", "Hypertension"), negated="No pneumonia"),
    row("three", "Asthma and hypertension.", ("I10", "hypertension"), ("J45.909", "Asthma")),
]


def written(path: Path, rows: list[dict[str, object]] = ROWS) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def test_without_assertions_a_denied_finding_is_coded() -> None:
    assert accepted(engine(), DENIED) == ["I10"]
    assert set(accepted(ablated(engine(), ())["assertions"], DENIED)) == {"I10", "J18.9"}


def test_without_sections_family_history_protects_no_longer_but_a_denial_does() -> None:
    assert accepted(engine(), FAMILY) == ["I10"]
    without = ablated(engine(), ())["sections"]
    assert set(accepted(without, FAMILY)) == {"I10", "J45.909"}
    found = without.code(Note("n", FAMILY, Setting.OUTPATIENT), DIAGNOSES)
    assert {e.section for s in found.suggestions for e in s.evidence} == {"none"}
    # Without assertions the section stays, though nothing in it is asserted of the family.
    found = ablated(engine(), ())["assertions"].code(
        Note("n", FAMILY, Setting.OUTPATIENT), DIAGNOSES
    )
    sections = {s.code.value: s.evidence[0].section for s in found.suggestions}
    assert sections["J45.909"] == "family_history"


def test_a_reading_without_sections_is_that_of_a_note_without_headers() -> None:
    plain = Note("n", "She has asthma.", Setting.OUTPATIENT)
    assert WithoutSections(reader()).read(plain) == reader().read(plain)


def test_without_the_reranker_the_prior_orders_and_its_threshold_accepts() -> None:
    text = "Hypertension, pneumonia, asthma."
    assert accepted(engine(), text) == ["J45.909", "I10", "J18.9"]
    by_prior = ablated(engine(), ())["reranker"]
    assert PRIOR_THRESHOLD == 0.5
    assert accepted(by_prior, text) == ["J18.9", "J45.909"]
    listed = by_prior.code(Note("n", text, Setting.OUTPATIENT), DIAGNOSES).suggestions
    assert [(s.code.value, s.probability) for s in listed][-1] == ("I10", 0.45)
    # Rules and assertions are still there.
    assert accepted(by_prior, "Asthma, no pneumonia.") == ["J45.909"]


def test_without_rules_the_ranker_has_the_last_word() -> None:
    text = "Hypertension and cough, no pneumonia."
    assert accepted(engine(), text) == ["I10"]
    without = ablated(engine(), ())["rules"]
    assert set(accepted(without, text)) == {"I10", "R05", "J18.9"}
    result = without.code(
        Note("n", text, Setting.OUTPATIENT), replace(DIAGNOSES, min_probability=0)
    )
    assert result.rejected == ()
    assert {s.sequence for s in result.suggestions} == {None}


def test_the_engine_itself_is_left_whole() -> None:
    whole = engine()
    before = whole.code(Note("n", FAMILY, Setting.OUTPATIENT), DIAGNOSES)
    for part in ablated(whole, ()).values():
        part.code(Note("n", FAMILY, Setting.OUTPATIENT), DIAGNOSES)
    assert whole.code(Note("n", FAMILY, Setting.OUTPATIENT), DIAGNOSES) == before


def test_the_threshold_on_priors_is_the_best_on_training_charts(tmp_path: Path) -> None:
    both = (("I10", "hypertension"), ("J45.909", "Asthma"))
    rows = [
        row("a", "Asthma, hypertension, gastroenteritis.", *both),
        row("b", "Pneumonia. Gastroenteritis.", ("J18.9", "Pneumonia")),
        row("c", "No pneumonia. Hypertension.", ("I10", "Hypertension")),
    ]
    train = load_charts(written(tmp_path / "train.jsonl", rows))
    generator = WordGenerator()
    coder = engine(generator)
    # 0.2 keeps hypertension (0.45) and leaves gastroenteritis (0.15); 0.3 and 0.4 do no better.
    assert prior_threshold(coder, train) == 0.2
    # Candidates are found once a chart, whatever the number of thresholds.
    assert generator.generated == ["a", "b", "c"]
    without = ablated(coder, train)["reranker"]
    assert without.provenance.model == "prior from 0.2"
    assert accepted(without, "Hypertension.") == ["I10"]
    assert accepted(without, "Gastroenteritis.") == []


def test_a_training_chart_that_cannot_be_coded_stops_nothing(tmp_path: Path) -> None:
    rows = [
        row("a", "Asthma.", ("J45.909", "Asthma")),
        row("b", "Asthma \0.", ("J45.909", "Asthma")),
    ]
    train = load_charts(written(tmp_path / "train.jsonl", rows))
    assert prior_threshold(engine(), train) == 0.1


def test_each_difference_is_that_of_the_figures_with_its_paired_interval(tmp_path: Path) -> None:
    charts = written(tmp_path / "some_dev.jsonl")
    out, to = tmp_path / "f.json", console()
    coder = engine()
    run_evaluation(Request(charts, coder, ablate=coder), out=out, console=to)
    body = json.loads(out.read_text("utf-8"))
    assert list(body["ablations"]) == PARTS
    f1 = body["metrics"]["f1"]["value"]
    assert f1 == 1.0
    for found in body["ablations"].values():
        change, own = found["f1_change"], found["metrics"]["f1"]["value"]
        assert change["value"] == pytest.approx(own - f1, abs=2e-6)
        assert change["low"] <= change["value"] <= change["high"] <= 0 < change["p"] <= 1
        assert found["failed"] == []
    assert body["ablations"]["assertions"]["metrics"]["violations"]["value"] > 0
    assert body["metrics"]["violations"]["value"] == 0
    text = printed(to)
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}
    assert rows["nothing"] == ["1.000", "1.000", "1.000", "1.000", "0.000"]
    for part in PARTS:
        change = body["ablations"][part]["f1_change"]
        assert rows[part][5:] == [f"{change[key]:.3f}" for key in ("value", "low", "high")]
    assert "Without reranker: prior from 0.5." in text


def test_the_widest_figures_fit_the_table(tmp_path: Path) -> None:
    # Every ablation loses everything: changes of -1.000, all columns at their widest.
    charts = written(tmp_path / "c.jsonl", [row("one", "Gastroenteritis.", ("A09", "Gastro"))])
    to, coder = console(), engine()
    run_evaluation(Request(charts, coder, ablate=coder), console=to)
    line = next(x for x in printed(to).splitlines() if x.startswith("reranker"))
    assert line.split()[-3:] == ["-1.000", "-1.000", "-1.000"]
    assert len(line) <= 80


def test_an_engine_does_not_differ_from_itself(tmp_path: Path) -> None:
    whole = evaluate_charts(written(tmp_path / "c.jsonl"), engine())
    f1 = ablation(whole, whole).f1
    assert (f1.delta, f1.low, f1.high, f1.p) == (0, 0, 0, 1)


def test_charts_that_fail_without_a_part_are_told(tmp_path: Path) -> None:
    rows = [*ROWS, row("four", "Asthma, please break.", ("J45.909", "Asthma"))]
    charts, to, coder = written(tmp_path / "c.jsonl", rows), console(), engine()
    out = tmp_path / "f.json"
    run_evaluation(Request(charts, coder, ablate=coder), out=out, console=to)
    body = json.loads(out.read_text("utf-8"))
    assert body["ablations"]["rules"]["failed"] == ["four"]
    # The ranker that broke is not in the engine without a reranker.
    assert body["ablations"]["reranker"]["failed"] == []
    assert "Without rules: 1 charts not coded" in printed(to)
    assert "Without rules: 1 charts not coded" in page([load_result(out)])


def test_without_the_flag_nothing_changes(tmp_path: Path) -> None:
    charts, coder = written(tmp_path / "c.jsonl"), engine()
    bodies, tables = [], []
    for name, ablate in (("with", coder), ("without", None)):
        out, to = tmp_path / f"{name}.json", console()
        run_evaluation(Request(charts, coder, ablate=ablate), out=out, console=to)
        bodies.append(json.loads(out.read_text("utf-8")))
        tables.append(printed(to))
    assert "ablations" not in bodies[1]
    assert bodies[0] == {**bodies[1], "ablations": bodies[0]["ablations"]}
    assert "taken away" in tables[0]
    assert "taken away" not in tables[1]
    assert "taken away" not in page([load_result(tmp_path / "without.json")])


def test_the_page_has_a_row_for_each_part_and_escapes_it(tmp_path: Path) -> None:
    charts, coder, out = written(tmp_path / "c.jsonl"), engine(), tmp_path / "f.json"
    run_evaluation(Request(charts, coder, ablate=coder), out=out, console=console())
    result = load_result(out)
    text = page([result])
    for part in ("nothing", *PARTS):
        assert f"<tr><td>{part}</td>" in text
    change = result.ablations["rules"].f1_change
    shown = f"<td>{change.value:.3f}</td><td>{change.low:.3f} to {change.high:.3f}</td></tr>"
    assert shown in text
    for words in ("Asthma", "pneumonia"):
        assert words not in text
    evil = "<img src=x>"
    row_ = result.ablations["rules"].model_copy(update={"model": evil})
    assert "<img" not in page([result.model_copy(update={"ablations": {evil: row_}})])


def test_ablations_are_for_charts_alone(tmp_path: Path) -> None:
    request = Request(written(tmp_path / "c.jsonl"), engine(), ablate=engine())
    with pytest.raises(InputError) as caught:
        run_evaluation(request, task="metamorphic", console=console())
    assert caught.value.field == "ablations"


def test_the_suite_takes_parts_away_where_an_item_says_so(tmp_path: Path) -> None:
    charts, coder = written(tmp_path / "c.jsonl"), engine()
    items = (Item("a", "charts", charts, parts=True), Item("b", "charts", charts))
    coders = {"charts": coder}
    done = list(run_suite(tmp_path, coders, console(), items, ablate=coder))
    assert [status for _, status in done] == [0, 0]
    assert list(load_result(tmp_path / "a.json").ablations) == PARTS
    assert not load_result(tmp_path / "b.json").ablations
