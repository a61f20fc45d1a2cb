import hashlib
import json
from pathlib import Path

import pytest

from coding.errors import InvalidNote
from eval.command import Request, run_evaluation
from eval.negation import load_mentions
from tests.unit.eval_kit import WordCoder, console, printed

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


def test_one_kind_alone_is_nothing_to_tell_apart(tmp_path: Path) -> None:
    request = Request(sentences(tmp_path, KIT[0], KIT[4]), WordCoder(), split="all")
    with pytest.raises(InvalidNote, match="all mentions of its all half are of one kind"):
        run_evaluation(request, task="negation", console=console())


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
    request = Request(sentences(tmp_path, *KIT), WordCoder(), split="all")
    status = run_evaluation(request, task="negation", out=out, console=to)
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
