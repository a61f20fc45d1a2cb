from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from coding.build import EngineConfig
from coding.errors import ConfigError
from service.config import Config, load_config, setting_names


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No chartcode.toml of the checkout takes part."""
    monkeypatch.chdir(tmp_path)


def file(folder: Path, text: str, name: str = "chartcode.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_every_setting_has_a_working_default() -> None:
    assert load_config(environ={}) == Config()
    assert is_dataclass(Config)
    names = {f.name for kind in (Config, EngineConfig) for f in fields(kind)} - {"engine"}
    assert set(setting_names()) == names


def test_the_default_body_holds_the_longest_note() -> None:
    config = Config()
    assert config.max_body_bytes >= 4 * config.engine.max_note_chars


def test_a_file_is_read_from_the_working_directory(tmp_path: Path) -> None:
    file(tmp_path, 'port = 9000\nhost = "0.0.0.0"\nmax_note_chars = 500\n')
    config = load_config(environ={})
    assert (config.port, config.host, config.engine.max_note_chars) == (9000, "0.0.0.0", 500)


def test_a_named_file_goes_before_the_standing_one(tmp_path: Path) -> None:
    file(tmp_path, "port = 1\n")
    named = file(tmp_path, "port = 2\n", "named.toml")
    given = file(tmp_path, "port = 3\n", "given.toml")
    assert load_config(environ={"CHARTCODE_CONFIG": str(named)}).port == 2
    assert load_config(given, environ={"CHARTCODE_CONFIG": str(named)}).port == 3


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file(tmp_path, "port = 9000\nworkers = 2\n")
    config = load_config(environ={"CHARTCODE_PORT": "9001", "CHARTCODE_BODY_TIMEOUT_S": "1.5"})
    assert (config.port, config.workers, config.body_timeout_s) == (9001, 2, 1.5)


def test_other_variables_are_not_ours() -> None:
    assert load_config(environ={"PORT": "9", "CHARTCODER_PORT": "9"}) == Config()


def test_a_path_in_a_file_is_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    path = file(tmp_path / "etc", 'index_dir = "index"\n')
    assert load_config(path, environ={}).engine.index_dir == tmp_path / "etc/index"
    absolute = load_config(environ={"CHARTCODE_INDEX_DIR": "/srv/index"}).engine.index_dir
    assert absolute == Path("/srv/index")


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("prot = 1", "prot", "known settings: body_timeout_s"),
        ("[engine]\nranker = 'lexical'", "engine", "known settings"),
        ("port = '8000'", "port", "whole number"),
        ("port = true", "port", "whole number"),
        ("port = 1.0", "port", "whole number"),
        ("port = 70000", "port", "at most 65535"),
        ("port = -1", "port", "at least 0"),
        ("max_note_chars = 0", "max_note_chars", "at least 1"),
        ("body_timeout_s = nan", "body_timeout_s", "at least"),
        ("host = 1", "host", "text"),
        ("index_dir = ''", "index_dir", "path"),
        ("ranker = 'magic'", "ranker", "lexical"),
    ],
)
def test_a_file_at_fault_is_refused(tmp_path: Path, text: str, field: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(file(tmp_path, text), environ={})
    assert caught.value.field == field
    assert field in caught.value.message
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("variable", "value", "field"),
    [
        ("CHARTCODE_PROT", "1", "prot"),
        ("CHARTCODE_PORT", "many", "port"),
        ("CHARTCODE_PORT", "", "port"),
        ("CHARTCODE_WORKERS", "0", "workers"),
        ("CHARTCODE_RANKER", "magic", "ranker"),
        ("CHARTCODE_INDEX_DIR", "", "index_dir"),
    ],
)
def test_a_variable_at_fault_is_refused(variable: str, value: str, field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(environ={variable: value})
    assert caught.value.field == field
    assert field in caught.value.message.lower()


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "chartcode.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"chartcode\.toml is not"):
        load_config(environ={})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*missing\.toml"):
        load_config(tmp_path / "missing.toml", environ={})
