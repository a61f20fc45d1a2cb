import json
from pathlib import Path

import pytest

from coding.errors import InputError, InvalidNote
from coding.types import Span
from eval.codiesp import Document, SpanishMention, load_codiesp
from eval.codiesp_profile import Predicted, best_threshold, in_2018, predicted, threshold_for
from eval.codiesp_spanish import aligned_lines, denied, gold_lines, negated_only
from eval.codiesp_task import evaluate_codiesp
from eval.command import Request, run_evaluation
from tests.unit.eval_kit import WordCoder, console, printed
from tests.unit.test_eval_metrics import result, suggest

SPANISH = "Paciente con hta. No tiene neumonia. Sin fiebre pero con tos.\n"
ENGLISH = "Patient with htn.\nHas no pneumonia.\nNo fever but cough.\n"


def span(word: str) -> Span:
    at = SPANISH.index(word)
    return Span(at, at + len(word))


def offsets(word: str) -> str:
    return f"{span(word).start} {span(word).end}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "dev"
    for name, text in (("text_files", SPANISH), ("text_files_en", ENGLISH)):
        (root / name).mkdir(parents=True)
        (root / name / "S1.txt").write_text(text, encoding="utf-8")
        (root / name / "S2.txt").write_text(text + text[:4] * (name == "text_files"), "utf-8")
    gold = [("i10", "hta"), ("j18.9", "neumonia"), ("r05", "tos"), ("b99.zz", "fiebre")]
    (root / "devD.tsv").write_text(
        "".join(f"{s}\t{code}\n" for s in ("S1", "S2") for code, _ in gold), encoding="utf-8"
    )
    (root / "devX.tsv").write_text(
        "".join(
            f"{s}\tDIAGNOSTICO\t{code}\t{word}\t{offsets(word)}\n"
            for s in ("S1", "S2")
            for code, word in gold
        )
        + "S1\tPROCEDIMIENTO\tbw03\tx\t0 3\n",
        encoding="utf-8",
    )
    return tmp_path


def test_codes_are_read_in_the_form_they_are_printed_in(folder: Path) -> None:
    one, two = load_codiesp(folder, "dev")
    assert (one.id, two.id) == ("S1", "S2")
    assert one.gold == {"I10", "J18.9", "R05", "B99.ZZ"}
    assert [m.code for m in one.mentions] == ["I10", "J18.9", "R05", "B99.ZZ"]
    assert one.text == ENGLISH


def test_the_official_score_and_that_without_negated_only_codes(folder: Path) -> None:
    found = evaluate_codiesp(folder, WordCoder(), split="dev", task="codiesp-d", threshold=0.5)
    values = {f.name: f.value for f in found.figures}
    # Of 4 gold codes a document I10 and J18.9 are accepted; J18.9 and B99.ZZ are denied.
    assert (values["precision"], values["recall"]) == (1.0, 0.5)
    assert values["map"] == 0.5
    assert (values["precision_affirmed"], values["recall_affirmed"]) == (1.0, 0.5)
    assert values["map_affirmed"] == 0.5
    assert found.judged[0].negated == {"J18.9", "B99.ZZ"}
    assert found.unknown == {"B99.ZZ": 2}


def test_without_the_spanish_negated_only_codes_are_not_told_apart(folder: Path) -> None:
    (folder / "dev/devX.tsv").unlink()
    found = evaluate_codiesp(folder, WordCoder(), split="dev", task="codiesp-d", threshold=0.5)
    assert [f.name for f in found.figures] == ["precision", "recall", "f1", "map"]
    assert not found.negation


def test_x_asks_for_the_right_line_and_leaves_out_what_does_not_align(folder: Path) -> None:
    coder = WordCoder()
    found = evaluate_codiesp(folder, coder, split="dev", task="codiesp-x", threshold=0.5)
    assert [j.id for j in found.judged] == ["S1"]
    assert found.left_out == 1
    assert (found.judged[0].counts.tp, found.judged[0].counts.fp) == (2, 0)
    # The same words in another line than the mention's are not found.
    swapped = "".join(reversed(ENGLISH.splitlines(keepends=True)))
    (folder / "dev/text_files_en/S1.txt").write_text(swapped, encoding="utf-8")
    found = evaluate_codiesp(folder, coder, split="dev", task="codiesp-x", threshold=0.5)
    assert (found.judged[0].counts.tp, found.judged[0].counts.fp) == (1, 1)


def test_the_command_says_what_it_measures_and_no_words(folder: Path, tmp_path: Path) -> None:
    to, out = console(), tmp_path / "d.json"
    request = Request(path=folder, coder=WordCoder(), threshold=0.5)
    assert run_evaluation(request, task="codiesp-d", out=out, console=to) == 0
    text = printed(to)
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in ("Profile: no rules", "the Spanish text denies", "misses: 2 (1", "bm25"):
        assert words in " ".join(text.split())
    body = json.loads(out.read_text("utf-8"))
    assert body["unknown_gold"] == {"B99.ZZ": 2}
    assert body["profile"]["threshold"] == 0.5
    lines = out.with_name("d.notes.jsonl").read_text("utf-8")
    assert [json.loads(line)["tp"] for line in lines.splitlines()] == [2, 2]
    assert "htn" not in lines + text + out.read_text("utf-8")


