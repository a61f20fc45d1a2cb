import json
from dataclasses import replace
from pathlib import Path

import pytest

from coding.errors import InputError
from coding.types import Claim, Code, Note, Reading, Setting, Suggestion, System
from eval.bars import bar_for
from eval.charts import GoldChart, load_charts
from eval.command import Request, notes_beside, run_evaluation
from eval.compare import compare
from eval.counts import PRF, Mean
from eval.em_levels import (
    OTHER,
    FamilyCounts,
    Levelled,
    by_family,
    gold_visits,
    level_figures,
    levelled,
)
from eval.page import page
from eval.procedure_counts import count_procedures, is_em, pcs_prefix
from eval.procedures_task import (
    ProceduresEvaluation,
    accepted,
    evaluate_procedures,
    options_for,
)
from eval.readme_table import COLUMNS, figures_markdown
from eval.results import load_result
from tests.unit.eval_kit import console, printed
from tests.unit.procedure_eval_kit import ProcedureCoder, WordLeveller

CPT, HCPCS, PCS = System.CPT, System.HCPCS, System.ICD10PCS


def row(
    name: str,
    text: str,
    *procedures: tuple[System, str, str, tuple[str, ...]],
    setting: str = "outpatient",
    not_coded: tuple[tuple[str, str], ...] = (),
) -> dict[str, object]:
    """A chart whose procedures are (system, code, words it rests on, modifiers)."""

    def quote(words: str) -> dict[str, object]:
        start = text.index(words)
        return {"start": start, "end": start + len(words), "text": words}

    return {
        "id": name,
        "setting": setting,
        "text": text,
        "codes": [],
        "procedures": [
            {"system": s, "code": c, "modifiers": list(m), "evidence": [quote(words)]}
            for s, c, words, m in procedures
        ],
        "not_coded": [{**quote(words), "reason": reason} for words, reason in not_coded],
    }


ROWS = [
    # CPT: one of two right, its modifier too; the visit one level too high.
    row(
        "one",
        "visit. stitches in the left hand, x-ray",
        (CPT, "12001", "stitches", ("LT",)),
        (CPT, "73130", "x-ray", ()),
        (CPT, "99213", "visit", ()),
    ),
    # CPT: the ecg is planned and wrong; HCPCS: right, with words gold does not have.
    row(
        "two",
        "sick visit. ecg planned. stitches. ketorolac given",
        (CPT, "12001", "stitches", ("RT",)),
        (HCPCS, "J1885", "ketorolac given", ()),
        (CPT, "99214", "sick visit", ()),
        not_coded=(("ecg planned", "planned"),),
    ),
    # No gold of CPT: what is accepted there stands apart.
    row("three", "sick visit, ecg", (CPT, "99214", "sick visit", ())),
    # ICD-10-PCS: the first four characters right, the approach wrong; the rest for review only.
    row(
        "four",
        "appendix out, gallbladder too",
        (PCS, "0DTJ0ZZ", "appendix out", ()),
        (PCS, "0FT44ZZ", "gallbladder", ()),
        setting="inpatient",
    ),
    row("five", "please break, x-ray", (CPT, "73130", "x-ray", ())),
]


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    path = tmp_path / "some.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def found(charts: Path) -> ProceduresEvaluation:
    coder = ProcedureCoder()
    return evaluate_procedures(
        charts, load_charts(charts), lambda _: coder, leveller=WordLeveller()
    )


def test_each_system_is_judged_in_the_charts_that_have_gold_of_it(
    found: ProceduresEvaluation,
) -> None:
    figures = {f.name: f for f in found.figures}
    expected = {
        "cpt": (2 / 3, 1 / 2, 4 / 7, 3),
        "hcpcs": (1, 1, 1, 1),
        "pcs4": (1, 1 / 2, 2 / 3, 1),
        "pcs": (0, 0, 0, 1),
        "em": (2 / 3, 2 / 3, 2 / 3, 3),
    }
    for name, (*values, charts) in expected.items():
        three = [figures[f"{name}_{kind}"] for kind in ("precision", "recall", "f1")]
        assert [f.value for f in three] == pytest.approx(values)
        assert three[2].n == charts
    assert found.elsewhere == {
        "cpt": (1, 1), "hcpcs": (0, 0), "pcs4": (0, 0), "pcs": (0, 0), "em": (0, 0),
    }  # fmt: skip
    for figure in figures.values():
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.high


def test_modifiers_evidence_and_violations(found: ProceduresEvaluation) -> None:
    figures = {f.name: (f.value, f.n) for f in found.figures}
    assert figures["modifiers"] == (pytest.approx(4 / 5), 5)
    assert figures["modifiers_given"] == (pytest.approx(1 / 2), 2)
    # Words as gold has them twice, 9 of its 15 characters once, 5 of its 10 twice.
    assert figures["evidence_f1"] == (pytest.approx((1 + 1 + 3 / 4 + 2 / 3 + 2 / 3) / 5), 5)
    assert figures["violations"] == (pytest.approx(1 / 9), 9)


