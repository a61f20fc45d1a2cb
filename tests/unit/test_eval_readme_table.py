import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import typer
from typer.testing import CliRunner
from typer.testing import Result as Ran

from coding.errors import InputError
from eval.command import Request, run_evaluation
from eval.readme_table import BEGIN, COLUMNS, END, figures_markdown, main, with_figures
from eval.results import Measured, Result, RunRow
from tests.unit.eval_kit import WordCoder, console
from tests.unit.test_eval_harness import ROWS

NAMES = ("f1", "map", "evidence_f1", "ece", "violations", "first_listed")


def result(
    task: str = "charts",
    values: Mapping[str, float | None] = MappingProxyType(dict.fromkeys(NAMES, 0.5)),
    *,
    model: str = "lexical 1",
) -> Result:
    """A result whose intervals reach 0.05 to either side of its figures."""
    metrics = {
        name: Measured(
            value=value,
            low=None if value is None else value - 0.05,
            high=None if value is None else value + 0.05,
            n=9,
            of="charts",
        )
        for name, value in values.items()
    }
    run = RunRow(
        software="chartcode 0",
        model=model,
        codesets={"ICD-10-CM": "April 2026"},
        commit="0123456789abcdef0123456789abcdef01234567+",
        data="d",
        data_sha256="0" * 64,
        seed=1,
        resamples=1000,
    )
    return Result(task=task, split="dev", n=114, metrics=metrics, run=run)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def run(*arguments: Path) -> Ran:
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    charts = tmp_path / "some_dev.jsonl"
    charts.write_text("".join(json.dumps(r) + "\n" for r in ROWS), encoding="utf-8")
    out = tmp_path / "some_dev.json"
    run_evaluation(Request(charts, WordCoder(), baselines=False), out=out, console=console())
    return out


def test_a_data_set_has_its_figures_and_under_them_model_and_intervals() -> None:
    values: dict[str, float | None] = {
        "f1": 0.6,
        "map": 0.7,
        "ece": 0.05,
        "evidence_f1": None,
        "precision": 0.9,
    }
    lines = figures_markdown({"aci_dev": result(values=values)}).splitlines()
    assert cells(lines[0]) == [
        "task and data", "n", "F1", "MAP", "evidence", "ECE", "violations", "first-listed",
    ]  # fmt: skip
    assert cells(lines[2]) == ["charts aci_dev", "114", "0.600", "0.700", "", "0.050", "", ""]
    assert cells(lines[3]) == ["lexical 1", "", "0.55–0.65", "0.65–0.75", "", "0.00–0.10", "", ""]
    assert "0.9" not in "".join(lines[:4])


def test_tasks_stand_in_order_and_those_without_f1_apart() -> None:
    found = figures_markdown(
        {
            "retrieval_dev": result("retrieval", {"r@1": 0.3, "r@10": 0.4}),
            "codiesp_d_dev": result("codiesp-d", {"f1": 0.5, "map": 0.3}),
            "gold": result(),
            "aci_dev": result(),
        }
    )
    first, *_, second, source = found.split("\n\n")
    assert [cells(line)[0] for line in first.splitlines()[2::2]] == [
        "charts aci_dev",
        "charts gold",
        "codiesp_d_dev",
    ]
    assert [cells(line) for line in second.splitlines()[2:]] == [
        ["retrieval_dev", "lexical 1", "114", "r@1", "0.300", "0.25–0.35"],
        ["retrieval_dev", "lexical 1", "114", "r@10", "0.400", "0.35–0.45"],
    ]
    assert source == "ICD-10-CM April 2026; commit 0123456789ab and uncommitted changes."


def test_the_tables_line_up_and_fit_a_terminal() -> None:
    found = figures_markdown(
        {
            "mtsamples_dev": result(model="trained 2026.11.25"),
            "codiesp_x_dev": result("codiesp-x", {"f1": 1.0}),
            "faithfulness_aci_dev": result("faithfulness", {"deleted_falls": 1.0, "sparsity": 0.0}),
        }
    )
    lines = found.splitlines()
    assert max(map(len, lines)) <= COLUMNS
    for table in (part for part in found.split("\n\n") if part.startswith("|")):
        places = [[i for i, c in enumerate(line) if c == "|"] for line in table.splitlines()]
        assert all(each == places[0] for each in places)


def test_a_bar_in_a_name_makes_no_column() -> None:
    lines = figures_markdown({"a|b": result(model="x|y")}).splitlines()
    assert len({line.count("|") for line in lines[:4]}) == 1
    assert "x/y" in lines[3]


