"""What `chartcode evaluate` does: run a task, print its table, write its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console, Group
from rich.progress import Progress as Bar
from rich.text import Text

from coding.errors import InputError, InvalidNote
from coding.pipeline import Coder
from coding.to_json import dumps
from coding.types import System
from eval.ablation_report import Ablation, ablation, ablation_table, ablations_json
from eval.ablations import ablated
from eval.baselines import keyword
from eval.chart_report import deeper_json, deeper_table
from eval.charts import GoldChart, Tier, load_charts
from eval.codiesp import P_TABLE, load_codiesp
from eval.codiesp_profile import THRESHOLDS, threshold_for
from eval.codiesp_task import CodiespEvaluation, evaluate_codiesp
from eval.delivery import Delivery
from eval.faithfulness import evaluate_faithfulness
from eval.harness import Evaluation, NoteCoder, Progress, evaluate_charts
from eval.metamorphic import evaluate_metamorphic
from eval.negation import evaluate_negation
from eval.procedure_coders import CoderFor, leveller
from eval.procedures_report import CANDIDATES, procedures_delivery
from eval.procedures_task import SYSTEMS, evaluate_procedures
from eval.report import (
    chart_json,
    chart_lines,
    chart_table,
    negation_json,
    negation_lines,
    negation_table,
)
from eval.retrieval import Retrieve, as_retriever, evaluate_retrieval, word_retrievers
from eval.sections_task import evaluate_sections
from eval.task_report import (
    codiesp_delivery,
    faithfulness_delivery,
    metamorphic_delivery,
    retrieval_delivery,
    sections_delivery,
)
from eval.training_data import check_training_data, fitted_on
from eval.word_baselines import bm25, frequent_of, most_frequent


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be evaluated.

    `also` are further files of charts, pooled with the first. `split` means another thing for each
    task: the charts whose split is this, the half of the negation sentences (odd, even, all), the
    folder of CodiEsp, part of the name of a table of sections, dev or test terms. `train` are chart
    files to compare with for leaks and to count codes in. `others` are coders to show beside,
    `retrievers` what the retrieval task asks before the coder.
    `threshold` replaces that of the CodiEsp profile. `sample` judges the first terms of the
    retrieval task alone. `forms` are short and long forms for the metamorphic task. `ablate` is the
    engine that parts are taken away from, where the charts task is to show what each is worth.
    `coder_for` gives each chart of the procedures task a coder, such as one with a model that has
    not seen the chart; else `coder` codes it.
    """

    path: Path
    coder: NoteCoder
    also: tuple[Path, ...] = ()
    split: str | None = None
    train: tuple[Path, ...] = ()
    allow_leaks: bool = False
    baselines: bool = True
    others: Mapping[str, NoteCoder] | None = None
    retrievers: Mapping[str, Retrieve] | None = None
    threshold: float | None = None
    sample: int | None = None
    forms: Sequence[tuple[str, str]] = ()
    ablate: Coder | None = None
    coder_for: CoderFor | None = None


def run_evaluation(
    request: Request, *, task: str = "charts", out: Path | None = None, console: Console
) -> int:
    """Evaluate a coder, print the figures and give the exit status.

    `task` is one of TASKS. Where `out` is given, it receives the figures as JSON and its sibling
    <stem>.notes.jsonl a line for each note (sentence, section, term ...).

    Returns: 0, or 3 where some note could not be coded (each is listed and counted as misses).

    Raises: InputError for a wrong file, task, split or output; CodeSetError as the coder's code
    sets do.
    """
    if task not in TASKS:
        raise InputError(f"task must be one of {', '.join(TASKS)}", field="task")
    if request.ablate is not None and task != "charts":
        raise InputError("ablations are measured by the task charts alone", field="ablations")
    if request.coder_for is not None and task != "procedures":
        raise InputError("folds are for the task procedures alone", field="folds")
    if out is not None:
        for path in (request.path, *request.also, *request.train):
            _check_output(out, path)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        running = bar.add_task(task, total=None)
        done = TASKS[task](request, lambda n, of: bar.update(running, completed=n, total=of))
    console.print(done.table)
    if out is not None:
        out.write_text(dumps(done.body) + "\n", encoding="utf-8")
        lines = "".join(f"{dumps(line)}\n" for line in done.lines)
        notes_beside(out).write_text(lines, encoding="utf-8")
    return done.status


