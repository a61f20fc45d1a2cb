"""Configuration -> Coder: the only place that chooses implementations."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from codesets.build import build_index
from codesets.lexicon import Lexicon, load_lexicon
from codesets.registry import default_index_dir, load_registry
from coding.candidates import LexicalGenerator
from coding.errors import CodeSetMissing, ConfigError
from coding.pipeline import Coder
from coding.protocols import CandidateGenerator, CodeSystem, CodeSystems, Ranker
from coding.reading import MedspacyReader
from coding.rules import standard_rules
from coding.terms import TermIndex, build_terms, terms_path
from coding.to_json import dumps
from coding.types import System
from models.artifact import load_artifact
from models.inputs import input_hashes
from models.lexical_ranker import LexicalRanker


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """Settings of the engine.

    `index_dir` holds the built code-set indexes (None: share/chartcode in the environment);
    `ranker` names who decides; `max_note_chars` is in code points; the reader drops the words it
    has learnt after `rebuild_after_notes` notes.
    """

    index_dir: Path | None = None
    ranker: str = "lexical"
    max_note_chars: int = 1_000_000
    rebuild_after_notes: int = 2_000


LEXICAL_VERSION = "1"


def _lexical(lexicon: Lexicon) -> Ranker:
    artifact = load_artifact("lexical", LEXICAL_VERSION)
    artifact.require(input_hashes(lexicon))
    return LexicalRanker.from_artifact(artifact)


RANKERS: dict[str, Callable[[Lexicon], Ranker]] = {"lexical": _lexical}


def config_sha256(config: EngineConfig) -> str:
    """Hash over the settings that can change a result: all but where the index lies."""
    settings = {k: v for k, v in asdict(config).items() if k != "index_dir"}
    return hashlib.sha256(dumps(settings).encode()).hexdigest()


def build_coder(config: EngineConfig | None = None, ranker: Ranker | None = None) -> Coder:
    """Load what the configuration names; a `ranker` given takes the place of the one it names.

    Raises: ConfigError for an unknown ranker, CodeSetMissing where no index is built, ArtifactError
    where the model cannot be used.
    """
    config = config or EngineConfig()
    index_dir = config.index_dir or default_index_dir()
    lexicon = load_lexicon()
    codesets = load_registry(index_dir)
    return Coder(
        reader=MedspacyReader(rebuild_after_notes=config.rebuild_after_notes),
        generators=_generators(codesets, lexicon, index_dir),
        ranker=ranker or _ranker(config, lexicon),
        rules=standard_rules(lexicon),
        codesets=codesets,
        config_sha256=config_sha256(config),
        max_note_chars=config.max_note_chars,
    )


def require_parts(config: EngineConfig) -> None:
    """Refuse, in a moment, a configuration whose engine cannot be built for want of a part.

    Raises: ConfigError, CodeSetMissing, ArtifactError, as build_coder does after seconds.
    """
    lexicon = load_lexicon()
    for codes in _diagnoses(load_registry(config.index_dir or default_index_dir())):
        path = terms_path(config.index_dir or default_index_dir(), codes, lexicon)
        if not path.is_file():
            raise CodeSetMissing(f"no term index at {path}: run `chartcode codesets build`")
    _ranker(config, lexicon)


def _ranker(config: EngineConfig, lexicon: Lexicon) -> Ranker:
    if config.ranker not in RANKERS:
        raise ConfigError(f"ranker must be one of {', '.join(RANKERS)}", field="ranker")
    return RANKERS[config.ranker](lexicon)


def build_indexes(index_dir: Path | None = None) -> tuple[Path, ...]:
    """Build the code-set index and the term index over it; gives the files and folders made."""
    index_dir = index_dir or default_index_dir()
    made = [build_index(index_dir)]
    lexicon = load_lexicon()
    for codes in _diagnoses(load_registry(index_dir)):
        made.append(terms_path(index_dir, codes, lexicon))
        build_terms(codes, lexicon).save(made[-1])
    return tuple(made)


def _generators(
    codesets: CodeSystems, lexicon: Lexicon, index_dir: Path
) -> tuple[CandidateGenerator, ...]:
    return tuple(
        LexicalGenerator(codes, TermIndex.load(terms_path(index_dir, codes, lexicon)), lexicon)
        for codes in _diagnoses(codesets)
    )


def _diagnoses(codesets: CodeSystems) -> tuple[CodeSystem, ...]:
    return tuple(codes for codes in codesets.releases() if codes.system is System.ICD10CM)
