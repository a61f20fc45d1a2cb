"""The clinical lexicon: how clinicians and patients word what the tabular list calls otherwise.

Written for this project. Plain TSV files with a header line; `#` begins a comment:

    terms/*.tsv        code, terms separated by " | "
    abbreviations.tsv  short form, what it stands for, case (exact | any)
    chronic.tsv        code prefix of a condition that stays active though "history of" it is noted
    history.tsv        code prefix, the code of a personal history of it
    family.tsv         code prefix, the code of a family history of it
    integral.tsv       prefix of a symptom, prefix of a diagnosis it is an integral part of
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from coding.errors import ConfigError


@dataclass(frozen=True, slots=True)
class LexiconTerm:
    """A wording and the ICD-10-CM code, or header, it stands for unless the note says more."""

    code: str
    term: str


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form; `exact_case` where it is something else in another case."""

    short: str
    long: str
    exact_case: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All of it. Of pairs by code prefix the longest prefix holds. `sha256` is over all files."""

    terms: tuple[LexiconTerm, ...]
    abbreviations: tuple[Abbreviation, ...]
    chronic: frozenset[str]
    history: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]
    integral: tuple[tuple[str, str], ...]
    vague: frozenset[str]
    sha256: str


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that ships with Chartcode."""
    return read_lexicon(files("codesets") / "lexicon")


def read_lexicon(folder: Traversable) -> Lexicon:
    """Read a lexicon. Raises: ConfigError naming file and line of a row of the wrong shape."""
    terms = sorted((f for f in (folder / "terms").iterdir() if _is_tsv(f)), key=lambda f: f.name)
    others = sorted((f for f in folder.iterdir() if _is_tsv(f)), key=lambda f: f.name)
    digest = hashlib.sha256()
    for file in (*terms, *others):
        digest.update(file.read_bytes())
    return Lexicon(
        terms=tuple(term for file in terms for term in _terms(file)),
        abbreviations=tuple(_abbreviations(folder / "abbreviations.tsv")),
        chronic=frozenset(prefix for (prefix,) in _rows(folder / "chronic.tsv", 1)),
        history=tuple(_pairs(folder / "history.tsv")),
        family=tuple(_pairs(folder / "family.tsv")),
        integral=tuple(_pairs(folder / "integral.tsv")),
        vague=frozenset(term for (term,) in _rows(folder / "vague.tsv", 1)),
        sha256=digest.hexdigest(),
    )


def _terms(file: Traversable) -> Iterator[LexiconTerm]:
    for code, terms in _rows(file, 2):
        for term in terms.split("|"):
            yield LexiconTerm(code, term.strip())


def _abbreviations(file: Traversable) -> Iterator[Abbreviation]:
    for short, long, case in _rows(file, 3):
        if case not in ("exact", "any"):
            raise ConfigError(f"{file.name}: case of {short} must be exact or any")
        yield Abbreviation(short, long, case == "exact")


def _pairs(file: Traversable) -> Iterator[tuple[str, str]]:
    for row in _rows(file, 2):
        yield row[0], row[1]


def _rows(file: Traversable, columns: int) -> Iterator[tuple[str, ...]]:
    """Rows below the header, without comments and blank lines."""
    lines = file.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines[1:], 2):
        content = line.split("#", 1)[0].rstrip()
        if not content:
            continue
        row = tuple(cell.strip() for cell in content.split("\t"))
        if len(row) != columns or not all(row):
            raise ConfigError(f"{file.name}, line {number}: expected {columns} filled columns")
        yield row


def _is_tsv(file: Traversable) -> bool:
    return file.name.endswith(".tsv")
