"""How Chartcode codes CodiEsp: every mention, whatever is said of it, on the code set of 2018.

A coder without rules, since each of them rejects or adds codes by reporting guidelines that CodiEsp
does not follow, with an acceptance threshold of its own. Choose the threshold on the train split:

    python -m eval.codiesp_profile ../shared/data/notes/codiesp
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from coding.build import (
    LEXICAL,
    TRAINED,
    EngineConfig,
    artifact_of,
    build_coder,
    build_plain_coder,
    build_procedure_profile,
)
from coding.errors import InputError
from coding.pipeline import Coder
from coding.protocols import Ranker
from coding.types import CodingOptions, CodingResult, Note, Setting, Span, System
from eval.codiesp import Document, load_codiesp, need_folder
from eval.harness import DIAGNOSES, MOST, NoteCoder
from eval.procedure_counts import pcs_prefix
from models.artifact import load_artifact
from models.lexical_ranker import LexicalRanker

THRESHOLDS: Mapping[str, float] = {"lexical": 0.0055}
"""Acceptance threshold in [0, 1] by ranker, each chosen on CodiEsp train by the command above."""

PROFILE, PROFILE_VERSION = "codiesp", "1"
PROCEDURES_PROFILE = "codiesp-p"
"""The artifacts of the trained profiles: of diagnoses and of procedures."""

SPLIT_SINCE = (
    "D72.1", "E87.2", "H54.0", "H54.1", "H54.2", "I31.3", "I48.1", "I48.2", "I71.1", "I71.2",
    "I71.3", "I71.4", "I71.5", "I71.6", "K20.8", "K20.9", "K35.2", "K35.3", "K35.8", "K56.5",
    "K56.60", "K56.69", "K59.8", "M54.5", "M79.1", "N18.3", "R05", "R51", "R74.0", "T07",
    "T14.8", "T14.90", "T14.91",
)  # fmt: skip
"""Codes of 2018 that are headers today (ICD-10-CM addenda of FY2018 to FY2026)."""

EVERYTHING = replace(DIAGNOSES, limit=MOST, min_probability=0.0)


@dataclass(frozen=True, slots=True)
class Predicted:
    """A code as gold has it, its probability in [0, 1] and the words it rests on."""

    code: str
    probability: float
    spans: tuple[Span, ...]


def build_profile(config: EngineConfig, ranker: Ranker | None = None) -> Coder:
    """The engine that codes as CodiEsp does. Raises: as coding.build.build_coder.

    The trained ranker has a twin that was fitted on CodiEsp train (models/codiesp); any other works
    without its rules.
    """
    if config.ranker == TRAINED and ranker is None:
        return build_plain_coder(config, load_artifact(PROFILE, PROFILE_VERSION))
    if ranker is None:
        ranker = LexicalRanker.from_artifact(artifact_of(config.ranker))
    return build_coder(config, ranker).replace(rules=())


def build_procedures_profile(config: EngineConfig) -> Coder:
    """The engine that codes every procedure named. Raises: as coding.build.build_coder."""
    return build_procedure_profile(config, load_artifact(PROCEDURES_PROFILE, PROFILE_VERSION))


def everything(system: System) -> CodingOptions:
    """All suggestions of one system, at whatever probability."""
    return replace(EVERYTHING, systems=(system,))


def threshold_for(model: str, given: float | None = None, *, chosen: bool = True) -> float | None:
    """The threshold for a model by the first word of its name, or the one given.

    None where the model was fitted for the profile and accepts by itself, and, without one given,
    for codes that none was `chosen` for.

    Raises: InputError where none is known or the given one is no probability.
    """
    if given is not None:
        if not 0 <= given <= 1:
            raise InputError("threshold must lie between 0 and 1", field="threshold")
        return given
    kind = model.split(" ", 1)[0]
    if kind == PROFILE or not chosen:
        return None
    if kind not in THRESHOLDS:
        raise InputError(
            f"no CodiEsp threshold is known for the model {model}; choose one on the train split "
            "(python -m eval.codiesp_profile PATH) and give it as --threshold",
            field="threshold",
        )
    return THRESHOLDS[kind]


def note_of(document: Document) -> Note:
    """The English text as a note."""
    return Note(document.id, document.text, Setting.OUTPATIENT)


def predicted(
    result: CodingResult, as_gold: Callable[[str], str] | None = None
) -> tuple[Predicted, ...]:
    """The codes of a result as gold has them, likeliest first, ties by code.

    `as_gold` is one of AS_GOLD, that of diagnoses where None. Of several codes that gold takes for
    one the highest probability counts.
    """
    as_gold = as_gold or in_2018
    found: dict[str, Predicted] = {}
    for suggestion in result.suggestions:
        code = as_gold(suggestion.code.value)
        spans = tuple(e.span for e in suggestion.evidence)
        old = found.get(code, Predicted(code, 0.0, ()))
        found[code] = Predicted(
            code, max(old.probability, suggestion.probability), old.spans + spans
        )
    return tuple(sorted(found.values(), key=lambda p: (-p.probability, p.code)))


def in_2018(code: str) -> str:
    """The code of SPLIT_SINCE that a code of today was split off from, else the code."""
    return next((old for old in SPLIT_SINCE if code.startswith(old)), code)


AS_GOLD: Mapping[System, Callable[[str], str]] = {
    System.ICD10CM: in_2018,
    System.ICD10PCS: pcs_prefix,
}
"""What gold has in the place of a code of today."""


def best_threshold(
    documents: Iterable[tuple[Document, Sequence[Predicted]]],
) -> tuple[float, float]:
    """The threshold with the best micro F1 against the official gold, and that F1."""
    judged, gold = [], 0
    for document, codes in documents:
        gold += len(document.gold)
        judged += [(p.probability, p.code in document.gold) for p in codes]
    judged.sort(key=lambda item: -item[0])
    best, right = (1.0, 0.0), 0
    for n, (probability, hit) in enumerate(judged, 1):
        right += hit
        f1 = 2 * right / (n + gold)
        if (n == len(judged) or judged[n][0] < probability) and f1 > best[1]:
            best = probability, f1
    return best


def fit_threshold(folder: Path, coder: NoteCoder, console: Console) -> tuple[float, float]:
    """Code the train split and choose. Raises: InvalidNote as eval.codiesp does."""
    need_folder(folder)
    documents = load_codiesp(folder, "train")
    return best_threshold(
        (document, predicted(coder.code(note_of(document), EVERYTHING)))
        for document in track(documents, "coding train", console=console)
    )


def main(
    folder: Annotated[Path, typer.Argument(help="CodiEsp in its official layout")],
    ranker: Annotated[str, typer.Option(help="as in chartcode.toml")] = LEXICAL,
) -> None:
    """Print the acceptance threshold that gives the best F1 on CodiEsp train."""
    console = Console()
    coder = build_profile(EngineConfig(ranker=ranker))
    threshold, f1 = fit_threshold(folder, coder, console)
    console.print(f"{coder.provenance.model}: threshold {threshold:.4f}, F1 {f1:.3f} on train")


if __name__ == "__main__":
    typer.run(main)
