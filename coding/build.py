"""Configuration -> Coder: the only place that chooses implementations."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from coding.errors import ConfigError
from coding.pipeline import Coder
from coding.to_json import dumps


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


RANKERS = ("lexical",)


def config_sha256(config: EngineConfig) -> str:
    """Hash over the settings that can change a result: all but where the index lies."""
    settings = {k: v for k, v in asdict(config).items() if k != "index_dir"}
    return hashlib.sha256(dumps(settings).encode()).hexdigest()


def build_coder(config: EngineConfig | None = None) -> Coder:
    """Load what the configuration names. Raises: ConfigError, CodeSetMissing, ArtifactError."""
    config = config or EngineConfig()
    if config.ranker not in RANKERS:
        raise ConfigError(f"ranker must be one of {', '.join(RANKERS)}", field="ranker")
    raise NotImplementedError
