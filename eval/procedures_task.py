"""The task procedures: CPT, HCPCS, ICD-10-PCS and visits of gold charts, each system on its own.

Each chart is asked for its diagnoses, which levels of visits rest on, and for the systems that its
gold has, whatever its setting; where gold has none, for those of its claim. A group is judged over
the charts that have gold of it (eval.procedure_counts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coding.errors import InputError
from coding.protocols import CodeSystems
from coding.types import CodingOptions, CodingResult, Decision, ErrorBody, Suggestion, System
from eval.charts import GoldChart
from eval.counts import PRF, Mean
from eval.em_levels import Levelled, Leveller, level_figures, levelled
from eval.figures import Figure
from eval.harness import MOST, Progress, attempt
from eval.prf_figures import KINDS, prf_figures, share_figure
from eval.procedure_coders import CoderFor
from eval.procedure_counts import GROUPS, ProcedureCounts, count_procedures
from eval.runs import Run, describe_run

SYSTEMS = (System.CPT, System.HCPCS, System.ICD10PCS)


@dataclass(frozen=True, slots=True)
class ProcedureOutcome:
    """What became of one chart: a result or an error, what it counts for, its visits.

    `counts` are of what was accepted, `candidates` of all that was listed at any probability;
    `unknown` are gold codes that the releases in force lack, as (system, code).
    """

    chart: GoldChart
    result: CodingResult | None
    error: ErrorBody | None
    counts: ProcedureCounts
    candidates: ProcedureCounts
    visits: tuple[Levelled, ...]
    unknown: tuple[tuple[System, str], ...]


@dataclass(frozen=True, slots=True)
class ProceduresEvaluation:
    """The charts of some files and their figures; `candidates` are those of accepting everything.

    `elsewhere` is by group how many codes were accepted in how many charts without gold of it;
    `releases` by system the release used, with its number of codes.
    """

    split: str
    outcomes: tuple[ProcedureOutcome, ...]
    figures: tuple[Figure, ...]
    candidates: tuple[Figure, ...]
    elsewhere: Mapping[str, tuple[int, int]]
    releases: Mapping[System, tuple[str, int]]
    run: Run

    @property
    def failures(self) -> tuple[ProcedureOutcome, ...]:
        """The charts that could not be coded; they count as misses."""
        return tuple(o for o in self.outcomes if o.error is not None)


def evaluate_procedures(
    path: Path,
    charts: Sequence[GoldChart],
    coder_for: CoderFor,
    *,
    leveller: Leveller | None = None,
    also: Sequence[Path] = (),
    progress: Progress | None = None,
) -> ProceduresEvaluation:
    """Code charts of one or several files, each with its own coder, and score their procedures.

    Without a leveller no level of visits is judged apart from what the coder accepts.

    Raises: InputError where no chart has a gold procedure.
    """
    if not any(chart.procedures for chart in charts):
        raise InputError(
            f"{path.name}: no chart has a gold procedure; there is nothing to find", field="path"
        )
    outcomes = []
    for chart in charts:
        outcomes.append(_judge(chart, coder_for, leveller))
        if progress is not None:
            progress(len(outcomes), len(charts))
    files = (path, *also)
    coder = coder_for(charts[0])
    levels = level_figures([o.visits for o in outcomes]) if leveller is not None else ()
    return ProceduresEvaluation(
        split="+".join(file.stem for file in files),
        outcomes=tuple(outcomes),
        figures=(*_figures([o.counts for o in outcomes]), *levels),
        candidates=_figures([o.candidates for o in outcomes]),
        elsewhere=_elsewhere([o.counts for o in outcomes]),
        releases=_releases(coder.codesets),
        run=describe_run(path, coder.provenance, files if also else ()),
    )


def options_for(chart: GoldChart) -> CodingOptions:
    """What a chart is asked for: diagnoses, and the systems of procedures it is judged in."""
    wanted = {p.code.system for p in chart.procedures} or set(chart.note().claim_systems)
    if wanted & {System.CPT, System.HCPCS}:
        wanted |= {System.CPT, System.HCPCS}
    systems = (System.ICD10CM, *(s for s in SYSTEMS if s in wanted))
    return CodingOptions(systems=systems, limit=MOST, min_probability=0.0)


def accepted(result: CodingResult | None) -> tuple[Suggestion, ...]:
    """The accepted suggestions of whatever system, in rank order."""
    suggestions = result.suggestions if result is not None else ()
    return tuple(s for s in suggestions if s.decision is Decision.ACCEPT)


def _judge(chart: GoldChart, coder_for: CoderFor, leveller: Leveller | None) -> ProcedureOutcome:
    coder = coder_for(chart)
    result, error = attempt(chart.note(), coder, options_for(chart))
    visits: tuple[Levelled, ...] = ()
    if leveller is not None:
        reading = None if result is None else coder.reader.read(chart.note())
        diagnoses = [s for s in accepted(result) if s.code.system is System.ICD10CM]
        visits = tuple(levelled(chart, leveller, reading, diagnoses))
    return ProcedureOutcome(
        chart=chart,
        result=result,
        error=error,
        counts=count_procedures(chart, accepted(result)),
        candidates=count_procedures(chart, result.suggestions if result is not None else ()),
        visits=visits,
        unknown=_unknown(chart, coder.codesets),
    )


def _unknown(chart: GoldChart, codesets: CodeSystems) -> tuple[tuple[System, str], ...]:
    gold = dict.fromkeys((p.code.system, p.code.value) for p in chart.procedures)
    return tuple(
        (system, value)
        for system, value in gold
        if value not in codesets.at(system, chart.service_date)
    )


def _figures(counts: Sequence[ProcedureCounts]) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for group in GROUPS:
        judged = [c.judged[group.name] for c in counts if group.name in c.judged]
        figures += _group_figures(group.name, judged) if judged else ()
    shares: tuple[tuple[str, Callable[[ProcedureCounts], Mean], str], ...] = (
        ("em_exact", lambda c: c.em, "charts"),
        ("modifiers", lambda c: c.modifiers, "right CPT and HCPCS"),
        ("modifiers_given", lambda c: c.modifiers_given, "of them, gold has one"),
        ("evidence_f1", lambda c: c.evidence, "right codes"),
        ("violations", lambda c: c.violations, "accepted"),
    )
    figures += [share_figure(name, map(mean, counts), of) for name, mean, of in shares]
    return tuple(figures)


def _group_figures(name: str, judged: Sequence[PRF]) -> Sequence[Figure]:
    precision, recall, f1 = (f"{name}_{kind}" for kind in KINDS)
    of = ("accepted", "gold codes", "charts")
    return prf_figures(judged, of=of, names=(precision, recall, f1))


def _elsewhere(counts: Sequence[ProcedureCounts]) -> Mapping[str, tuple[int, int]]:
    codes: Counter[str] = Counter()
    charts: Counter[str] = Counter()
    for each in counts:
        codes.update(each.elsewhere)
        charts.update(each.elsewhere.keys())
    return {group.name: (codes[group.name], charts[group.name]) for group in GROUPS}


def _releases(codesets: CodeSystems) -> Mapping[System, tuple[str, int]]:
    found = {system: codesets.at(system, None) for system in SYSTEMS}
    return {system: (release.release, len(release)) for system, release in found.items()}