def test_a_document_that_fails_counts_as_misses(folder: Path, tmp_path: Path) -> None:
    (folder / "dev/text_files_en/S2.txt").write_text("refuse", encoding="utf-8")
    request = Request(path=folder, coder=WordCoder(), threshold=0.5, baselines=False)
    to = console()
    assert run_evaluation(request, task="codiesp-d", console=to) == 3
    assert "Not coded, counted as misses: 1" in printed(to)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("devD.tsv", "S1\n", "devD.tsv line 1: has 1 columns"),
        ("devD.tsv", "", "devD.tsv: is empty"),
        ("devD.tsv", "S9\ti10\n", "devD.tsv line 1: document has no text in text_files_en"),
        ("devD.tsv", "S1\t \n", "devD.tsv line 1: code is empty"),
        ("devX.tsv", "S1\tX\ti10\tw\t0 3\n", "devX.tsv line 1: kind must be"),
        ("devX.tsv", "\nS1\tDIAGNOSTICO\ti10\tw\t0 999\n", "devX.tsv line 2: offsets lie outside"),
        ("devX.tsv", "S1\tDIAGNOSTICO\ti10\tw\t3 3\n", "devX.tsv line 1: offsets hold an empty"),
        ("devX.tsv", "S1\tDIAGNOSTICO\ti10\tw\t5 3\n", "devX.tsv line 1: offsets hold an empty"),
        ("devX.tsv", "S1\tDIAGNOSTICO\ti10\tw\ta b\n", "offsets must be whole numbers"),
        ("devX.tsv", "S1\tDIAGNOSTICO\ti10\tw\t3\n", "offsets must be pairs"),
        ("text_files_en/S1.txt", " \n", "S1.txt: is empty"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(
    folder: Path, file: str, content: str, message: str
) -> None:
    (folder / "dev" / file).write_text(content, encoding="utf-8")
    with pytest.raises(InvalidNote, match=message):
        load_codiesp(folder, "dev")


def test_a_missing_folder_or_split_is_an_input_error(folder: Path) -> None:
    for path, split in ((folder / "none", "dev"), (folder, "test")):
        with pytest.raises(InputError) as caught:
            evaluate_codiesp(path, WordCoder(), split=split, task="codiesp-d", threshold=0.5)
        assert caught.value.field == "path"


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("No tiene fiebre", "fiebre", True),
        ("Tiene fiebre. No tos", "fiebre", False),
        ("Sin fiebre ni tos", "tos", True),
        ("No presentaba adenopatías", "adenopatías", True),
        ("Sin fiebre, pero con tos", "tos", False),
        ("Sin antecedentes, presenta dolor", "dolor", False),
        ("No obstante tiene tos", "tos", False),
        ("diabetes no insulinodependiente, tos", "tos", False),
        ("Niega dolor", "dolor", True),
        ("No fuma. Refiere tos", "tos", False),
        ("Ausencia de edemas", "edemas", True),
    ],
)
def test_what_spanish_denies(text: str, word: str, expected: bool) -> None:
    at = text.index(word)
    assert denied(text, Span(at, at + len(word))) is expected


def test_a_code_with_one_affirmed_mention_is_not_negated_only() -> None:
    text = "No tos. Tiene tos."
    both = (SpanishMention("R05", Span(3, 6)), SpanishMention("R05", Span(14, 17)))
    assert negated_only(Document("d", "", frozenset({"R05"}), text, both)) == frozenset()
    assert negated_only(Document("d", "", frozenset({"R05"}), text, both[:1])) == {"R05"}


def test_mentions_are_carried_over_by_the_number_of_their_sentence() -> None:
    document = Document("d", "A.\n\nB.\n", frozenset(), "Uno.\nDos.", (
        SpanishMention("R05", Span(5, 8)),
    ))  # fmt: skip
    lines = aligned_lines(document)
    assert lines is not None
    assert [span.of(document.text) for span in lines] == ["A.", "B."]
    assert gold_lines(document) == {"R05": {1}}


def test_codes_split_since_2018_are_taken_back() -> None:
    assert [in_2018(c) for c in ("R51.9", "M54.59", "I10", "R05.3")] == [
        "R51",
        "M54.5",
        "I10",
        "R05",
    ]
    given = result(
        suggest("R51.9", 0.2, evidence=((0, 5, 1.0),)),
        suggest("R51.0", 0.6, evidence=((6, 9, 1.0),)),
        suggest("I10", 0.4),
    )
    assert predicted(given) == (
        Predicted("R51", 0.6, (Span(0, 5), Span(6, 9))),
        Predicted("I10", 0.4, (Span(0, 10),)),
    )


def test_the_best_threshold_is_the_one_of_the_best_f1() -> None:
    document = Document("d", "", frozenset({"A", "B"}))
    codes = [Predicted(c, p, ()) for c, p in (("A", 0.9), ("X", 0.5), ("B", 0.5), ("Y", 0.1))]
    # At 0.9: 2/3; at 0.5, where a tie cannot be cut: 4/5; at 0.1: 4/6.
    assert best_threshold([(document, codes)]) == (0.5, 0.8)
    assert best_threshold([(document, [])]) == (1.0, 0.0)


def test_an_unknown_model_needs_a_threshold() -> None:
    assert 0 < threshold_for("lexical 1") < 1
    assert threshold_for("words", 0.3) == 0.3
    for model, given in (("words", None), ("lexical 1", 1.5)):
        with pytest.raises(InputError) as caught:
            threshold_for(model, given)
        assert caught.value.field == "threshold"


@pytest.mark.shared
def test_the_shared_corpus_reads_whole(shared_charts: Path) -> None:
    documents = load_codiesp(shared_charts.parent / "codiesp", "dev", mentions=True)
    assert len(documents) == 250
    assert sum(len(d.gold) for d in documents) == 2677
    share = sum(len(negated_only(d)) for d in documents) / 2677
    assert 0.07 < share < 0.13
    # D is exactly the set of codes of X.
    assert all({m.code for m in d.mentions} == d.gold for d in documents)