def notes_beside(out: Path) -> Path:
    """The file of lines that belongs to a file of figures."""
    return out.with_name(f"{out.stem}.notes.jsonl")


def _charts(request: Request, progress: Progress) -> Delivery:
    charts = _loaded(request)
    if not any(chart.of_tier(Tier.CORE) for chart in charts):
        raise InputError(
            f"{request.path.name}: no chart has a core code; there is nothing to find", field="path"
        )
    # Who decides on diagnoses comes first.
    model = request.coder.provenance.model.split(", ")[0]
    files = (request.path, *request.also)
    leaks = check_training_data(files, charts, request.train, model, allow=request.allow_leaks)
    evaluation = evaluate_charts(
        request.path, request.coder, charts=charts, also=request.also, progress=progress
    )
    train = _train_charts(request.train)
    others: dict[str, Evaluation] = {}
    for name, coder in _baselines(request, train):
        others[name] = evaluate_charts(request.path, coder, charts=charts)
    ablations: dict[str, Ablation] = {}
    for part, engine in (ablated(request.ablate, train) if request.ablate else {}).items():
        without = evaluate_charts(request.path, engine, charts=charts)
        ablations[part] = ablation(evaluation, without)
    codes = request.coder.codesets.at(System.ICD10CM, None)
    body = dict(chart_json(evaluation))
    body["leaks"] = list(leaks)
    body["baselines"] = {name: chart_json(other)["metrics"] for name, other in others.items()}
    if ablations:
        body["ablations"] = ablations_json(ablations)
    body.update(deeper_json(evaluation, codes))
    table = Group(
        *(Text(f"Warning: {leak}; figures measure memory.", style="red") for leak in leaks),
        chart_table(evaluation, others),
        *((ablation_table(evaluation, ablations),) if ablations else ()),
        deeper_table(evaluation, codes),
    )
    return Delivery(table, body, chart_lines(evaluation), 3 if evaluation.failures else 0)


def _negation(request: Request, _progress: Progress) -> Delivery:
    half = request.split or "odd"
    coder = request.coder
    evaluation = evaluate_negation(request.path, coder.reader, coder.provenance, half=half)
    table, body = negation_table(evaluation), negation_json(evaluation)
    return Delivery(table, body, negation_lines(evaluation))


def _codiesp(task: str) -> Callable[[Request, Progress], Delivery]:
    def run(request: Request, progress: Progress) -> Delivery:
        model = request.coder.provenance.model
        threshold = threshold_for(model, request.threshold, chosen=task != "codiesp-p")
        split = request.split or "dev"
        evaluation = evaluate_codiesp(
            request.path,
            request.coder,
            split=split,
            task=task,
            threshold=threshold,
            progress=progress,
        )
        others: dict[str, CodiespEvaluation] = {}
        for name, coder, own in _codiesp_baselines(request, task, split):
            others[name] = evaluate_codiesp(
                request.path, coder, split=split, task=task, threshold=own
            )
        return codiesp_delivery(evaluation, others)

    return run


def _procedures(request: Request, progress: Progress) -> Delivery:
    # Training charts are among those that are labelled, and a few ids come twice there.
    labelled = _loaded(request, unique_ids=False)
    charts = tuple({chart.id: chart for chart in reversed(labelled)}.values())[::-1]
    model = request.coder.provenance.model
    remarks = []
    if len(charts) < len(labelled):
        remarks.append(f"Left out, their id came before: {len(labelled) - len(charts)} charts.")
    if request.coder_for is None:
        procedures = model.partition(", ")[2]
        files = (request.path, *request.also)
        remarks += check_training_data(files, charts, (), procedures, allow=request.allow_leaks)
    else:
        remarks.append("Each chart is coded by a model of procedures that has not seen its fold.")
    # The diagnoses that levels of visits rest on are not coded out of fold.
    diagnoses = model.split(", ")[0]
    if any(fitted_on(file, diagnoses) for file in (request.path, *request.also)):
        remarks.append(
            f"Diagnoses are those of {diagnoses}, which was fitted on some of these charts."
        )
    evaluation = evaluate_procedures(
        request.path,
        charts,
        request.coder_for or (lambda _chart: request.coder),
        leveller=leveller(),
        also=request.also,
        progress=progress,
    )
    others = {}
    if request.baselines:
        titles = keyword(request.coder.codesets, request.coder.reader, SYSTEMS)
        others["title in note"] = evaluate_procedures(request.path, charts, lambda _: titles)
    return procedures_delivery(evaluation, others, remarks)


