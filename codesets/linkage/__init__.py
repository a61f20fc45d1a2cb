"""What kind of service a procedure code is, and which diagnoses justify it.

Written for this project. Plain TSV files with a header line; `#` begins a comment line:

    kinds.tsv      system, kind, codes          kinds are told in the file
    supports.tsv   system, codes, fit, diagnoses, relation
    included.tsv   CPT codes, the codes they are a part of, relation
    distinct.tsv   system, codes, beside which codes they need 59 or X{EPSU}, relation
    cues.tsv       modifier, where its words stand, kinds it goes on, the words
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

from codesets.starter import read_starter
from coding.errors import ConfigError
from coding.types import Code, System

# The procedures of some thousand charts fit.
_CACHED_CODES = 8_192
_FITS = ("typical", "possible")
_PLACES = ("sentence", "section", "note")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Range:
    """Codes from `first` to `last`, both included: either may be the beginning of codes."""

    first: str
    last: str

    def __contains__(self, value: str) -> bool:
        return value[: len(self.first)] >= self.first and value[: len(self.last)] <= self.last


@dataclass(frozen=True, slots=True)
class Relation:
    """Diagnoses that justify a group of procedures; `name` says what binds them.

    `typical` ties the group to an organ or purpose, else the diagnoses are merely possible.
    """

    name: str
    typical: bool
    diagnoses: tuple[Range, ...]

    def covers(self, diagnosis: str) -> bool:
        """Whether the diagnosis, in printed form, is one of them."""
        return any(diagnosis in one for one in self.diagnoses)


@dataclass(frozen=True, slots=True)
class Distinct:
    """Codes beside which a procedure is no service of its own.

    Of those in distinct.tsv the note may set it apart, of those in included.tsv not.
    """

    name: str
    beside: tuple[Range, ...]

    def covers(self, value: str) -> bool:
        """Whether a code is one of them."""
        return any(value in one for one in self.beside)


@dataclass(frozen=True, slots=True)
class ModifierCue:
    """Words that call for a modifier on codes of certain kinds ("any": all but visits).

    `where` is sentence, section or note: how far from the procedure's own words they may stand.
    `heads` are the first words of the phrases in lower case: a text without any of them has none.
    """

    modifier: str
    where: str
    kinds: frozenset[str]
    pattern: re.Pattern[str]
    heads: tuple[str, ...]


class Linkage:
    """Kinds and justifications of codes, found by code."""

    def __init__(
        self,
        kinds: Iterable[tuple[System, Range, str]],
        relations: Iterable[tuple[System, Range, Relation]],
        distinct: Iterable[tuple[System, Range, Distinct]],
        cues: Iterable[ModifierCue],
        included: Iterable[tuple[System, Range, Distinct]] = (),
    ) -> None:
        self._cues: dict[str, list[ModifierCue]] = defaultdict(list)
        for cue in cues:
            self._cues[cue.modifier].append(cue)
        self._kinds = _by_system(kinds)
        self._relations = _by_system(relations)
        self._distinct = _by_system(distinct)
        self._included = _by_system(included)
        self.kinds: Callable[[Code], frozenset[str]] = lru_cache(_CACHED_CODES)(self._find_kinds)
        self.relations: Callable[[Code], tuple[Relation, ...]] = lru_cache(_CACHED_CODES)(
            self._find_relations
        )
        self.distinct: Callable[[Code], tuple[Distinct, ...]] = lru_cache(_CACHED_CODES)(
            self._find_distinct
        )
        self.included: Callable[[Code], tuple[Distinct, ...]] = lru_cache(_CACHED_CODES)(
            self._find_included
        )

    def cues(self, modifier: str) -> Sequence[ModifierCue]:
        """The rows of words that call for a modifier."""
        return self._cues.get(modifier, ())

    def _find_kinds(self, code: Code) -> frozenset[str]:
        return frozenset(kind for codes, kind in self._kinds[code.system] if code.value in codes)

    def _find_distinct(self, code: Code) -> tuple[Distinct, ...]:
        return tuple(what for codes, what in self._distinct[code.system] if code.value in codes)

    def _find_included(self, code: Code) -> tuple[Distinct, ...]:
        return tuple(what for codes, what in self._included[code.system] if code.value in codes)

    def _find_relations(self, code: Code) -> tuple[Relation, ...]:
        return tuple(what for codes, what in self._relations[code.system] if code.value in codes)


@cache
def load_linkage() -> Linkage:
    """The tables that ship with Chartcode. Raises: ConfigError for a row that cannot be read."""
    return Linkage(_kinds(), _relations(), _distinct(), _cues(), _included())


def _kinds() -> Iterator[tuple[System, Range, str]]:
    for system, kind, codes in read_starter("linkage/kinds.tsv", 3):
        for one in _ranges(codes):
            yield System(system), one, kind


def _relations() -> Iterator[tuple[System, Range, Relation]]:
    for system, codes, fit, diagnoses, name in read_starter("linkage/supports.tsv", 5):
        if fit not in _FITS:
            raise ConfigError(f"linkage/supports.tsv: fit of {codes} must be one of {_FITS}")
        relation = Relation(name, fit == "typical", tuple(_ranges(diagnoses)))
        for one in _ranges(codes):
            yield System(system), one, relation


def _distinct() -> Iterator[tuple[System, Range, Distinct]]:
    for system, codes, beside, name in read_starter("linkage/distinct.tsv", 4):
        what = Distinct(name, tuple(_ranges(beside)))
        for one in _ranges(codes):
            yield System(system), one, what


def _included() -> Iterator[tuple[System, Range, Distinct]]:
    for codes, part_of, name in read_starter("linkage/included.tsv", 3):
        what = Distinct(name, tuple(_ranges(part_of)))
        for one in _ranges(codes):
            yield System.CPT, one, what


def _cues() -> Iterator[ModifierCue]:
    for modifier, where, kinds, words in read_starter("linkage/cues.tsv", 4):
        if where not in _PLACES:
            raise ConfigError(f"linkage/cues.tsv: {modifier} must stand in one of {_PLACES}")
        phrases = "|".join(_phrase(words) for words in words.split("|"))
        pattern = re.compile(rf"(?<!\w)(?:{phrases})", re.IGNORECASE)
        heads = tuple(sorted({phrase.split()[0].lower() for phrase in words.split("|")}))
        yield ModifierCue(modifier, where, frozenset(kinds.split()), pattern, heads)


def _phrase(words: str) -> str:
    """A phrase as a pattern: any white space between words, "..." for a stretch of a sentence."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in words.split("..."))
    return r"\b[^.;]{1,60}?\b".join(parts)


def _ranges(text: str) -> Iterator[Range]:
    """The ranges of a cell: "A00-A09 B20" are two. Raises: ConfigError for one the wrong way."""
    for part in text.split():
        first, _, last = part.partition("-")
        if last and first > last:
            raise ConfigError(f"linkage: {part} ends before it begins")
        yield Range(first, last or first)


def _by_system(rows: Iterable[tuple[System, Range, T]]) -> dict[System, list[tuple[Range, T]]]:
    found: dict[System, list[tuple[Range, T]]] = defaultdict(list)
    for system, codes, what in rows:
        found[system].append((codes, what))
    return found