def test_levels_stand_beside_the_most_frequent_one_of_the_family(
    found: ProceduresEvaluation,
) -> None:
    figures = {f.name: f for f in found.figures}
    assert figures["em_exact"].value == pytest.approx(2 / 3)
    assert figures["em_level"].value == 1
    assert figures["em_majority"].value == pytest.approx(2 / 3)
    gain = figures["em_gain"]
    assert gain.value == pytest.approx(1 / 3)
    assert gain.low is not None
    assert gain.high is not None
    # Charts are drawn whole: from none of the one that the most frequent code misses to all.
    assert (gain.low, gain.high) == pytest.approx((0, 1))


def test_every_candidate_accepted_is_the_first_baseline(found: ProceduresEvaluation) -> None:
    everything = {f.name: f.value for f in found.candidates}
    assert everything["pcs4_f1"] == 1
    assert everything["cpt_f1"] == pytest.approx(4 / 7)
    assert "em_level" not in everything


def test_without_a_gold_procedure_there_is_nothing_to_find(charts: Path) -> None:
    bare = [replace(c, procedures=()) for c in load_charts(charts)]
    with pytest.raises(InputError, match="no chart has a gold procedure"):
        evaluate_procedures(charts, bare, lambda _: ProcedureCoder())


def test_a_chart_is_asked_for_what_its_gold_has_else_for_what_its_claim_has(charts: Path) -> None:
    one, *_, four, _ = load_charts(charts)
    assert options_for(one).systems == (System.ICD10CM, CPT, HCPCS)
    assert options_for(four).systems == (System.ICD10CM, PCS)
    both = replace(four, procedures=one.procedures + four.procedures)
    assert options_for(both).systems == (System.ICD10CM, CPT, HCPCS, PCS)
    assert options_for(replace(one, procedures=())).systems == (System.ICD10CM, CPT, HCPCS)
    assert options_for(replace(four, procedures=())).systems == (System.ICD10CM, PCS)


def test_each_chart_has_a_coder_of_its_own(charts: Path) -> None:
    coders = {name: ProcedureCoder(name) for name in ("one", "two", "three", "four", "five")}
    found = evaluate_procedures(charts, load_charts(charts), lambda chart: coders[chart.id])
    assert [list(coder.asked) for coder in coders.values()] == [[name] for name in coders]
    assert "em_level" not in {f.name for f in found.figures}


def test_of_a_side_each_the_modifiers_of_either_will_do(charts: Path) -> None:
    one, two, *_ = load_charts(charts)
    taken = [s for s in _accepted(two) if s.code.value == "12001"]
    sides = replace(two, procedures=(one.procedures[0], two.procedures[0]))
    assert count_procedures(sides, taken).modifiers == Mean.of(1)
    assert count_procedures(two, taken).modifiers == Mean.of(0)
    assert count_procedures(two, taken).judged["cpt"] == PRF(tp=1)


def test_an_icd_10_pcs_code_has_no_modifiers_to_judge(charts: Path) -> None:
    four = load_charts(charts)[3]
    right = replace(four.procedures[0], code=Code(PCS, "0DTJ4ZZ"))
    counts = count_procedures(replace(four, procedures=(right,)), _accepted(four))
    assert (counts.judged["pcs"], counts.modifiers) == (PRF(tp=1), Mean())


@pytest.mark.parametrize("reason", ["planned", "historical", "negated", "uncertain"])
def test_what_was_not_done_must_not_be_coded(reason: str, tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(row("c", "ecg soon", not_coded=(("ecg soon", reason),))), "utf-8")
    chart = load_charts(path)[0]
    counts = count_procedures(chart, _accepted(chart))
    assert counts.violations == Mean.of(int(reason != "uncertain"))
    assert counts.elsewhere == {"cpt": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("99202", True), ("99499", True), ("99201", False), ("99500", False), ("0001F", False)],
)
def test_evaluation_and_management_is_counted_apart(value: str, expected: bool) -> None:
    assert is_em(Code(CPT, value)) is expected
    assert not is_em(Code(HCPCS, value))


def test_four_characters_in_upper_case_are_compared() -> None:
    assert [pcs_prefix(c) for c in ("bw03zzz", "BN20", " 0dtj4zz")] == ["BW03", "BN20", "0DTJ"]


def test_a_visit_of_no_known_family_or_without_a_reading_is_a_miss(charts: Path) -> None:
    one = load_charts(charts)[0]
    other = replace(one.procedures[2], code=Code(CPT, "99456"))
    chart = replace(one, procedures=(*one.procedures, other, other))
    assert gold_visits(chart) == ("99213", "99456")
    reading = Reading(Note("n", "visit", Setting.OUTPATIENT, Claim.PROFESSIONAL), (), (), ())
    assert [(v.family, v.said) for v in levelled(chart, WordLeveller(), reading, ())] == [
        ("office-established", "99213"),
        (OTHER, None),
    ]
    assert {v.said for v in levelled(chart, WordLeveller(), None, ())} == {None}