def _sections(request: Request, progress: Progress) -> Delivery:
    coder = request.coder
    return sections_delivery(
        evaluate_sections(
            request.path, coder.reader, coder.provenance, split=request.split, progress=progress
        )
    )


def _retrieval(request: Request, progress: Progress) -> Delivery:
    coder = request.coder
    retrievers = {**(request.retrievers or {}), coder.provenance.model: as_retriever(coder)}
    if request.baselines:
        retrievers |= word_retrievers(coder)
    return retrieval_delivery(
        evaluate_retrieval(
            request.path,
            coder,
            retrievers,
            split=request.split or "dev",
            sample=request.sample,
            progress=progress,
        )
    )


def _metamorphic(request: Request, progress: Progress) -> Delivery:
    return metamorphic_delivery(
        evaluate_metamorphic(
            request.path, _loaded(request), request.coder, forms=request.forms, progress=progress
        )
    )


def _faithfulness(request: Request, progress: Progress) -> Delivery:
    return faithfulness_delivery(
        evaluate_faithfulness(request.path, _loaded(request), request.coder, progress=progress)
    )


TASKS: Mapping[str, Callable[[Request, Progress], Delivery]] = {
    "charts": _charts,
    "procedures": _procedures,
    "codiesp-d": _codiesp("codiesp-d"),
    "codiesp-p": _codiesp("codiesp-p"),
    "codiesp-x": _codiesp("codiesp-x"),
    "negation": _negation,
    "sections": _sections,
    "retrieval": _retrieval,
    "metamorphic": _metamorphic,
    "faithfulness": _faithfulness,
}
"""What can be evaluated, by name."""


def _loaded(request: Request, *, unique_ids: bool = True) -> tuple[GoldChart, ...]:
    charts = load_charts(request.path, unique_ids=unique_ids)
    for path in request.also:
        charts += load_charts(path, unique_ids=unique_ids)
    twice = [name for name, n in Counter(c.id for c in charts).items() if n > 1]
    if twice and unique_ids:
        raise InvalidNote(f"id {twice[0]} stands in more than one of the files", field="id")
    kept = tuple(c for c in charts if request.split is None or c.split == request.split)
    if not kept:
        splits = ", ".join(sorted({repr(c.split) for c in charts}))
        raise InputError(
            f"{request.path.name}: no chart is of the split {request.split}; there are {splits}",
            field="split",
        )
    return kept


def _train_charts(files: Sequence[Path]) -> tuple[GoldChart, ...]:
    return tuple(chart for file in files for chart in load_charts(file, unique_ids=False))


def _baselines(request: Request, train: Sequence[GoldChart]) -> Iterator[tuple[str, NoteCoder]]:
    if not request.baselines:
        return
    codesets, reader = request.coder.codesets, request.coder.reader
    if train:
        yield "most frequent", most_frequent(codesets, reader, train)
    yield "keyword", keyword(codesets, reader)
    yield "bm25", bm25(codesets, reader)
    yield from (request.others or {}).items()


def _codiesp_baselines(
    request: Request, task: str, split: str
) -> Iterator[tuple[str, NoteCoder, float | None]]:
    """Coders beside the profile's, each with its threshold."""
    if task != "codiesp-p":
        for name, coder in _baselines(request, ()):
            yield name, coder, THRESHOLDS.get(coder.provenance.model.split(" ", 1)[0])
        return
    if not request.baselines:
        return
    codesets, reader, system = request.coder.codesets, request.coder.reader, P_TABLE.system
    if split != "train" and (request.path / "train").is_dir():
        train = [d.gold for d in load_codiesp(request.path, "train", gold_of=P_TABLE)]
        yield "most frequent", frequent_of(codesets, reader, system, train), None
    yield "title in note", keyword(codesets, reader, (system,)), None
    yield CANDIDATES, request.coder, 0.0
    for name, coder in (request.others or {}).items():
        yield name, coder, None


def _check_output(out: Path, path: Path) -> None:
    """Refuse, before any work is done, an output that cannot be written or that is the input."""
    if not out.resolve().parent.is_dir():
        raise InputError(f"{out.parent}: no such folder; make it or name another", field="json")
    if path.resolve() in (out.resolve(), notes_beside(out).resolve()):
        raise InputError(f"{out}: would replace the charts; name another file", field="json")
