"""Codes the notes of gold charts and scores what comes back.

Every result records what made it: software, model, code sets, commit, versions, data hash, seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from coding.errors import ChartcodeError
from coding.protocols import CodeSystems, Reader
from coding.types import CodingOptions, CodingResult, ErrorBody, Note, Provenance, System
from eval.bootstrap import Interval, chart_intervals
from eval.charts import GoldChart, load_charts
from eval.figures import Figure
from eval.metrics import METRICS, Counts, score
from eval.runs import Run, describe_run

Progress = Callable[[int, int], None]
"""Called with (done, total) after each note."""


DIAGNOSES = CodingOptions(systems=(System.ICD10CM,))
"""What the tasks that measure diagnoses ask for, whatever a request asks for by default."""

MOST = 100_000
"""More suggestions than any note has."""


class NoteCoder(Protocol):
    """What the harness needs of a coder; coding.pipeline.Coder has it."""

    @property
    def codesets(self) -> CodeSystems: ...
    @property
    def reader(self) -> Reader: ...
    @property
    def provenance(self) -> Provenance: ...
    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Raises: ChartcodeError."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one chart: a result or an error, never both, and what they count for.

    `unknown` are gold codes that the release in force does not have: nothing can find them. `seen`
    are all diagnoses that were listed, at whatever probability and however far down; `result` holds
    those that a request with the same options would be given.
    """

    chart: GoldChart
    result: CodingResult | None
    error: ErrorBody | None
    counts: Counts
    unknown: tuple[str, ...]
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcomes of all charts of a file, in its order, with the figures they give."""

    task: str
    split: str
    outcomes: tuple[Outcome, ...]
    counts: Counts
    figures: tuple[Figure, ...]
    run: Run

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The charts that could not be coded; they count as misses."""
        return tuple(o for o in self.outcomes if o.error is not None)


def evaluate_charts(
    path: Path,
    coder: NoteCoder,
    *,
    charts: Sequence[GoldChart] | None = None,
    also: Sequence[Path] = (),
    options: CodingOptions | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Code the charts of a JSONL file and score them. `split` of the result is the file's stem.

    `charts` are those to be scored, all of the file where None; `also` are further files that they
    come from.

    Raises: InvalidNote where the file is not in the chart format (see eval.charts).
    """
    charts = load_charts(path) if charts is None else charts
    outcomes = []
    for outcome in judge(charts, coder, options):
        outcomes.append(outcome)
        if progress is not None:
            progress(len(outcomes), len(charts))
    scores = [o.counts for o in outcomes]
    counts = sum(scores, Counts())
    return Evaluation(
        task="charts",
        split="+".join(p.stem for p in (path, *also)),
        outcomes=tuple(outcomes),
        counts=counts,
        figures=figures(counts, chart_intervals(scores)),
        run=describe_run(path, coder.provenance, (path, *also) if also else ()),
    )


def judge(
    charts: Sequence[GoldChart], coder: NoteCoder, options: CodingOptions | None = None
) -> Iterator[Outcome]:
    """Code and score charts one by one; a chart that fails is an outcome too."""
    wanted = options or DIAGNOSES
    everything = replace(wanted, limit=max(wanted.limit, MOST), min_probability=0.0)
    for chart in charts:
        whole, error = attempt(chart.note(), coder, everything)
        listed = whole.suggestions if whole is not None else ()
        seen = frozenset(s.code.value for s in listed if s.code.system is System.ICD10CM)
        result = None if whole is None else _limited(whole, wanted)
        unknown = _unknown(chart, coder.codesets)
        yield Outcome(chart, result, error, score(chart, result), unknown, seen)


def attempt(
    note: Note, coder: NoteCoder, options: CodingOptions
) -> tuple[CodingResult | None, ErrorBody | None]:
    """The result of one note, or what went wrong: never both, and nothing is raised."""
    try:
        return coder.code(note, options), None
    except ChartcodeError as raised:
        return None, ErrorBody(type(raised).__name__, raised.stage, raised.message, raised.field)
    except Exception as raised:
        # Whatever breaks, the chart stays in the figures. A foreign message may quote the note.
        kind = type(raised).__name__
        return None, ErrorBody(kind, "coder", "the coder failed in no planned way")


def _limited(result: CodingResult, options: CodingOptions) -> CodingResult:
    """What the pipeline's last step, the same filter, would have left."""
    listed = [s for s in result.suggestions if s.probability >= options.min_probability]
    return replace(result, suggestions=tuple(listed[: options.limit]))


def figures(counts: Counts, intervals: dict[str, Interval | None]) -> tuple[Figure, ...]:
    """The figures of some counts in the order of METRICS, with their intervals."""
    listed = []
    for metric in METRICS:
        low, high = intervals[metric.name] or (None, None)
        listed.append(
            Figure(metric.name, metric.value(counts), low, high, metric.n(counts), metric.of)
        )
    return tuple(listed)


def _unknown(chart: GoldChart, codesets: CodeSystems) -> tuple[str, ...]:
    release = codesets.at(System.ICD10CM, chart.service_date)
    gold = [c.code.value for c in chart.codes if c.code.system is System.ICD10CM]
    return tuple(value for value in gold if value not in release)
