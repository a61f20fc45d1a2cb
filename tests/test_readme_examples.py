"""The README's examples and the page's samples are the notes of examples/, coded as now."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from coding.pipeline import Coder
from eval.readme_examples import EXAMPLES, MARKERS, examples_markdown, main, read_note
from eval.readme_table import with_part
from service.schemas import parse_request

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "examples"


def test_the_readme_shows_what_the_engine_says(coder: Coder) -> None:
    """Made anew by: python -m eval.readme_examples README.md."""
    readme = (ROOT / "README.md").read_bytes()
    assert readme == with_part(readme, examples_markdown(coder, FOLDER), "README.md", MARKERS)


def test_the_samples_of_the_page_are_the_examples() -> None:
    samples = json.loads(files("service").joinpath("web", "samples.json").read_text("utf-8"))
    texts = {path.name: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
    for request in texts.values():
        del request["id"]
    assert [s["request"] for s in samples[: len(EXAMPLES)]] == [texts[name] for _, name in EXAMPLES]
    assert all(sample["request"] in texts.values() for sample in samples)
    assert len(samples) == len(texts)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_is_one_line_of_a_batch(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.count(b"\n") == 1
    assert parse_request(raw, max_note_chars=10_000)[0] == read_note(path)


def test_a_readme_without_the_markers_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coder: Coder
) -> None:
    monkeypatch.setattr("eval.readme_examples.build_coder", lambda: coder)
    (tmp_path / "examples").symlink_to(FOLDER)
    readme = tmp_path / "README.md"
    app = typer.Typer()
    app.command()(main)
    readme.write_text("# A\n", "utf-8")
    ran = CliRunner().invoke(app, [str(readme)])
    assert (ran.exit_code, readme.read_text("utf-8")) == (2, "# A\n")
    assert MARKERS[0] in ran.stderr
    readme.write_text(f"# A\n{MARKERS[0]}\n{MARKERS[1]}\nb\n", "utf-8")
    assert CliRunner().invoke(app, [str(readme)]).exit_code == 0
    assert "### An operation" in readme.read_text("utf-8")
    assert CliRunner().invoke(app, [str(tmp_path / "none.md")]).exit_code == 2
