import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coding.errors import InputError
from coding.types import CodingOptions, CodingResult, Note, Setting, System
from eval.baselines import keyword
from eval.command import Request, run_evaluation
from eval.harness import evaluate_charts
from eval.retrieval import as_retriever
from tests.unit.eval_kit import DenialReader, Releases, WordCoder, console, printed

NAMES = [
    "precision",
    "recall",
    "f1",
    "f1_macro",
    "f1_3",
    "map",
    "evidence_f1",
    "first_listed",
    "violations",
    "ece",
]


def row(name: str, text: str, *codes: tuple[str, str], negated: str = "") -> dict[str, object]:
    def quote(words: str) -> dict[str, object]:
        return {
            "start": text.index(words),
            "end": text.index(words) + len(words),
            "text": words,
        }

    return {
        "id": name,
        "setting": "outpatient",
        "text": text,
        "codes": [
            {"system": "ICD-10-CM", "code": c, "tier": "core", "evidence": [quote(words)]}
            for c, words in codes
        ],
        "not_coded": [{**quote(negated), "reason": "negated"}] if negated else [],
    }


ROWS = [
    row("one", "htn, no pneumonia", ("I10", "htn"), negated="pneumonia"),
    row("two", "htn and gout", ("I10", "htn"), ("M1A.9XX9", "gout")),
    row("three", "please break, asthma", ("J45.909", "asthma")),
    row("four", "please refuse, asthma", ("J45.909", "asthma")),
]


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    path = tmp_path / "some_dev.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in ROWS), encoding="utf-8")
    return path


def test_a_note_that_fails_stays_in_the_figures(charts: Path) -> None:
    found = evaluate_charts(charts, WordCoder())
    assert [o.chart.id for o in found.failures] == ["three", "four"]
    assert found.counts.charts == 4
    assert (found.counts.exact.tp, found.counts.exact.fp, found.counts.exact.fn) == (2, 1, 3)


def test_what_a_foreign_error_says_of_the_note_is_not_passed_on(charts: Path) -> None:
    found = evaluate_charts(charts, WordCoder())
    errors = [o.error for o in found.failures if o.error is not None]
    assert [e.type for e in errors] == ["RuntimeError", "PipelineError"]
    assert "asthma" not in errors[0].message
    assert errors[1].stage == "ranking"


def test_unknown_gold_codes_are_misses_and_listed(charts: Path) -> None:
    found = evaluate_charts(charts, WordCoder())
    assert {o.chart.id: o.unknown for o in found.outcomes if o.unknown} == {"two": ("M1A.9XX9",)}
    assert found.outcomes[1].counts.exact.fn == 1


