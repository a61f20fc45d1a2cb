"""Which engine each task judges, and which stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from codesets.lexicon import load_lexicon
from coding.build import LEXICAL, EngineConfig, artifact_of, build_coder
from coding.pipeline import Coder
from eval.ablations import PRIOR_THRESHOLD, ByPrior
from eval.codiesp_profile import build_procedures_profile, build_profile
from eval.retrieval import Retrieve
from models.dense_generator import DenseGenerator
from models.eyes import Eyes, load_eyes

PROCEDURES = "codiesp-p"


def coder_for(task: str, engine: EngineConfig) -> Coder:
    """The configured engine, in the profile of the task. Raises: as coding.build.build_coder."""
    if task == PROCEDURES:
        return build_procedures_profile(engine)
    return build_profile(engine) if _is_codiesp(task) else build_coder(engine)


def baseline_coders(task: str, engine: EngineConfig) -> Mapping[str, Coder]:
    """Coders beside a trained one: the lexical ranker, and the encoder that has seen no chart.

    The latter takes the code whose wording lies nearest to each sentence that may name a problem,
    where it is near enough; rules apply.
    """
    if engine.ranker == LEXICAL or task == PROCEDURES:
        return {}
    lexical = replace(engine, ranker=LEXICAL)
    if _is_codiesp(task):
        return {LEXICAL: build_profile(lexical)}
    if task != "charts":
        return {}
    eyes = _eyes(engine)
    nearest = DenseGenerator(eyes.encoded, eyes.wordings, neighbours=1)
    plain = build_coder(lexical)
    return {
        LEXICAL: plain,
        "zero-shot encoder": plain.replace(generators=(nearest,), ranker=ByPrior(PRIOR_THRESHOLD)),
    }


def retrievers(task: str, engine: EngineConfig) -> Mapping[str, Retrieve]:
    """What the retrieval task judges before the coder: the encoder alone, where there is one."""
    if task != "retrieval" or engine.ranker == LEXICAL:
        return {}
    eyes = _eyes(engine)

    def retrieve(words: str, limit: int) -> Sequence[str]:
        query = eyes.wordings.unit(eyes.encoder.vectors([words]))
        return [near.code for near in eyes.wordings.nearest(query, limit)[0]]

    manifest = eyes.artifact.manifest
    return {f"{manifest.name} {manifest.version}": retrieve}


def forms() -> tuple[tuple[str, str], ...]:
    """The short and long forms of the lexicon where each is the only one of the other."""
    pairs = [(a.short, a.long) for a in load_lexicon().abbreviations]
    short, long = Counter(s.casefold() for s, _ in pairs), Counter(x.casefold() for _, x in pairs)
    return tuple((s, x) for s, x in pairs if short[s.casefold()] == 1 and long[x.casefold()] == 1)


def _eyes(engine: EngineConfig) -> Eyes:
    return load_eyes(artifact_of(engine.ranker).manifest.base_model or "", engine.threads)


def _is_codiesp(task: str) -> bool:
    return task.startswith("codiesp-")
