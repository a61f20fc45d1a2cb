"""Every evaluation whose data is there, one JSON each: `python -m eval.suite FOLDER`.

With `--index-dir` it runs on the code sets loaded there: sections of ICD-10-PCS beyond the starter
list are known to the official list alone.

The charts written for this project are always there; the shared data lies beside the checkout. The
reports of `make report` are made from what this writes. Sealed data is not in the list: it is
opened by name, to score a release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from coding.build import EngineConfig, procedures_of
from coding.errors import ChartcodeError
from coding.pipeline import Coder
from eval.command import Request, run_evaluation
from eval.engines import baseline_coders, coder_for, forms, retrievers
from eval.harness import NoteCoder
from eval.procedure_coders import out_of_fold

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared/data"
CHARTS = SHARED / "notes/charts"
TRAIN = (CHARTS / "aci_train.jsonl", CHARTS / "mtsamples_train.jsonl")
DEV = (CHARTS / "aci_dev.jsonl", CHARTS / "mtsamples_dev.jsonl")


@dataclass(frozen=True, slots=True)
class Item:
    """One evaluation of the suite: the name of its output, its task and data.

    With `parts` it also shows what each part of the engine is worth, in five times the time; with
    `folds` each chart is coded by a model of procedures that has not seen it.
    """

    name: str
    task: str
    path: Path
    also: tuple[Path, ...] = ()
    train: tuple[Path, ...] = ()
    split: str | None = None
    parts: bool = False
    folds: bool = False


OWN = Path(__file__).parent / "gold/charts.jsonl"
PRIMOCK57 = CHARTS / "primock57_dev.jsonl"

ITEMS = (
    Item("gold", "charts", OWN),
    Item("dev_pooled", "charts", DEV[0], also=DEV[1:], train=TRAIN, parts=True),
    Item("aci_dev", "charts", DEV[0], train=TRAIN),
    Item("mtsamples_dev", "charts", DEV[1], train=TRAIN),
    Item("primock57_dev", "charts", PRIMOCK57, train=TRAIN),
    Item("procedures_gold", "procedures", OWN),
    # All that is labelled: each chart is coded by a model that has not seen its fold.
    Item("procedures_all", "procedures", TRAIN[0], also=(*TRAIN[1:], *DEV, PRIMOCK57), folds=True),
    # What rules written by hand were not written with in view.
    Item("procedures_dev", "procedures", DEV[0], also=(*DEV[1:], PRIMOCK57)),
    Item("codiesp_d_dev", "codiesp-d", SHARED / "notes/codiesp", split="dev"),
    Item("codiesp_p_dev", "codiesp-p", SHARED / "notes/codiesp", split="dev"),
    Item("codiesp_x_dev", "codiesp-x", SHARED / "notes/codiesp", split="dev"),
    Item("negation_odd", "negation", SHARED / "notes/negation/negex_dev.tsv", split="odd"),
    Item("sections", "sections", SHARED / "notes/sections/mts_dialog"),
    Item("retrieval_dev", "retrieval", SHARED / "codesets/icd10cm/ICD10CM_2025_Index.csv.gz"),
    Item("metamorphic_aci_dev", "metamorphic", DEV[0]),
    Item("faithfulness_aci_dev", "faithfulness", DEV[0]),
)


def run_suite(
    folder: Path,
    coders: Mapping[str, NoteCoder],
    console: Console,
    items: tuple[Item, ...] = ITEMS,
    *,
    engine: EngineConfig | None = None,
    ablate: Coder | None = None,
) -> Iterator[tuple[Item, int]]:
    """Run the items whose data is there, and give each with its exit status.

    `coders` holds the coder of each task, made of the `engine`; `ablate` is the coder that items
    with `parts` take parts away from, and whose ranker of procedures those with `folds` replace.

    Raises: InputError as run_evaluation does.
    """
    engine = engine or EngineConfig()
    for item in items:
        if not all(path.exists() for path in (item.path, *item.also, *item.train)):
            console.print(f"{item.name}: its data is not here, left out")
            continue
        request = Request(
            path=item.path,
            coder=coders[item.task],
            also=item.also,
            split=item.split,
            train=item.train,
            forms=forms(),
            others=baseline_coders(item.task, engine),
            retrievers=retrievers(item.task, engine),
            ablate=ablate if item.parts else None,
            coder_for=out_of_fold(ablate, procedures_of(engine.procedures))
            if item.folds and ablate
            else None,
        )
        out = folder / f"{item.name}.json"
        yield item, run_evaluation(request, task=item.task, out=out, console=console)


def main(
    folder: Annotated[Path, typer.Argument(help="where the outputs go")],
    index_dir: Annotated[
        Path | None, typer.Option(help="indexes of the code systems, if not the default")
    ] = None,
) -> None:
    """Run every evaluation whose data is there with the default engine."""
    console = Console()
    folder.mkdir(parents=True, exist_ok=True)
    engine = EngineConfig(index_dir=index_dir)
    try:
        plain, profile = coder_for("charts", engine), coder_for("codiesp-d", engine)
        coders = dict.fromkeys((item.task for item in ITEMS), plain)
        coders |= {"codiesp-d": profile, "codiesp-x": profile}
        coders["codiesp-p"] = coder_for("codiesp-p", engine)
        for _ in run_suite(folder, coders, console, engine=engine, ablate=plain):
            pass
    except ChartcodeError as error:
        typer.echo(f"error: {error.message}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    typer.run(main)