def test_figures_of_leaked_charts_are_refused() -> None:
    leaked = result().model_copy(update={"leaks": ("3 notes stand in train.jsonl too",)})
    with pytest.raises(InputError, match=r"aci_dev: 3 notes stand .* measure memory") as caught:
        figures_markdown({"aci_dev": leaked})
    assert caught.value.field == "leaks"


def test_no_figures_says_how_to_make_them() -> None:
    with pytest.raises(InputError, match="make report"):
        figures_markdown({})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"# Chart\xc3\xa9\n\ntext \n", b"\nmore\t\n\n\nno end of line"),
        (b"", b""),
        (b"\xef\xbb\xbf# Not UTF-8: \xff\xfe\n", b" trailing\n"),
        (b"one\r\ntwo\n\x0c\x85\xe2\x80\xa8three\n", b"\r\n\r\n"),
        (f"a `{BEGIN}` in a line is none\n".encode(), f"nor {END}\n".encode()),
    ],
)
def test_all_but_what_is_between_the_markers_is_kept_byte_for_byte(
    before: bytes, after: bytes
) -> None:
    begin, end = f"{BEGIN}\n".encode(), END.encode() + (b"\n" if after else b"")
    readme = before + begin + b"| old |\n" + end + after
    found = with_figures(readme, "| new |\n| row |", "R.md")
    assert found == before + begin + b"\n| new |\n| row |\n\n" + end + after
    assert with_figures(found, "| new |\n| row |", "R.md") == found


def test_the_tables_have_the_line_ends_of_the_file() -> None:
    readme = f"# A\r\n{BEGIN}\r\n{END}\r\nb\r\n".encode()
    found = with_figures(readme, "x\ny", "R.md")
    assert found == f"# A\r\n{BEGIN}\r\n\r\nx\r\ny\r\n\r\n{END}\r\nb\r\n".encode()


@pytest.mark.parametrize(
    ("readme", "says"),
    [
        ("# Nothing\n", f"R.md has no line {BEGIN}; put the lines"),
        (f"{BEGIN}\n", f"R.md has no line {END}; put the lines"),
        (f"{END}\n", f"R.md has no line {BEGIN}; put the lines"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n", f"R.md has 2 lines {BEGIN}; put the lines"),
        (f"  {BEGIN}\n{END}\n", "R.md has no line"),
        (f"{END}\n{BEGIN}\n", "swap them"),
    ],
)
def test_wrong_markers_say_what_to_do(readme: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        with_figures(readme.encode(), "x", "R.md")
    assert says in caught.value.message
    assert caught.value.field == "readme"


def test_the_command_fills_the_readme_and_leaves_it_alone_where_something_is_wrong(
    figures: Path, tmp_path: Path
) -> None:
    readme = tmp_path / "README.md"
    readme.write_bytes(f"# A\n{BEGIN}\n{END}\nb".encode())
    ran = run(figures, readme)
    assert ran.exit_code == 0
    text = readme.read_text("utf-8")
    assert "| charts some_dev | 4 |" in text
    assert text.startswith(f"# A\n{BEGIN}\n\n| task and data")
    assert text.endswith(f"\n\n{END}\nb")
    for words in ("htn", "asthma", "pneumonia", "gout"):
        assert words not in text

    before = readme.read_bytes()
    ran = run(tmp_path / "*.json", readme)
    assert (ran.exit_code, readme.read_bytes()) == (2, before)
    assert "make report" in ran.stderr
    again = tmp_path / "again"
    again.mkdir()
    (again / figures.name).write_bytes(figures.read_bytes())
    ran = run(figures, again / figures.name, readme)
    assert (ran.exit_code, readme.read_bytes()) == (2, before)
    assert "some_dev comes twice" in ran.stderr
    ran = run(tmp_path / "some_dev.notes.jsonl", readme)
    assert (ran.exit_code, readme.read_bytes()) == (2, before)
    assert run(readme).exit_code == 2
    ran = run(figures, tmp_path / "none.md")
    assert ran.exit_code == 2
    assert "none.md: No such file" in ran.stderr

    bare = tmp_path / "BARE.md"
    bare.write_text("# A\n", encoding="utf-8")
    ran = run(figures, bare)
    assert (ran.exit_code, bare.read_text("utf-8")) == (2, "# A\n")
    assert "put the lines" in ran.stderr
