"""Configuration: one chartcode.toml and CHARTCODE_* variables, read once at the edge.

Every setting has one name: `port` in the file is CHARTCODE_PORT in the environment, which wins.
The settings of the engine (coding.build.EngineConfig) and those of the service stand side by side
in the file, without tables.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeVar, get_type_hints

from coding.build import RANKERS, EngineConfig
from coding.errors import ConfigError

DEFAULT_FILE = "chartcode.toml"
PREFIX = "CHARTCODE_"
FILE_VARIABLE = "CHARTCODE_CONFIG"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of the service around the engine.

    `port` 0 takes any free one; `workers` are processes; in each, `pool_threads` code notes while
    at most `queue_limit` requests are read, wait or run: further ones are answered 503. A body of
    more than `max_body_bytes`, or one that takes longer than `body_timeout_s` seconds to arrive, is
    refused; the default size holds the longest note allowed, sent as UTF-8.
    """

    engine: EngineConfig = field(default_factory=EngineConfig)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    pool_threads: int = 2
    queue_limit: int = 32
    max_body_bytes: int = 8_000_000
    body_timeout_s: float = 30.0


# Numbers not named here must be at least 1.
_RANGES: Mapping[str, tuple[float, float]] = {
    "port": (0, 65_535),
    "workers": (1, 256),
    "pool_threads": (1, 256),
    "encoder_threads": (0, 64),
    "body_timeout_s": (0.1, 3_600),
}


def load_config(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration from a file and the environment.

    The file is `path`, else the one CHARTCODE_CONFIG names, else ./chartcode.toml where there is
    one. `environ` is os.environ unless given. A relative path in the file is relative to it.

    Raises: ConfigError for a file that cannot be read, an unknown key or variable, a value of the
    wrong type or out of range, an unknown ranker.
    """
    environ = os.environ if environ is None else environ
    chosen = _chosen_file(path, environ)
    values = _from_file(chosen) if chosen is not None else {}
    values.update(_from_environment(environ))
    of_engine = {f.name for f in fields(EngineConfig)}
    engine = _made(EngineConfig, {k: v for k, v in values.items() if k in of_engine})
    service = {k: v for k, v in values.items() if k not in of_engine}
    config = _made(Config, {"engine": engine, **service})
    ranker = config.engine.ranker
    if ranker not in RANKERS and not Path(ranker).is_dir():
        raise ConfigError(
            f"ranker must be one of: {', '.join(RANKERS)}, or the folder of a trained artifact",
            field="ranker",
        )
    return config


def setting_names() -> tuple[str, ...]:
    """The name of every setting, as chartcode.toml spells it, sorted."""
    return tuple(sorted(_types()))


def _made(kind: Callable[..., T], values: Mapping[str, object]) -> T:
    """Build a dataclass from values that _typed has checked against its types."""
    return kind(**values)


def _chosen_file(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    if path is not None:
        return path
    if named := environ.get(FILE_VARIABLE):
        return Path(named)
    standing = Path(DEFAULT_FILE)
    return standing if standing.is_file() else None


def _from_file(path: Path) -> dict[str, object]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"cannot read the configuration file {path}: {reason}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    types = _types()
    for key in read:
        if key not in types:
            raise ConfigError(f"{path}: unknown setting {key}; {_known()}", field=key)
    values = {key: _typed(key, types[key], value) for key, value in read.items()}
    return {k: path.parent / v if isinstance(v, Path) else v for k, v in values.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    types = _types()
    values: dict[str, object] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE:
            continue
        key = variable.removeprefix(PREFIX).lower()
        if key not in types:
            raise ConfigError(f"unknown variable {variable}; {_known()}", field=key)
        values[key] = _typed(key, types[key], _from_text(key, types[key], text))
    return values


def _from_text(key: str, kind: type, text: str) -> object:
    """The value a variable spells, which always arrives as text."""
    if kind is bool:
        if text.lower() not in {"true", "false"}:
            raise ConfigError(f"{key} must be true or false", field=key)
        return text.lower() == "true"
    read: Mapping[type, Callable[[str], object]] = {int: int, float: float}
    try:
        return read.get(kind, str)(text)
    except ValueError:
        raise ConfigError(f"{key} must be a number", field=key) from None


def _typed(key: str, kind: type, value: object) -> object:
    """The value in the type of its setting; nothing is converted but whole numbers to fractions."""
    if kind is Path:
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{key} must be a path", field=key)
        return Path(value).expanduser()
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not kind:
        names = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
        raise ConfigError(f"{key} must be {names[kind]}", field=key)
    if isinstance(value, int | float) and kind is not bool:
        low, high = _RANGES.get(key, (1, float("inf")))
        if not low <= value <= high:
            upper = "" if high == float("inf") else f" and at most {high:g}"
            raise ConfigError(f"{key} must be at least {low:g}{upper}", field=key)
    return value


def _known() -> str:
    return f"known settings: {', '.join(setting_names())}"


def _types() -> dict[str, type]:
    """Each setting with its type; Path for an optional path."""
    types: dict[str, type] = {}
    for owner in (EngineConfig, Config):
        hints = get_type_hints(owner)
        for one in fields(owner):
            if one.name != "engine":
                types[one.name] = Path if hints[one.name] == Path | None else hints[one.name]
    return types
