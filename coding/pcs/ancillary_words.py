"""The words of imaging, sampling, monitoring and support, and the ICD-10-PCS characters for them.

Three lists in codesets/pcs_words say it all: what is done (a modality and its table), what it is
done to (a body part and its characters), and wordings that name both at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from codesets.starter import read_starter
from codesets.words import Token, normalise
from coding.errors import ConfigError

_FOLDER = "pcs_words"
# A wording, or a word of it, that is meant only in this case: "US" is no pronoun.
_EXACT = "="
_TOGETHER = "+"


@dataclass(frozen=True, slots=True)
class Place:
    """Characters for a body part: of the right, the left and both sides, all the same if unsided.

    `both` is empty where both sides have no character of their own. `pair`: a note that tells no
    side means both.
    """

    right: str
    left: str
    both: str
    pair: bool = False

    @property
    def sided(self) -> bool:
        """Whether the characters tell the side."""
        return self.right != self.left


@dataclass(frozen=True, slots=True)
class Modality:
    """What is done: a table ("B?2" with "?" for the body system), and which places fill it.

    `ending` is how its codes end where they can; `default` what it is where no body part is named.
    """

    name: str
    table: str
    places: str
    ending: str
    default: str

    def code(self, place: str) -> str:
        """The beginning of a code for the characters of a place."""
        if "?" not in self.table:
            return self.table + place
        return self.table.replace("?", place[0]) + place[1:]


@dataclass(frozen=True, slots=True)
class Part:
    """What it is done to; `places` by kind of modality, preferred ones first.

    `names` are several where the words name parts together ("abdominopelvic").
    """

    names: frozenset[str]
    places: Mapping[str, tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class Procedure:
    """A wording that needs nothing else; `prior` says how surely, 0 that it is no procedure."""

    wording: str
    prior: float
    places: tuple[Place, ...]


Item = Modality | Part | Procedure


@dataclass(frozen=True, slots=True)
class _Phrase:
    stems: tuple[str, ...]
    exact: tuple[str, ...]
    item: Item


@dataclass(frozen=True, slots=True)
class Mention:
    """An item named by the tokens [first, last] of a note, both included."""

    item: Item
    first: int
    last: int


class AncillaryWords:
    """All wordings, found in the tokens of a note: the longest at each place."""

    def __init__(self, phrases: Sequence[_Phrase], parts: Sequence[Part]) -> None:
        by_first: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in phrases:
            by_first[phrase.stems[0]].append(phrase)
        self._phrases = {
            stem: tuple(sorted(own, key=lambda p: (-len(p.stems), not any(p.exact))))
            for stem, own in by_first.items()
        }
        self._parts = {part.names: part for part in parts}

    def part(self, names: frozenset[str]) -> Part | None:
        """The part that these together are, if the lists have one."""
        return self._parts.get(names)

    def mentions(self, text: str, tokens: Sequence[Token]) -> tuple[Mention, ...]:
        """What the tokens of a text name, in order, none overlapping."""
        found: list[Mention] = []
        i = 0
        while i < len(tokens):
            phrase = self._at(text, tokens, i)
            if phrase is None:
                i += 1
                continue
            found.append(Mention(phrase.item, i, i + len(phrase.stems) - 1))
            i += len(phrase.stems)
        return tuple(found)

    def _at(self, text: str, tokens: Sequence[Token], i: int) -> _Phrase | None:
        for phrase in self._phrases.get(tokens[i].stem, ()):
            own = tokens[i : i + len(phrase.stems)]
            if len(own) == len(phrase.stems) and all(
                token.stem == stem and (not exact or text[token.start : token.end] == exact)
                for token, stem, exact in zip(own, phrase.stems, phrase.exact, strict=True)
            ):
                return phrase
        return None


@cache
def load_ancillary_words() -> AncillaryWords:
    """The lists that ship with Chartcode. Raises: ConfigError naming a row of the wrong shape."""
    phrases: list[_Phrase] = []
    parts: list[Part] = []
    for name, table, places, ending, default, words in _rows("modalities", 6):
        modality = Modality(name, table, places, ending, default)
        phrases += _phrases(words, modality)
    for name, words, places in _rows("parts", 3):
        part = Part(frozenset(name.split(_TOGETHER)), _kinds(places))
        parts.append(part)
        phrases += _phrases(words, part)
    for prior, codes, words in _rows("procedures", 3):
        own = tuple(parse_place(code) for code in codes.split())
        for wording in words.split("|"):
            clean = wording.replace(_EXACT, "").strip()
            phrases += _phrases(wording, Procedure(clean, float(prior), own))
    return AncillaryWords(phrases, parts)


def parse_place(text: str) -> Place:
    """A place as the lists write it: "W0", "T1/T2/T3", "3S/3T/" or, for a pair, "0/1/+".

    Raises: ConfigError for anything else.
    """
    sides = text.split("/")
    if len(sides) == 1 and text:
        return Place(text, text, text)
    if len(sides) != 3 or not sides[0] or not sides[1]:
        raise ConfigError(f"{_FOLDER}: {text!r} is no place: right/left/both")
    pair = sides[2] == _TOGETHER
    return Place(sides[0], sides[1], "" if pair else sides[2], pair)


def _kinds(text: str) -> Mapping[str, tuple[Place, ...]]:
    kinds = {}
    for cell in text.split(";"):
        kind, _, places = cell.strip().partition("=")
        kinds[kind] = tuple(parse_place(place) for place in places.split())
    return kinds


def _rows(name: str, columns: int) -> Iterator[tuple[str, ...]]:
    return read_starter(f"{_FOLDER}/ancillary_{name}.tsv", columns)


def _phrases(words: str, item: Item) -> Iterator[_Phrase]:
    for wording in words.split("|"):
        stems: list[str] = []
        exact: list[str] = []
        for word in wording.split():
            only = word.startswith(_EXACT)
            bare = word.removeprefix(_EXACT)
            own = [token.stem for token in normalise(bare)]
            stems += own
            exact += [bare if only else ""] * len(own)
        if stems:
            yield _Phrase(tuple(stems), tuple(exact), item)
