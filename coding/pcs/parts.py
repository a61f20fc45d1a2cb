"""Body parts that a sentence names: by label, by the official Body Part Key and by our synonyms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coding.pcs.part_key import body_part_key
from coding.pcs.tables import SURGICAL, Tables, part_key, split_side
from coding.pcs.templates import word_rows
from coding.pcs.words import Found, Phrases, Sentence, Word, fullest
from coding.types import Span

# A place in the hierarchy of codes: body system ("10" in Obstetrics) and key of the body part.
Place = tuple[str, str]
_LEVEL = re.compile(
    r"\b([CTL])(\d{1,2})(?:\s*(?:-|–|/|to|through|and)\s*([CTLS])?(\d{1,2}))?\b", re.I
)
_SPINE = {"C": "Cervical", "T": "Thoracic", "L": "Lumbar"}
_LONGEST_LEVEL = 12
# Places between a body part and the word for its layer.
_LAYER_NEAR = 3
_TOOTH = re.compile(r"(?:#|\bteeth numbers? |\bnumber |(?<=\d), |\band )(\d{1,2})\b(?!\.\d)")
_LAST_UPPER, _LAST_TOOTH = 16, 32


@dataclass(frozen=True, slots=True)
class PartMention:
    """Words that name a body part: what they can stand for, the first preferred."""

    places: tuple[Place, ...]
    found: Found[object]

    @property
    def span(self) -> Span:
        """Where the words stand."""
        return self.found.span

    def in_system(self, system: str) -> tuple[str, ...]:
        """The keys that it can stand for in one body system."""
        return tuple(key for where, key in self.places if where == system)


class PartWords:
    """Finds body parts in sentences."""

    def __init__(self, tables: Tables) -> None:
        labels = tables.part_labels()
        self._systems: dict[str, list[str]] = defaultdict(list)
        for system, key in labels:
            self._systems[key].append(system)
        self._phrases = Phrases(self._rows(labels.items()))
        layers = ((word, frozenset(systems)) for word, (systems,) in word_rows("layers", 2))
        self._layers = Phrases(layers)

    def find(self, sentence: Sentence) -> list[PartMention]:
        """The body parts that a sentence names, in its order; a layer word narrows those near."""
        layers = self._layers.find(sentence)
        mentions = []
        by_words: dict[tuple[Word, ...], list[Place]] = defaultdict(list)
        for found in fullest(self._phrases.find(sentence)):
            by_words[found.words].extend(p for p in found.item if p not in by_words[found.words])
        for words, places in by_words.items():
            found_part: Found[object] = Found(None, words, 0)
            narrowed = _narrowed(places, found_part, layers)
            mentions.append(PartMention(tuple(narrowed), found_part))
        for level in (*_levels(sentence), *_teeth(sentence)):
            narrowed = _narrowed(level.places, level.found, layers)
            mentions.append(PartMention(tuple(narrowed), level.found))
        return sorted(mentions, key=lambda m: m.span)

    def _rows(self, labels: Iterable[tuple[Place, str]]) -> Iterator[tuple[str, tuple[Place, ...]]]:
        """Ours first: where words have several readings the order is the preference."""
        for word, (cell,) in word_rows("parts", 2):
            yield word, tuple(_place(item) for item in cell.split(";"))
        for place, label in labels:
            yield label, (place,)
        for term, label in body_part_key():
            key, _ = split_side(label)
            places = tuple((system, key) for system in self._systems.get(key, ()))
            if places:
                yield term, places


def _place(item: str) -> Place:
    system, _, label = item.strip().partition(":")
    return system, part_key(label)


def _narrowed(
    places: Sequence[Place], part: Found[object], layers: Iterable[Found[frozenset[str]]]
) -> Sequence[Place]:
    """The readings of a site that fit a layer named beside it: "subcutaneous, of the foot"."""
    for layer in layers:
        if part.distance(layer) <= _LAYER_NEAR and layer.words != part.words:
            fitting = [place for place in places if place[0] in layer.item]
            if fitting:
                return fitting
    return places


def _levels(sentence: Sentence) -> Iterator[PartMention]:
    """Vertebral levels: "L4-L5" is one lumbar joint, disc, vertebra, cord and nerve."""
    for match in _LEVEL.finditer(sentence.text):
        if len(match[0]) > _LONGEST_LEVEL or not match[1].isupper():
            continue
        places = tuple(_of_level(match))
        span = Span(sentence.span.start + match.start(), sentence.span.start + match.end())
        words = tuple(w for w in sentence.words if span.overlaps(w.span))
        if places and words:
            yield PartMention(places, Found(None, words, 0))


def _teeth(sentence: Sentence) -> Iterator[PartMention]:
    """Tooth numbers of the universal system: 1 to 16 are upper teeth, 17 to 32 lower ones."""
    if "tooth" not in sentence.at:
        return
    for match in _TOOTH.finditer(sentence.text):
        number = int(match[1])
        if 1 <= number <= _LAST_TOOTH:
            label = "Upper Tooth" if number <= _LAST_UPPER else "Lower Tooth"
            span = Span(sentence.span.start + match.start(), sentence.span.start + match.end())
            words = tuple(w for w in sentence.words if span.overlaps(w.span))
            if words:
                yield PartMention((("C", part_key(label)),), Found(None, words, 0))


def _of_level(match: re.Match[str]) -> Iterator[Place]:
    region, first = match[1].upper(), int(match[2])
    last_region = (match[3] or region).upper()
    last = int(match[4]) if match[4] else first
    crossing = f"{region}{last_region}"
    count = max(last - first, 1) if region == last_region else 1
    name = _SPINE[region]
    joint, disc = f"{name} Vertebral Joint", f"{name} Vertebral Disc"
    if crossing == "LS":
        joint, disc = "Lumbosacral Joint", "Lumbosacral Disc"
    elif crossing == "CT":
        joint, disc = "Cervicothoracic Vertebral Joint", "Cervicothoracic Vertebral Disc"
    elif crossing == "TL":
        joint, disc = "Thoracolumbar Vertebral Joint", "Thoracolumbar Vertebral Disc"
    elif count > 1:
        many = "2 to 7" if region == "T" else "2 or more"
        joint = f"{name} Vertebral Joints, {many}"
    joints, bones = ("S", "Q") if region == "L" else ("R", "P")
    for system, label in (
        (joints, joint),
        (joints, disc),
        (bones, f"{name} Vertebra"),
        (SURGICAL, f"{name} Spinal Cord"),
        ("1", f"{name} Nerve"),
    ):
        yield system, part_key(label)
