"""The starter lists of this project: TSV files beside this module with a header line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from coding.errors import ConfigError


def has_starter(path: str) -> bool:
    """Whether a starter list is there: the folder of CPT can be deleted."""
    return (files("codesets") / path).is_file()


def code_rows(folder: str) -> Iterator[tuple[str, str, list[str]]]:
    """Codes and modifiers of a starter folder: code, our title, words by which it is looked for."""
    for name in ("codes.tsv", "modifiers.tsv"):
        for code, title, words in read_starter(f"{folder}/{name}", 3):
            yield code, title, [word.strip() for word in words.split("|") if word.strip()]


def read_starter(path: str, columns: int) -> Iterator[tuple[str, ...]]:
    """The rows of a list below its header; "-" is an empty cell, `#` begins a comment line.

    Raises: ConfigError naming file and line of a row of the wrong shape.
    """
    text = (files("codesets") / path).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()[1:], 2):
        if not line.strip() or line.startswith("#"):
            continue
        row = tuple(cell.strip() for cell in line.split("\t"))
        if len(row) != columns or not all(row):
            raise ConfigError(f"{path}, line {number}: expected {columns} filled columns")
        yield tuple("" if cell == "-" else cell for cell in row)
