"""The ranker of procedures, fitted on charts made up here."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the training extras: make test-training")

from coding.build import EngineConfig, build_coder
from coding.errors import ConfigError, InputError
from coding.types import CodingOptions, Decision, System
from eval.charts import load_charts
from eval.procedure_coders import out_of_fold
from models.artifact import read_artifact
from models.procedure_ranker import visit_agreement_of
from training.recipe import load_recipe, parse_recipe
from training.run import Stage, train

pytestmark = pytest.mark.training

DONE = (
    ("45378", "Colonoscopy"),
    ("20610", "Left knee injection"),
    ("64721", "Carpal tunnel release"),
)
RECIPE = """
kind = "procedures"
name = "toy-procedures"
seed = 3
[[sources]]
form = "charts"
path = "{charts}"
[[held_out]]
form = "charts"
path = "{kept}"
[trees]
rounds = 30
examples_a_leaf = 3
models = 1
"""


def charts(count: int, seed: int) -> list[dict[str, object]]:
    """What the title names was done; what a consultant advised was not."""
    draw = random.Random(seed)
    made = []
    for n in range(count):
        code, title = draw.choice(DONE)
        _, other = draw.choice([d for d in DONE if d[0] != code])
        text = f"PROCEDURE: {title}.\n\nFINDINGS: None of note.\n\nCOMMENT: {other}."
        at = text.index(title)
        made.append(
            {
                "id": f"toy-{seed}-{n}",
                "source": "toy",
                "split": "train",
                "specialty": "none",
                "setting": "outpatient",
                "text": text,
                "codes": [],
                "not_coded": [],
                "queries": [],
                "procedures": [
                    {
                        "system": "CPT",
                        "code": code,
                        "modifiers": [],
                        "evidence": [{"start": at, "end": at + len(title), "text": title}],
                    }
                ],
            }
        )
    return made


def write(path: Path, made: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(chart) + "\n" for chart in made))
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("procedures")
    write(folder / "train.jsonl", charts(60, seed=1))
    write(folder / "kept.jsonl", charts(20, seed=2))
    recipe = folder / "toy.toml"
    recipe.write_text(RECIPE.format(charts=folder / "train.jsonl", kept=folder / "kept.jsonl"))
    train(
        load_recipe(recipe),
        stages=tuple(Stage),
        work=folder / "work",
        out=folder / "artifact",
        engine=EngineConfig(),
    )
    return folder


def test_it_reports_what_the_title_names(fitted: Path) -> None:
    coder = build_coder(EngineConfig(procedures=str(fitted / "artifact")))
    right = wrong = 0
    for chart in load_charts(write(fitted / "unseen.jsonl", charts(12, seed=3))):
        result = coder.code(chart.note(), CodingOptions(systems=(System.CPT,)))
        accepted = {s.code.value for s in result.suggestions if s.decision is Decision.ACCEPT}
        gold = {p.code.value for p in chart.procedures}
        right += len(accepted & gold)
        wrong += len(accepted - gold)
    assert right == 12
    assert wrong == 0


def test_each_chart_has_a_model_that_has_not_seen_it(fitted: Path) -> None:
    artifact = read_artifact(fitted / "artifact", "toy-procedures")
    coder = build_coder(EngineConfig(procedures=str(fitted / "artifact")))
    by_chart = out_of_fold(coder, artifact)
    coders = {id(by_chart(chart)) for chart in load_charts(fitted / "train.jsonl")}
    assert len(coders) == 5
    with pytest.raises(InputError):
        out_of_fold(coder, artifact.__class__(artifact.manifest, {}))


def test_the_artifact_holds_no_words_of_charts(fitted: Path) -> None:
    artifact = read_artifact(fitted / "artifact", "toy-procedures")
    assert not any(b"Colonoscopy" in content for content in artifact.contents.values())
    assert artifact.manifest.kind == "procedures"
    assert "train.jsonl" in artifact.manifest.data
    assert 0 < visit_agreement_of(artifact)["office-established"] < 1


def test_charts_without_procedures_teach_nothing(tmp_path: Path) -> None:
    bare = [{**chart, "procedures": []} for chart in charts(6, seed=4)]
    recipe = parse_recipe(
        {
            "kind": "procedures",
            "name": "bare",
            "sources": [{"form": "charts", "path": str(write(tmp_path / "bare.jsonl", bare))}],
        },
        "test",
    )
    with pytest.raises(InputError) as refused:
        train(
            recipe,
            stages=tuple(Stage),
            work=tmp_path,
            out=tmp_path / "artifact",
            engine=EngineConfig(),
        )
    assert refused.value.field == "sources"


def test_forms_that_hold_no_procedures_are_refused(tmp_path: Path) -> None:
    recipe = parse_recipe(
        {"kind": "procedures", "name": "x", "sources": [{"form": "csv", "path": "x.csv"}]}, "test"
    )
    with pytest.raises(ConfigError) as refused:
        train(
            recipe,
            stages=tuple(Stage),
            work=tmp_path,
            out=tmp_path / "artifact",
            engine=EngineConfig(),
        )
    assert refused.value.field == "sources.form"