def test_families_tell_which_way_levels_are_wrong() -> None:
    visits = [
        Levelled("99213", "office", "99214"),
        Levelled("99214", "office", "99214"),
        Levelled("99214", "office", "99213"),
        Levelled("99213", "office", None),
        Levelled("99283", "emergency", "99283"),
    ]
    assert by_family(visits) == {
        "emergency": FamilyCounts(1, 1, 0, 0, "99283", 1),
        # Of two equally frequent codes the lower.
        "office": FamilyCounts(4, 1, 1, 1, "99213", 2),
    }
    level, majority, gain = level_figures([visits[:3], visits[3:], []])
    assert (level.value, majority.value, level.n) == (0.4, 0.6, 5)
    assert gain.value == pytest.approx(-0.2)


def test_without_visits_no_level_is_told() -> None:
    assert {f.value for f in level_figures([[], []])} == {None}


def test_the_command_tells_all_and_no_words(charts: Path, tmp_path: Path) -> None:
    to, out = console(), tmp_path / "procedures_some.json"
    request = Request(charts, ProcedureCoder())
    assert run_evaluation(request, task="procedures", out=out, console=to) == 3
    text = printed(to)
    assert max(len(line) for line in text.splitlines()) <= 80
    for words in (
        "cpt_f1", "title in note", "every candidate", "ICD-10-PCS FY2027 (3 codes)",
        "CPT without E/M 1 in 1 charts", "counted as misses: CPT 2", "Not coded, counted as misses",
    ):  # fmt: skip
        assert words in " ".join(text.split())
    body = json.loads(out.read_text("utf-8"))
    assert (body["task"], body["split"], body["n"]) == ("procedures", "some", 5)
    assert body["failed"] == ["five"]
    assert body["unknown_gold"] == {"one": ["73130"], "five": ["73130"]}
    assert body["elsewhere"]["cpt"] == {"codes": 1, "charts": 1}
    assert body["baselines"]["title in note"]["cpt_recall"]["value"] == 0
    lines = [json.loads(line) for line in notes_beside(out).read_text("utf-8").splitlines()]
    assert [(a["code"], a["verdict"]) for a in lines[2]["accepted"]] == [
        ("93000", "elsewhere"),
        ("99214", "right"),
    ]
    assert [a["violation"] for a in lines[1]["accepted"]].count(True) == 1
    assert (lines[3]["pcs4"], lines[3]["tp"], lines[3]["fp"], lines[3]["fn"]) == (
        [1, 0, 1],
        0,
        1,
        2,
    )
    assert lines[0]["missed"] == ["73130", "99213"]
    for words in ("stitches", "ketorolac", "appendix", "x-ray"):
        assert words not in text + json.dumps(body) + json.dumps(lines)
    assert compare(out, out).n == 5


def test_report_and_readme_show_the_figures(charts: Path, tmp_path: Path) -> None:
    out = tmp_path / "procedures_some.json"
    request = Request(charts, ProcedureCoder())
    run_evaluation(request, task="procedures", out=out, console=console())
    result = load_result(out)
    text = page([result])
    for words in ("levels of visits", "cpt_f1", "em_exact", "FY2027 (3 codes)", "every candidate"):
        assert words in text
    tables = figures_markdown({"procedures_some": result})
    lines = tables.splitlines()
    assert max(map(len, lines)) <= COLUMNS
    assert lines[0].startswith("| procedures_some ")
    cpt = [cell.strip() for cell in lines[2].strip("|").split("|")]
    assert (cpt[0], cpt[1], cpt[3:5]) == ("CPT without E/M, F1", "0.571", ["3", "charts"])
    assert cpt[5] == "0.571 every candidate"


def test_bars_hold_for_all_labelled_charts() -> None:
    everything = "aci_train+mtsamples_train+aci_dev+mtsamples_dev+primock57_dev"
    for figure, must in (("cpt_f1", 0.3), ("pcs4_f1", 0.3), ("em_gain", 0.1)):
        bar = bar_for("procedures", everything, figure)
        assert bar is not None
        assert bar.must == must
    assert bar_for("procedures", "some", "cpt_f1") is None
    assert bar_for("codiesp-p", "dev", "f1") is not None


def _accepted(chart: GoldChart) -> tuple[Suggestion, ...]:
    everything = replace(options_for(chart), systems=tuple(System))
    return accepted(ProcedureCoder().code(chart.note(), everything))


def test_of_charts_with_one_id_the_first_is_judged(charts: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.jsonl"
    again.write_text(json.dumps(row("one", "ecg", (CPT, "93000", "ecg", ()))) + "\n", "utf-8")
    to, out = console(), tmp_path / "p.json"
    request = Request(charts, ProcedureCoder(), also=(again,), baselines=False)
    run_evaluation(request, task="procedures", out=out, console=to)
    body = json.loads(out.read_text("utf-8"))
    assert (body["split"], body["n"]) == ("some+again", 5)
    assert body["metrics"]["cpt_recall"]["value"] == 0.5
    assert "their id came before: 1" in printed(to)
