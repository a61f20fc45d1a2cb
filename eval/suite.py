"""Every evaluation whose data is there, one JSON each: `python -m eval.suite FOLDER`.

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

from coding.build import EngineConfig
from coding.errors import ChartcodeError
from coding.pipeline import Coder
from eval.command import Request, run_evaluation
from eval.engines import baseline_coders, coder_for, forms, retrievers
from eval.harness import NoteCoder

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared/data"
CHARTS = SHARED / "notes/charts"
TRAIN = (CHARTS / "aci_train.jsonl", CHARTS / "mtsamples_train.jsonl")
DEV = (CHARTS / "aci_dev.jsonl", CHARTS / "mtsamples_dev.jsonl")


@dataclass(frozen=True, slots=True)
class Item:
    """One evaluation of the suite: the name of its output, its task and data.

    With `parts` it also shows what each part of the engine is worth, in five times the time.
    """

    name: str
    task: str
    path: Path
    also: tuple[Path, ...] = ()
    train: tuple[Path, ...] = ()
    split: str | None = None
    parts: bool = False


ITEMS = (
    Item("gold", "charts", Path(__file__).parent / "gold/charts.jsonl"),
    Item("dev_pooled", "charts", DEV[0], also=DEV[1:], train=TRAIN, parts=True),
    Item("aci_dev", "charts", DEV[0], train=TRAIN),
    Item("mtsamples_dev", "charts", DEV[1], train=TRAIN),
    Item("primock57_dev", "charts", CHARTS / "primock57_dev.jsonl", train=TRAIN),
    Item("codiesp_d_dev", "codiesp-d", SHARED / "notes/codiesp", split="dev"),
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
    ablate: Coder | None = None,
) -> Iterator[tuple[Item, int]]:
    """Run the items whose data is there, and give each with its exit status.

    `coders` holds the coder of each task; `ablate` is the engine that items with `parts`
    take parts away from. Raises: InputError as run_evaluation does.
    """
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
            others=baseline_coders(item.task, EngineConfig()),
            retrievers=retrievers(item.task, EngineConfig()),
            ablate=ablate if item.parts else None,
        )
        out = folder / f"{item.name}.json"
        yield item, run_evaluation(request, task=item.task, out=out, console=console)


def main(folder: Annotated[Path, typer.Argument(help="where the outputs go")]) -> None:
    """Run every evaluation whose data is there with the default engine."""
    console = Console()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        plain = coder_for("charts", EngineConfig())
        profile = coder_for("codiesp-d", EngineConfig())
        tasks = {item.task for item in ITEMS}
        coders = {task: profile if task.startswith("codiesp-") else plain for task in tasks}
        for _ in run_suite(folder, coders, console, ablate=plain):
            pass
    except ChartcodeError as error:
        typer.echo(f"error: {error.message}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    typer.run(main)
