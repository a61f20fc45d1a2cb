"""A toy recipe through all stages: it learns, goes on where it stopped, and refuses bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the training extras: make test-training")

from coding.build import EngineConfig, build_coder
from coding.errors import ConfigError, InputError
from coding.types import Decision
from eval.charts import Tier, load_charts
from models.artifact import load_artifact, read_artifact
from tests.training.toy_charts import charts, write
from training.recipe import load_recipe
from training.run import Stage, recipe_for, train

pytestmark = pytest.mark.training

RECIPE = """
kind = "ranker"
name = "toy"
seed = 3
folds = 3
[[sources]]
form = "charts"
path = "{charts}"
[head]
epochs = 8
held_out = 0.2
[trees]
rounds = 40
examples_a_leaf = 5
models = 1
"""


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    write(folder / "train.jsonl", charts(36, seed=1))
    recipe = folder / "toy.toml"
    recipe.write_text(RECIPE.format(charts=folder / "train.jsonl"))
    train(
        load_recipe(recipe),
        stages=tuple(Stage),
        work=folder / "work",
        out=folder / "artifact",
        engine=EngineConfig(),
    )
    return folder


def test_it_codes_what_is_assessed_and_not_what_is_listed(fitted: Path) -> None:
    coder = build_coder(EngineConfig(ranker=str(fitted / "artifact")))
    unseen = load_charts(write(fitted / "unseen.jsonl", charts(12, seed=2)))
    right = accepted = gold = 0
    for chart in unseen:
        result = coder.code(chart.note())
        said = {s.code.value for s in result.suggestions if s.decision is Decision.ACCEPT}
        core = chart.of_tier(Tier.CORE)
        right, accepted, gold = right + len(said & core), accepted + len(said), gold + len(core)
    assert 2 * right / (accepted + gold) >= 0.9
    assert coder.provenance.model == "toy 1"


def test_a_fold_that_was_finished_is_not_fitted_again(fitted: Path) -> None:
    work = fitted / "work"
    before = {p.name: p.stat().st_mtime_ns for p in work.glob("fold-*.npz")}
    (work / "head.npz").unlink()
    state = json.loads((work / "fit.json").read_text())
    state["done"].remove("head.npz")
    (work / "fit.json").write_text(json.dumps(state))
    recipe = load_recipe(fitted / "toy.toml")
    train(recipe, stages=(Stage.FIT,), work=work, out=fitted / "x", engine=EngineConfig())
    assert {p.name: p.stat().st_mtime_ns for p in work.glob("fold-*.npz")} == before
    kept = (fitted / "artifact" / "head.npz").read_bytes()
    assert (work / "head.npz").read_bytes() == kept, "the same seed gives the same weights"


def test_the_manifest_names_data_seed_and_encoder(fitted: Path) -> None:
    manifest = json.loads((fitted / "artifact" / "manifest.json").read_text())
    assert manifest["seed"] == 3
    assert manifest["base_model"] == "encoder/1"
    assert list(manifest["data"]) == ["train.jsonl"]
    assert manifest["metrics"]["out_of_fold_f1"] > 0.8
    assert "machine-assisted" in (fitted / "artifact" / "CARD.md").read_text()


def test_the_shipped_ranker_is_fine_tuned_on_charts_of_ones_own(tmp_path: Path) -> None:
    own = write(tmp_path / "own.jsonl", charts(12, seed=5))
    recipe = recipe_for(None, (own,), "mine")
    train(
        recipe,
        stages=tuple(Stage),
        work=tmp_path / "work",
        out=tmp_path / "mine",
        engine=EngineConfig(),
    )
    coder = build_coder(EngineConfig(ranker=str(tmp_path / "mine")))
    assert coder.provenance.model == "mine 1"
    mine, shipped = read_artifact(tmp_path / "mine", "mine"), load_artifact("trained", "1")
    assert mine.manifest.accept_threshold == shipped.manifest.accept_threshold, "few charts"
    assert mine.contents["trees.npz"] == shipped.contents["trees.npz"]
    assert mine.contents["head.npz"] != shipped.contents["head.npz"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("folds = 3", "fold = 3"), "unknown key fold"),
        (("epochs = 8", "epoch = 8"), "unknown key head.epoch"),
        (('kind = "ranker"', 'kind = "rancher"'), "kind"),
        (("epochs = 8", "epochs = 0"), "head.epochs"),
    ],
)
def test_a_wrong_recipe_is_refused_before_any_work(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(RECIPE.format(charts="x.jsonl").replace(*change))
    with pytest.raises(ConfigError, match=says):
        load_recipe(path)


def test_charts_of_one_class_are_refused_before_fitting(tmp_path: Path) -> None:
    made = charts(6, seed=4)
    for chart in made:
        chart["codes"] = [
            {**code, "code": "U99.9"}  # type: ignore[dict-item]
            for code in chart["codes"]  # type: ignore[attr-defined]
        ]
    path = tmp_path / "one.toml"
    path.write_text(RECIPE.format(charts=write(tmp_path / "one.jsonl", made)))
    with pytest.raises(InputError, match="nothing to tell apart"):
        train(
            load_recipe(path),
            stages=(Stage.BUILD,),
            work=tmp_path / "work",
            out=tmp_path / "x",
            engine=EngineConfig(),
        )
