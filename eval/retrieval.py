"""The retrieval task: given a wording and nothing else, is its code among the first ones?

Wordings are held-out terms of the Alphabetic Index (eval.index_terms). A retriever is any function
from words to codes, best first; those of word counts stand beside whatever is judged. Figures are
R@1, R@10 and R@50: the share of terms whose very code is among the first 1, 10 or 50. A model that
was trained on these terms must not be judged on them: train on the split "train" alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coding.errors import InputError
from coding.types import Note, Setting, System
from eval.bm25 import WordIndex
from eval.figures import Figure
from eval.harness import DIAGNOSES, NoteCoder, Progress
from eval.index_terms import SPLITS, IndexTerm, load_index
from eval.prf_figures import mean_figure
from eval.runs import Run, describe_run

DEPTHS = (1, 10, 50)
MOST = max(DEPTHS)

Retrieve = Callable[[str, int], Sequence[str]]
"""Words and how many codes at most -> codes in printed form, best first."""


@dataclass(frozen=True, slots=True)
class RetrievalEvaluation:
    """The held-out terms, and for each retriever the rank of each term's code, from 1, or None."""

    split: str
    terms: tuple[IndexTerm, ...]
    ranks: Mapping[str, tuple[int | None, ...]]
    figures: Mapping[str, tuple[Figure, ...]]
    run: Run


def evaluate_retrieval(
    path: Path,
    coder: NoteCoder,
    retrievers: Mapping[str, Retrieve],
    *,
    split: str = "dev",
    sample: int | None = None,
    progress: Progress | None = None,
) -> RetrievalEvaluation:
    """Ask each retriever for every held-out term, or for the first `sample` of them.

    The first retriever is the one that is judged.

    Raises: InputError for another split than dev and test, or terms that all have one code;
    InvalidNote where the file is no index.
    """
    if split not in SPLITS:
        raise InputError(f"split must be one of {', '.join(SPLITS)}", field="split")
    release = coder.codesets.at(System.ICD10CM, None)
    terms = tuple(t for t in load_index(path, release) if t.split == split)[:sample]
    if len({term.code for term in terms}) < 2:
        raise InputError(
            f"{path.name}: the {split} split has terms of {len({t.code for t in terms})} codes; "
            "retrieval needs two or more",
            field="split",
        )
    ranks: dict[str, list[int | None]] = {name: [] for name in retrievers}
    for done, term in enumerate(terms, 1):
        for name, retrieve in retrievers.items():
            ranks[name].append(_rank(retrieve(term.text, MOST), term.code))
        if progress is not None:
            progress(done, len(terms))
    kept = {name: tuple(found) for name, found in ranks.items()}
    return RetrievalEvaluation(
        split=split,
        terms=terms,
        ranks=kept,
        figures={name: _figures(found) for name, found in kept.items()},
        run=describe_run(path, replace(coder.provenance, model=next(iter(retrievers)))),
    )


def word_retrievers(coder: NoteCoder) -> Mapping[str, Retrieve]:
    """BM25 and TF-IDF over titles and inclusion terms."""
    release = coder.codesets.at(System.ICD10CM, None)
    plain, cosine = WordIndex.of_release(release), WordIndex.of_release(release, cosine=True)
    return {
        "bm25": lambda words, limit: [r.code for r in plain.best(words, limit)],
        "tf-idf": lambda words, limit: [r.code for r in cosine.best(words, limit)],
    }


def as_retriever(coder: NoteCoder) -> Retrieve:
    """What a coder suggests for a note of nothing but the words, accepted or not."""

    def retrieve(words: str, limit: int) -> Sequence[str]:
        options = replace(DIAGNOSES, limit=limit, min_probability=0.0)
        result = coder.code(Note("term", words, Setting.OUTPATIENT), options)
        return [s.code.value for s in result.suggestions if s.code.system is System.ICD10CM]

    return retrieve


def _rank(codes: Sequence[str], wanted: str) -> int | None:
    return next((rank for rank, code in enumerate(codes, 1) if code == wanted), None)


def _figures(ranks: Sequence[int | None]) -> tuple[Figure, ...]:
    return tuple(
        mean_figure(f"r@{depth}", [float(r is not None and r <= depth) for r in ranks], "terms")
        for depth in DEPTHS
    )
