import json
from dataclasses import replace
from pathlib import Path

import pytest

from coding.types import Span, System
from eval.codiesp import P_TABLE, codiesp_files, load_codiesp
from eval.codiesp_profile import Predicted, predicted, threshold_for
from eval.codiesp_task import evaluate_codiesp
from eval.command import Request, run_evaluation
from eval.word_baselines import frequent_of
from tests.unit.eval_kit import console, printed
from tests.unit.procedure_eval_kit import ProcedureCoder
from tests.unit.test_eval_metrics import result, suggest

SPANISH = "Se extirpa la vesícula. No se extirpa el apéndice.\n"
TEXTS = {"S1": "gallbladder and appendix out", "S2": "appendix out", "S3": "ecg"}
GOLD = {"S1": ("0ft44zz", "0dtj"), "S2": ("0dtj0zz", "bn20")}


def write(folder: Path, split: str) -> None:
    root = folder / split
    for name in ("text_files", "text_files_en"):
        (root / name).mkdir(parents=True)
        for document, text in TEXTS.items():
            words = text if name == "text_files_en" else SPANISH
            (root / name / f"{document}.txt").write_text(words, encoding="utf-8")
    rows = "".join(f"{name}\t{code}\n" for name, codes in GOLD.items() for code in codes)
    (root / f"{split}P.tsv").write_text(rows, encoding="utf-8")
    (root / f"{split}D.tsv").write_text("S3\ti10\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "dev")
    return tmp_path


def test_procedures_are_read_by_their_first_four_characters(folder: Path) -> None:
    one, two = load_codiesp(folder, "dev", gold_of=P_TABLE)
    assert (one.id, one.gold) == ("S1", {"0FT4", "0DTJ"})
    assert (two.id, two.gold) == ("S2", {"0DTJ", "BN20"})
    assert [d.id for d in load_codiesp(folder, "dev")] == ["S3"]
    assert folder / "dev/devP.tsv" in codiesp_files(folder, "dev", P_TABLE)


def test_of_the_spanish_mentions_those_of_procedures_count(folder: Path) -> None:
    start, end = SPANISH.index("apéndice"), SPANISH.index("apéndice") + len("apéndice")
    (folder / "dev/devX.tsv").write_text(
        f"S1\tDIAGNOSTICO\ti10\tx\t0 3\nS1\tPROCEDIMIENTO\t0dtj4zz\tx\t{start} {end}\n",
        encoding="utf-8",
    )
    one, _ = load_codiesp(folder, "dev", gold_of=P_TABLE)
    assert [(m.code, m.span) for m in one.mentions] == [("0DTJ", Span(start, end))]


def test_accepted_prefixes_against_gold_and_their_ranking(folder: Path) -> None:
    coder = ProcedureCoder()
    found = evaluate_codiesp(folder, coder, split="dev", task="codiesp-p", threshold=None)
    values = {f.name: f.value for f in found.figures}
    # Accepted are the two appendices; the gallbladder, at 0.3, is listed alone.
    assert (values["precision"], values["recall"]) == (1, 0.5)
    assert values["f1"] == pytest.approx(2 / 3)
    # S1: both ranked, both right; S2: one of two.
    assert values["map"] == pytest.approx((1 + 1 / 2) / 2)
    assert coder.asked == {"S1": (System.ICD10PCS,), "S2": (System.ICD10PCS,)}
    # The list is known by its prefixes: of gold it lacks one.
    assert found.unknown == {"BN20": 1}
    assert found.release == "ICD-10-PCS FY2027 (3 codes)"


def test_a_threshold_replaces_what_the_coder_decides(folder: Path) -> None:
    found = evaluate_codiesp(folder, ProcedureCoder(), split="dev", task="codiesp-p", threshold=0.2)
    assert found.judged[0].accepted == {"0FT4", "0DTJ"}
    assert threshold_for("words", chosen=False) is None
    assert threshold_for("words", 0.4, chosen=False) == 0.4


def test_a_prefix_has_the_highest_probability_of_its_codes() -> None:
    given = result(
        suggest("0DTJ4ZZ", 0.2, system=System.ICD10PCS, evidence=((0, 5, 1.0),)),
        suggest("0DTJ0ZZ", 0.6, system=System.ICD10PCS, evidence=((6, 9, 1.0),)),
        suggest("0FT44ZZ", 0.4, system=System.ICD10PCS),
    )
    assert predicted(given, P_TABLE.compared) == (
        Predicted("0DTJ", 0.6, (Span(0, 5), Span(6, 9))),
        Predicted("0FT4", 0.4, (Span(0, 10),)),
    )


def test_a_code_counts_as_accepted_by_what_gold_has_in_its_place(folder: Path) -> None:
    """Of diagnoses too: R05.3 was R05 in 2018, and accepted it is right."""
    (folder / "dev/devD.tsv").write_text("S3\tr05\n", encoding="utf-8")

    class Coughs(ProcedureCoder):
        def code(self, note, options=None):  # type: ignore[no-untyped-def]
            return replace(result(suggest("R05.3")), note_id=note.id)

    found = evaluate_codiesp(folder, Coughs(), split="dev", task="codiesp-d", threshold=None)
    assert found.judged[0].accepted == {"R05"}
    assert found.judged[0].counts.tp == 1


def test_the_most_frequent_prefixes_are_a_coder(folder: Path) -> None:
    coder = ProcedureCoder()
    gold = [d.gold for d in load_codiesp(folder, "dev", gold_of=P_TABLE)]
    often = frequent_of(coder.codesets, coder.reader, System.ICD10PCS, gold)
    assert [(code.value, p) for code, _, p in often.codes] == [("0DTJ", 1.0), ("0FT4", 0.5)]
    found = evaluate_codiesp(folder, often, split="dev", task="codiesp-p", threshold=None)
    assert [(j.counts.tp, j.counts.fp, j.counts.fn) for j in found.judged] == [(2, 0, 0), (1, 1, 1)]


def test_the_command_shows_plain_coders_beside(folder: Path, tmp_path: Path) -> None:
    write(folder, "train")
    to, out = console(), tmp_path / "p.json"
    request = Request(folder, ProcedureCoder())
    assert run_evaluation(request, task="codiesp-p", out=out, console=to) == 0
    text = printed(to)
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in ("codiesp-p dev: 2 documents", "ICD-10-PCS FY2027", "first four characters"):
        assert words in " ".join(text.split())
    body = json.loads(out.read_text("utf-8"))
    assert list(body["baselines"]) == ["most frequent", "title in note", "every candidate"]
    assert body["baselines"]["every candidate"]["recall"]["value"] == 0.75
    assert body["baselines"]["title in note"]["recall"]["value"] == 0
    assert body["profile"]["threshold"] is None
    assert "gallbladder" not in text + out.read_text("utf-8")
    again = Request(folder, ProcedureCoder(), split="train", baselines=False)
    assert run_evaluation(again, task="codiesp-p", out=out, console=console()) == 0
    assert json.loads(out.read_text("utf-8"))["baselines"] == {}


@pytest.mark.shared
def test_the_shared_procedures_read_whole(shared_charts: Path) -> None:
    documents = load_codiesp(
        shared_charts.parent / "codiesp", "train", mentions=True, gold_of=P_TABLE
    )
    assert len(documents) == 435
    assert all({m.code for m in d.mentions} == d.gold for d in documents)
