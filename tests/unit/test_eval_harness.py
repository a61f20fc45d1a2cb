import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from coding.errors import InputError, InvalidNote, PipelineError
from coding.protocols import CodeSystem
from coding.types import (
    Assertion,
    Code,
    CodeEntry,
    CodingOptions,
    CodingResult,
    Decision,
    Evidence,
    Note,
    Provenance,
    Reading,
    Role,
    Scope,
    Setting,
    Span,
    Suggestion,
    System,
)
from eval.baselines import keyword
from eval.command import run_evaluation
from eval.harness import evaluate_charts
from eval.negation import load_mentions

TITLES = {
    "I10": "Essential (primary) hypertension",
    "J18.9": "Pneumonia, unspecified organism",
    "J45.909": "Unspecified asthma, uncomplicated",
    "R05": "Cough",
    "R05.9": "Cough, unspecified",
    "A09": "Infectious gastroenteritis and colitis, unspecified",
}
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


@dataclass(frozen=True)
class Release:
    """A code system of a handful of codes; R05 is not billable."""

    system: System = System.ICD10CM
    release: str = "April 2026"
    valid_from: date = date(2026, 4, 1)
    valid_to: date = date(2026, 9, 30)

    def __contains__(self, value: str) -> bool:
        return value in TITLES

    def __len__(self) -> int:
        return len(TITLES)

    def get(self, value: str) -> CodeEntry:
        return CodeEntry(Code(self.system, value), TITLES[value], self.billable(value), None)

    def title(self, value: str) -> str:
        return TITLES[value]

    def billable(self, value: str) -> bool:
        return value != "R05"

    def parent(self, value: str) -> str | None:
        return None

    def children(self, value: str) -> tuple[str, ...]:
        return ()

    def search(self, words: str, limit: int = 20) -> tuple[CodeEntry, ...]:
        return ()

    def terms(self) -> Iterator[tuple[str, str, str]]:
        for value, title in TITLES.items():
            yield value, title, "title"
        yield "J45.909", "Wheezy chest", "inclusion"

    def excludes1(self, one: str, other: str) -> str | None:
        return None


@dataclass(frozen=True)
class Releases:
    def at(self, system: System, on: date | None) -> CodeSystem:
        return Release()

    def releases(self) -> tuple[CodeSystem, ...]:
        return (Release(),)

    def lookup(self, code: Code) -> CodeEntry:
        return Release().get(code.value)


class DenialReader:
    """Reads "no" as denying the rest of the note."""

    def read(self, note: Note) -> Reading:
        at = note.text.find("no ")
        rest = Span(at, len(note.text)) if at >= 0 else None
        scopes = (Scope(Assertion.NEGATED, rest, rest),) if rest else ()
        return Reading(note, (), (), scopes)


@dataclass(frozen=True)
class WordCoder:
    """Accepts I10 for "htn" and J18.9 for "pneumonia"; breaks on "break" and "refuse"."""

    codesets: Releases = field(default_factory=Releases)
    reader: DenialReader = field(default_factory=DenialReader)
    provenance: Provenance = Provenance(  # noqa: RUF009
        "chartcode 0", "words", ((System.ICD10CM, "April 2026"),), "0" * 64
    )

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        if "break" in note.text:
            raise RuntimeError(note.text)
        if "refuse" in note.text:
            raise PipelineError("ranking", note.id, "ZeroDivisionError")
        found: list[Suggestion] = []
        for word, value in (("htn", "I10"), ("pneumonia", "J18.9")):
            at = note.text.find(word)
            if at >= 0:
                found.append(accept(note.text, Span(at, at + len(word)), value, len(found) + 1))
        return CodingResult(
            note_id=note.id,
            note_sha256=hashlib.sha256(note.text.encode()).hexdigest(),
            setting=note.setting,
            claim=note.claim_type,
            service_date=note.service_date,
            suggestions=tuple(found),
            rejected=(),
            findings=(),
            queries=(),
            provenance=self.provenance,
        )


def accept(text: str, span: Span, value: str, sequence: int) -> Suggestion:
    evidence = Evidence(span, span.of(text), "none", (Assertion.AFFIRMED,), "title", 1.0)
    return Suggestion(
        code=Code(System.ICD10CM, value),
        display=TITLES[value],
        probability=0.9,
        decision=Decision.ACCEPT,
        auto=False,
        role=Role.SECONDARY,
        sequence=sequence,
        evidence=(evidence,),
        proof=(),
    )


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


def console() -> Console:
    return Console(file=io.StringIO(), width=80, color_system=None)


