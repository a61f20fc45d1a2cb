"""The tasks codiesp-d, codiesp-p and codiesp-x: the codes of case reports, document by document.

D is scored as the official script does: micro precision, recall and F1 of the accepted codes, and
MAP, the mean over documents of the average precision of the ranking (codes as a set, in lower or
upper case alike). Two things differ, and neither helps us: codes outside the official list of 2018
are not struck from what we say, and gold codes that our release lacks are misses. The same figures
follow without negated-only codes: those of whose mentions each is denied are then neither right nor
wrong (eval.codiesp_spanish).

P, of procedures, is scored like D over the documents that have some, on the first four characters
of the codes: half of the official ones have no more.

X is not scored as the official script does, for the evidence is in the Spanish text: an accepted
code counts as found if any of its words lie in the English line of one of its mentions. Documents
whose lines and sentences differ in number are left out and counted, as are procedures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coding.errors import ChartcodeError, InputError
from coding.protocols import CodeSystem
from coding.types import Decision, Span, System
from eval.codiesp import (
    D_TABLE,
    P_TABLE,
    Document,
    Gold,
    codiesp_files,
    load_codiesp,
    need_folder,
)
from eval.codiesp_profile import AS_GOLD, Predicted, everything, note_of, predicted
from eval.codiesp_spanish import aligned_lines, gold_lines, negated_only
from eval.counts import PRF
from eval.figures import Figure
from eval.harness import NoteCoder, Progress
from eval.metrics import average_precision
from eval.prf_figures import mean_figure, prf_figures
from eval.procedure_counts import pcs_prefix
from eval.runs import Run, describe_run

OF = ("accepted", "gold codes", "documents")
AFFIRMED = "_affirmed"
"""Ends the names of the figures without negated-only codes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One document: its ranked and accepted codes, gold, the negated-only part of gold, counts.

    `precision` is the average precision, None where gold is empty; `error` the type of an error.
    """

    id: str
    ranked: tuple[Predicted, ...]
    accepted: frozenset[str]
    gold: frozenset[str]
    negated: frozenset[str]
    counts: PRF
    counts_affirmed: PRF
    precision: float | None
    precision_affirmed: float | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class CodiespEvaluation:
    """The documents of a split in order of name and their figures.

    `unknown` are gold codes the release lacks, with their number of documents; `left_out` counts
    documents without alignment (X); `negation` says whether the Spanish was there to tell;
    `release` names the code list with its number of codes.
    """

    task: str
    split: str
    threshold: float | None
    judged: tuple[Judged, ...]
    unknown: Mapping[str, int]
    left_out: int
    negation: bool
    release: str
    figures: tuple[Figure, ...]
    run: Run


def evaluate_codiesp(
    folder: Path,
    coder: NoteCoder,
    *,
    split: str,
    task: str,
    threshold: float | None,
    progress: Progress | None = None,
) -> CodiespEvaluation:
    """Code a split with a profile's coder. Without a threshold, what the coder accepts counts.

    Raises: InvalidNote as eval.codiesp; InputError where no document can be judged.
    """
    need_folder(folder)
    x = task == "codiesp-x"
    gold_of = P_TABLE if task == "codiesp-p" else D_TABLE
    documents = load_codiesp(folder, split, mentions=x, gold_of=gold_of)
    lines = {d.id: aligned_lines(d) for d in documents} if x else {}
    kept = [d for d in documents if not x or lines[d.id] is not None]
    if not kept:
        raise InputError(f"{split}: no document's lines fit its Spanish sentences", field="split")
    judged = []
    for document in kept:
        judged.append(_judge(document, gold_of, coder, threshold, lines.get(document.id)))
        if progress is not None:
            progress(len(judged), len(kept))
    release = coder.codesets.at(gold_of.system, None)
    known = _known(release)
    unknown = Counter(code for d in kept for code in d.gold if not known(code))
    negation = all(d.mentions for d in kept)
    return CodiespEvaluation(
        task=task,
        split=split,
        threshold=threshold,
        judged=tuple(judged),
        unknown=dict(sorted(unknown.items())),
        left_out=len(documents) - len(kept),
        negation=negation,
        release=f"{release.system} {release.release} ({len(release):,} codes)",
        figures=tuple(_figures(judged, x, negation)),
        run=describe_run(folder, coder.provenance, codiesp_files(folder, split, gold_of)),
    )


def _known(release: CodeSystem) -> Callable[[str], bool]:
    """Whether a release has a code as gold has it: of ICD-10-PCS, one that begins so."""
    if release.system is not System.ICD10PCS:
        return lambda code: code in release
    prefixes = {pcs_prefix(value) for value, _, _ in release.terms()}
    return lambda code: code in prefixes


def _judge(
    document: Document,
    gold_of: Gold,
    coder: NoteCoder,
    threshold: float | None,
    lines: Sequence[Span] | None,
) -> Judged:
    error = None
    ranked: tuple[Predicted, ...] = ()
    accepted: frozenset[str] = frozenset()
    try:
        as_gold = AS_GOLD[gold_of.system]
        result = coder.code(note_of(document), everything(gold_of.system))
        ranked = predicted(result, as_gold)
        taken = [s for s in result.suggestions if s.decision is Decision.ACCEPT]
        decided = {as_gold(s.code.value) for s in taken}
        accepted = frozenset(
            p.code
            for p in ranked
            if (p.code in decided if threshold is None else p.probability >= threshold)
        )
    except ChartcodeError as raised:
        error = type(raised).__name__
    denied = negated_only(document) & document.gold
    hits = document.gold & accepted
    if lines is not None:
        hits = frozenset(_placed(document, ranked, hits, lines))
    order = [p.code for p in ranked]
    return Judged(
        id=document.id,
        ranked=ranked,
        accepted=accepted,
        gold=document.gold,
        negated=denied,
        counts=_counts(accepted, document.gold, hits, frozenset()),
        counts_affirmed=_counts(accepted, document.gold, hits, denied),
        precision=average_precision(order, document.gold).value,
        precision_affirmed=average_precision(order, document.gold - denied, denied).value,
        error=error,
    )


def _counts(
    accepted: frozenset[str], gold: frozenset[str], hits: frozenset[str], ignored: frozenset[str]
) -> PRF:
    right = len(hits - ignored)
    return PRF(right, len(accepted - ignored) - right, len(gold - ignored) - right)


def _placed(
    document: Document, ranked: Sequence[Predicted], hits: frozenset[str], lines: Sequence[Span]
) -> Iterator[str]:
    """The hits that rest on words in the line of one of their mentions."""
    wanted = gold_lines(document)
    for code in ranked:
        places = [lines[n] for n in wanted.get(code.code, ())]
        if code.code in hits and any(line.contains(s) for line in places for s in code.spans):
            yield code.code


def _figures(judged: Sequence[Judged], x: bool, negation: bool) -> Iterator[Figure]:
    yield from prf_figures((j.counts for j in judged), of=OF)
    if not x:
        yield _map("map", [j.precision for j in judged])
    if negation:
        precision, recall, f1 = (f"{name}{AFFIRMED}" for name in ("precision", "recall", "f1"))
        yield from prf_figures(
            (j.counts_affirmed for j in judged), of=OF, names=(precision, recall, f1)
        )
        if not x:
            yield _map(f"map{AFFIRMED}", [j.precision_affirmed for j in judged])


def _map(name: str, values: Sequence[float | None]) -> Figure:
    return mean_figure(name, [v for v in values if v is not None], "documents")
