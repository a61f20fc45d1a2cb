"""Which engine each task judges, and which stand beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from codesets.lexicon import load_lexicon
from coding.build import EngineConfig, build_coder
from coding.pipeline import Coder
from eval.codiesp_profile import build_profile

LEXICAL = "lexical"


def coder_for(task: str, engine: EngineConfig) -> Coder:
    """The configured engine, in the profile of the task. Raises: as coding.build.build_coder."""
    return build_profile(engine) if _is_codiesp(task) else build_coder(engine)


def baseline_coders(task: str, engine: EngineConfig) -> Mapping[str, Coder]:
    """The lexical ranker, where the task compares coders and another one is configured."""
    if task != "charts" or engine.ranker == LEXICAL:
        return {}
    return {LEXICAL: build_coder(replace(engine, ranker=LEXICAL))}


def forms() -> tuple[tuple[str, str], ...]:
    """The short and long forms of the lexicon where each is the only one of the other."""
    pairs = [(a.short, a.long) for a in load_lexicon().abbreviations]
    short, long = Counter(s.casefold() for s, _ in pairs), Counter(x.casefold() for _, x in pairs)
    return tuple((s, x) for s, x in pairs if short[s.casefold()] == 1 and long[x.casefold()] == 1)


def _is_codiesp(task: str) -> bool:
    return task.startswith("codiesp-")
