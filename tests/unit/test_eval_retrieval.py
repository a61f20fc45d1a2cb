import gzip
import json
from pathlib import Path

import pytest

from coding.errors import InputError, InvalidNote
from eval.command import Request, run_evaluation
from eval.index_terms import load_index, split_of
from eval.retrieval import as_retriever, evaluate_retrieval
from tests.unit.eval_kit import Release, WordCoder, console, printed

HEADER = "RowID,Letter,Level,Term,See,SeeAlso,NonEssModif,Code\n"
ROWS = """1,A,0,Asthma,,,,J45.909
2,A,1,wheezy,,,,J45.909
3,C,0,Cough,,,(dry),R05
4,C,1,lasting,,,,R05.9
5,H,0,Hypertension,,,,I10
6,H,0,Hypertension,,,,A09
7,X,0,Nowhere,,,,Q99.9
"""


def index(tmp_path: Path, content: str = HEADER + ROWS) -> Path:
    path = tmp_path / "index.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_terms_are_read_under_their_heads_with_billable_codes_of_the_release(
    tmp_path: Path,
) -> None:
    terms = load_index(index(tmp_path), Release())
    assert [(t.text, t.code, t.line) for t in terms] == [
        ("Asthma", "J45.909", 2),
        ("Asthma, wheezy", "J45.909", 3),
        ("Cough, lasting", "R05.9", 5),
        ("Hypertension", "I10", 6),
    ]


def test_a_gzipped_index_is_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "index.csv.gz"
    packed.write_bytes(gzip.compress((HEADER + ROWS).encode()))
    assert load_index(packed, Release()) == load_index(index(tmp_path), Release())


def test_the_order_and_case_of_words_do_not_change_their_split() -> None:
    assert split_of("Fracture, femur, old") == split_of("old femur fracture (femur)")
    # Fixed for good: a model that was trained on one split is judged on another.
    fixed = [split_of(w) for w in ("w8", "w17", "Fracture, femur")]
    assert fixed == ["test", "dev", "train"]
    splits = [split_of(f"term {n}") for n in range(2_000)]
    assert 60 < splits.count("dev") < 140
    assert 60 < splits.count("test") < 140


def held_out(tmp_path: Path, n: int = 6) -> Path:
    words = (f"w{k}" for k in range(1_000))
    dev = [word for word in words if split_of(word) == "dev"][:n]
    rows = "".join(f"{k},X,0,{w},,,,{'I10' if k % 2 else 'A09'}\n" for k, w in enumerate(dev))
    return index(tmp_path, HEADER + rows)


def test_ranks_are_those_of_the_very_code(tmp_path: Path) -> None:
    path = held_out(tmp_path)
    retrievers = {
        "second": lambda words, limit: ["R05.9", "I10"],
        "none": lambda words, limit: [],
    }
    found = evaluate_retrieval(path, WordCoder(), retrievers)
    assert found.ranks["second"] == (None, 2, None, 2, None, 2)
    values = {f.name: f.value for f in found.figures["second"]}
    assert values == {"r@1": 0.0, "r@10": 0.5, "r@50": 0.5}
    assert {f.value for f in found.figures["none"]} == {0.0}
    assert evaluate_retrieval(path, WordCoder(), retrievers, sample=2).ranks["none"] == (None,) * 2


def test_a_coder_retrieves_what_it_suggests() -> None:
    assert as_retriever(WordCoder())("old htn", 5) == ["I10"]


def test_the_command_shows_word_retrievers_beside(tmp_path: Path) -> None:
    to, out = console(), tmp_path / "r.json"
    request = Request(path=held_out(tmp_path), coder=WordCoder())
    assert run_evaluation(request, task="retrieval", out=out, console=to) == 0
    for name in ("words", "bm25", "tf-idf", "r@50", "must not be judged on them"):
        assert name in printed(to)
    assert set(json.loads(out.read_text("utf-8"))["baselines"]) == {"bm25", "tf-idf"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Term,Code\nx,I10\n", "line 1: must name the columns"),
        (HEADER + "1,A,x,Asthma,,,,I10\n", "line 2: Level must be a whole number"),
        (HEADER + "1,A,2,Asthma,,,,I10\n", "line 2: Level is 2, after a row of level -1"),
        (HEADER + "1,A,0,Asthma,,,,\n", "no term leads to a code"),
    ],
)
def test_what_is_no_index(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InvalidNote, match=message):
        load_index(index(tmp_path, content), Release())


def test_wrong_splits_and_single_codes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="split must be one of dev, test"):
        evaluate_retrieval(held_out(tmp_path), WordCoder(), {}, split="train")
    with pytest.raises(InputError, match="needs two or more"):
        evaluate_retrieval(held_out(tmp_path, 1), WordCoder(), {})
    with pytest.raises(InvalidNote, match="give a readable file"):
        load_index(tmp_path / "none.csv", Release())