def printed(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


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
    status = run_evaluation(charts, out=out, coder=WordCoder(), console=console())
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


def test_same_figures_every_time(charts: Path, tmp_path: Path) -> None:
    bodies = []
    for name in ("a.json", "b.json"):
        run_evaluation(charts, out=tmp_path / name, coder=WordCoder(), console=console())
        bodies.append(json.loads((tmp_path / name).read_text(encoding="utf-8")))
    assert bodies[0]["metrics"] == bodies[1]["metrics"]


def test_a_line_for_each_note_without_its_words(charts: Path, tmp_path: Path) -> None:
    run_evaluation(charts, out=tmp_path / "f.json", coder=WordCoder(), console=console())
    content = (tmp_path / "f.notes.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line["id"] for line in lines] == ["one", "two", "three", "four"]
    assert [s["verdict"] for s in lines[0]["accepted"]] == ["right", "wrong"]
    assert [s["violation"] for s in lines[0]["accepted"]] == [False, True]
    assert lines[0]["accepted"][0]["evidence"] == [[0, 3, 1.0]]
    assert lines[1]["missed"] == ["M1A.9XX9"]
    assert lines[2]["error"]["type"] == "RuntimeError"
    for words in ("htn", "pneumonia", "asthma", "gout"):
        assert words not in content


def test_the_table_fits_80_columns_and_names_what_failed(charts: Path) -> None:
    to = console()
    run_evaluation(charts, coder=WordCoder(), baseline=True, console=to)
    text = printed(to)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    for name in (*NAMES, "keyword", "three RuntimeError", "four PipelineError", "two M1A.9XX9"):
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


HEADER = "id\tconcept\tsentence\tstart\tend\tnegation\ttemporality\texperiencer\n"


def sentences(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "kit.tsv"
    path.write_text(HEADER + "".join(f"{r}\n" for r in rows), encoding="utf-8")
    return path


KIT = (
    "1\tfever\tThere is no FEVER.\t12\t17\tNegated\tRecent\tPatient",
    "2\tfever\tThere is no FEVER.\t12\t17\tNegated\tRecent\tPatient",
    "3\tcough\tA cough.\t2\t7\tAffirmed\tRecent\tPatient",
    "4\tMI\tOld MI.\t4\t6\tAffirmed\tHistorical\tPatient",
    "5\trash\tNever a rash.\t8\t12\tNegated\tRecent\tPatient",
    "6\tsoreness\tSore.\t-1\t-1\tAffirmed\tRecent\tPatient",
)


def test_mentions_are_distinct_located_and_lower_case(tmp_path: Path) -> None:
    mentions, left_out = load_mentions(sentences(tmp_path, *KIT), "all")
    assert [m.id for m in mentions] == ["1", "3", "4", "5"]
    assert left_out == 1
    assert mentions[0].span.of(mentions[0].text) == "fever"


def test_halves_go_by_the_hash_of_the_sentence_as_it_stands(tmp_path: Path) -> None:
    even = "7\tpain\tPain.\t0\t4\tAffirmed\tRecent\tPatient"
    rows = (*KIT, even)
    path = sentences(tmp_path, *rows)
    for half, parity in (("odd", 1), ("even", 0)):
        expected = [
            r.split("\t")[0]
            for n, r in enumerate(rows)
            if n not in (1, 5)
            and int(hashlib.sha256(r.split("\t")[2].encode()).hexdigest(), 16) % 2 == parity
        ]
        assert [m.id for m in load_mentions(path, half)[0]] == expected


def test_negation_is_judged_by_what_the_reader_asserts(tmp_path: Path) -> None:
    out, to = tmp_path / "neg.json", console()
    status = run_evaluation(
        sentences(tmp_path, *KIT),
        task="negation",
        half="all",
        out=out,
        coder=WordCoder(),
        console=to,
    )
    body = json.loads(out.read_text(encoding="utf-8"))
    assert status == 0
    assert (body["task"], body["split"], body["n"]) == ("negation", "kit:all", 4)
    values = {name: figure["value"] for name, figure in body["metrics"].items()}
    assert values == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3, abs=1e-6),
        "historical_f1": 0.0,
    }
    lines = (tmp_path / "neg.notes.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["assertions"] == ["negated"]
    assert "fever" not in "".join(lines)
    assert "Left out" in printed(to)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id\tsentence\n", "line 1: must name the columns"),
        (HEADER + "1\tfever\n", "line 2: has 2 columns"),
        (HEADER + KIT[0].replace("12", "x"), "line 2: start and end"),
        (HEADER + KIT[0].replace("17", "99"), "line 2: 12 to 99"),
        (HEADER, "no mentions"),
    ],
)
def test_what_is_no_such_table(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "kit.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidNote, match=message):
        load_mentions(path, "all")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"task": "poetry"}, "task"),
        ({"task": "negation", "half": "third"}, "half"),
        ({"out": Path("nowhere/at/all.json")}, "json"),
    ],
)
def test_wrong_arguments_are_refused_by_name(
    charts: Path, arguments: dict[str, object], named: str
) -> None:
    with pytest.raises(InputError) as caught:
        run_evaluation(charts, coder=WordCoder(), console=console(), **arguments)  # type: ignore[arg-type]
    assert caught.value.field == named