def test_progress_counts_to_the_end(charts: Path) -> None:
    seen: list[tuple[int, int]] = []
    evaluate_charts(charts, WordCoder(), progress=lambda done, n: seen.append((done, n)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_json_has_every_figure_and_what_made_it(charts: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    status = run_evaluation(Request(charts, WordCoder()), out=out, console=console())
    body = json.loads(out.read_text(encoding="utf-8"))
    assert status == 3
    assert (body["task"], body["split"], body["n"]) == ("charts", "some_dev", 4)
    assert list(body["metrics"]) == NAMES
    assert body["metrics"]["precision"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert body["metrics"]["recall"]["value"] == 0.4
    assert body["metrics"]["violations"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    for figure in body["metrics"].values():
        assert figure["low"] <= figure["high"]
        assert figure["n"] > 0
    run = body["run"]
    assert run["data_sha256"] == hashlib.sha256(charts.read_bytes()).hexdigest()
    assert run["codesets"] == {"ICD-10-CM": "April 2026"}
    assert (run["model"], run["software"]) == ("words", "chartcode 0")
    assert body["failed"] == ["three", "four"]


def test_json_tells_of_groups_risk_and_causes(charts: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    run_evaluation(Request(charts, WordCoder()), out=out, console=console())
    body = json.loads(out.read_text(encoding="utf-8"))
    assert [g["charts"] for g in body["groups"] if g["by"] == "setting"] == [4]
    assert body["risk"]["accepted"] == 3
    assert body["risk"]["curve"] == [[1.0, pytest.approx(2 / 3, abs=1e-6), 0.9, 3]]
    assert body["risk"]["auto"]["n"] == 0
    assert len(body["reliability"]) == 10
    assert {c["cause"]: c["n"] for c in body["missed"]} == {
        "the note could not be coded": 2,
        "the release lacks the code": 1,
    }
    assert sum(c["fn"] for c in body["chapters"].values()) == 3
    assert set(body["baselines"]) == {"keyword", "bm25"}


def test_everything_listed_is_seen_but_only_what_a_request_gets_is_scored(charts: Path) -> None:
    found = evaluate_charts(charts, WordCoder(), options=CodingOptions(limit=1))
    assert found.outcomes[0].seen == {"I10", "J18.9"}
    assert found.outcomes[0].counts.exact.predicted == 1


def test_same_figures_every_time(charts: Path, tmp_path: Path) -> None:
    bodies = []
    for name in ("a.json", "b.json"):
        run_evaluation(Request(charts, WordCoder()), out=tmp_path / name, console=console())
        bodies.append(json.loads((tmp_path / name).read_text(encoding="utf-8")))
    assert bodies[0]["metrics"] == bodies[1]["metrics"]


def test_a_line_for_each_note_without_its_words(charts: Path, tmp_path: Path) -> None:
    run_evaluation(Request(charts, WordCoder()), out=tmp_path / "f.json", console=console())
    content = (tmp_path / "f.notes.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line["id"] for line in lines] == ["one", "two", "three", "four"]
    assert [s["verdict"] for s in lines[0]["accepted"]] == ["right", "wrong"]
    assert [s["violation"] for s in lines[0]["accepted"]] == [False, True]
    assert lines[0]["accepted"][0]["evidence"] == [[0, 3, 1.0]]
    assert lines[1]["missed"] == ["M1A.9XX9"]
    assert lines[1]["missed_because"] == {"M1A.9XX9": "the release lacks the code"}
    assert lines[0]["accepted"][1]["because"] == "words not to be coded: negated"
    assert lines[2]["error"]["type"] == "RuntimeError"
    for words in ("htn", "pneumonia", "asthma", "gout"):
        assert words not in content


def test_the_table_fits_80_columns_and_names_what_failed(charts: Path) -> None:
    to = console()
    run_evaluation(Request(charts, WordCoder()), console=to)
    text = printed(to)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    for name in (*NAMES, "keyword", "bm25", "three RuntimeError", "four PipelineError"):
        assert name in text
    for name in ("two M1A.9XX9", "the release lacks the code", "Auto-accept: the model accepts no"):
        assert name in text


def test_the_keyword_baseline_takes_whole_titles_and_no_hints() -> None:
    text = "No cough, unspecified.\nESSENTIAL (primary)  hypertension; wheezy chest, coughing"
    coder = keyword(Releases(), DenialReader())
    found = coder.code(Note("n", text, Setting.OUTPATIENT))
    assert [(s.code.value, s.sequence) for s in found.suggestions] == [("I10", 2), ("R05.9", 1)]
    assert [s.evidence[0].quote for s in found.suggestions] == [
        "ESSENTIAL (primary)  hypertension",
        "cough, unspecified",
    ]
    assert (
        len(coder.code(Note("n", text, Setting.OUTPATIENT), CodingOptions(limit=1)).suggestions)
        == 1
    )


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"task": "poetry"}, "task"),
        ({"task": "negation", "split": "third"}, "split"),
        ({"out": Path("nowhere/at/all.json")}, "json"),
    ],
)
def test_wrong_arguments_are_refused_by_name(
    charts: Path, arguments: dict[str, object], named: str
) -> None:
    with pytest.raises(InputError) as caught:
        request = Request(charts, WordCoder(), split=arguments.pop("split", None))  # type: ignore[arg-type]
        run_evaluation(request, console=console(), **arguments)  # type: ignore[arg-type]
    assert caught.value.field == named


@pytest.mark.parametrize("name", ["some_dev.jsonl", "some_dev.json"])
def test_figures_never_replace_the_charts(charts: Path, name: str) -> None:
    before = charts.read_bytes()
    moved = charts.with_name("some_dev.notes.jsonl") if name.endswith(".json") else charts
    charts.rename(moved)
    with pytest.raises(InputError, match="name another"):
        request = Request(moved, WordCoder())
        run_evaluation(request, out=charts.with_name(name), console=console())
    assert moved.read_bytes() == before


@dataclass(frozen=True)
class Asked(WordCoder):
    """Keeps what systems it was asked for."""

    seen: list[tuple[System, ...] | None] = field(default_factory=list)

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        self.seen.append((options or CodingOptions()).systems)
        return super().code(note, options)


@pytest.mark.parametrize("task", ["charts", "metamorphic", "faithfulness"])
def test_tasks_of_diagnoses_ask_for_nothing_else(task: str, tmp_path: Path) -> None:
    charts, coder = tmp_path / "c.jsonl", Asked()
    charts.write_text("".join(json.dumps(r) + "\n" for r in ROWS[:2]), encoding="utf-8")
    run_evaluation(Request(charts, coder, baselines=False), task=task, console=console())
    assert set(coder.seen) == {(System.ICD10CM,)}


def test_terms_are_looked_for_among_diagnoses() -> None:
    coder = Asked()
    assert as_retriever(coder)("htn", 5) == ["I10"]
    assert coder.seen == [(System.ICD10CM,)]
