"""Operations that a sentence names, and the root operation that each is by what it was done to.

Source: ICD-10-PCS Official Guidelines B3.1a (the full definition of the root operation counts, not
the name used), B3.4a (biopsies) and B3.8 (Excision or Resection).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from coding.pcs.former_titles import former_names
from coding.pcs.morphology import Morphology
from coding.pcs.parts import PartMention
from coding.pcs.tables import SURGICAL, Tables
from coding.pcs.templates import Name, Template, index_names, procedure_names, word_rows
from coding.pcs.words import Found, Phrases, Sentence, fullest

EXCISION, RESECTION = "B", "T"
_ANY, _PART = "*", "part"
_BIOPSY = "X"
_OR = "/"
# Last words that a list of names may share.
_HEADS = frozenset({"repair", "excis", "biopsi", "releas", "remov", "resect", "fusion", "place"})
# Places between an operation and what it was done to.
_NEAR = 8
_CLOSE = 3
# Which of several sources of the same words counts.
_PREFERENCE = ("procedure", "index", "operation")


@dataclass(frozen=True, slots=True)
class Verb:
    """A general word for an operation: the root operation by the kind of its object.

    `terse` where it is one in a list of procedures only, not where a note tells what was done.
    """

    words: str
    by_object: Mapping[str, str]
    terse: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """An operation as named in a sentence, with the codes that it may stand for, axes still open.

    `source` is procedure, index or operation: a name of ours, of the official index, or a verb.
    """

    words: str
    plain: tuple[Template, ...]
    with_device: tuple[Template, ...]
    source: str
    found: Found[object]

    @property
    def general(self) -> bool:
        """Whether the words name no body part of their own."""
        return self.source == "operation"


class OperationWords:
    """Finds operations in sentences."""

    def __init__(self, tables: Tables, wordings: Iterable[tuple[str, str]]) -> None:
        names = [*procedure_names(tables), *index_names(wordings, tables), *former_names(tables)]
        rows: list[tuple[str, Name | Verb]] = [(name.words, name) for name in names]
        self._phrases = Phrases([*rows, *((verb.words, verb) for verb in _verbs())])
        self._morphology = Morphology(tables)
        self._objects = Phrases((word, kind) for word, (kind,) in word_rows("objects", 2))
        self._extents = Phrases((word, extent) for word, (extent,) in word_rows("portions", 2))

    def find(self, sentence: Sentence, parts: Iterable[PartMention], *, listed: bool) -> list[Act]:
        """The operations of a sentence, the fullest names, with whole or part decided.

        `listed` where the sentence is one of a list of procedures.
        """
        named = [f for f in self._phrases.find(sentence) if listed or not f.item.terse]
        for made in self._morphology.find(sentence):
            name = Name(made.item.words, made.item.templates, (), "index")
            named.append(Found(name, made.words, made.gap))
        found = fullest(named)
        found += _coordinated(named, found) if listed else []
        if not found:
            return []
        objects = self._objects.find(sentence)
        extents = self._extents.find(sentence)
        mentions = tuple(parts)
        by_words: dict[int, list[Found[Name | Verb]]] = defaultdict(list)
        for one in found:
            by_words[one.words[0].place].append(one)
        acts = []
        for same in by_words.values():
            best = min(same, key=lambda f: _preference(f.item))
            act = _act(best, objects, mentions)
            if act is not None:
                acts.append(_by_extent(act, extents))
        return acts


def _coordinated(
    named: Iterable[Found[Name | Verb]], found: Iterable[Found[Name | Verb]]
) -> list[Found[Name | Verb]]:
    """Names that share but their last word: "hernia and hydrocele repair" are two repairs."""
    taken = {word for one in found for word in one.words}
    return fullest(
        one
        for one in named
        if isinstance(one.item, Name)
        and len(one.words) > 1
        and one.words[-1] in taken
        and one.words[-1].stem in _HEADS
        and not taken.intersection(one.words[:-1])
    )


def _verbs() -> Iterator[Verb]:
    """The general words: those of titles know the objects of those of sentences besides."""
    told = _by_word("operations")
    listed = _by_word("operations_in_titles")
    for word, by_object in told.items():
        yield Verb(word, by_object)
    for word, by_object in listed.items():
        yield Verb(word, {**by_object, **told.get(word, {})}, terse=True)


def _by_word(name: str) -> dict[str, dict[str, str]]:
    verbs: dict[str, dict[str, str]] = defaultdict(dict)
    for word, (kind, operation) in word_rows(name, 3):
        verbs[word][kind] = operation
    return verbs


def _preference(item: Name | Verb) -> tuple[int, bool]:
    """Of names of the same words ours first, then one that tells the body part."""
    source = _PREFERENCE.index(_source(item))
    if isinstance(item, Verb):
        return source, not item.terse
    return source, not any(template.parts or template.character for template in item.plain)


def _source(item: Name | Verb) -> str:
    return item.source if isinstance(item, Name) else "operation"


def _act(
    found: Found[Name | Verb], objects: Iterable[Found[str]], parts: tuple[PartMention, ...]
) -> Act | None:
    item = found.item
    place: Found[object] = Found(None, found.words, found.gap)
    if isinstance(item, Name):
        return Act(item.words, item.plain, item.with_device, item.source, place)
    operation = _operation(item, place, objects, parts)
    if operation is None:
        return None
    qualifier = _BIOPSY if operation.endswith(_BIOPSY) else ""
    templates = tuple(
        Template(SURGICAL, "", root[0], qualifier=qualifier, rank=rank)
        for rank, root in enumerate(operation.split(_OR))
    )
    return Act(item.words, templates, (), "operation", place)


def _operation(
    verb: Verb, found: Found[object], objects: Iterable[Found[str]], parts: tuple[PartMention, ...]
) -> str | None:
    """By the nearest thing it can be done to, what follows the verb before what precedes it."""

    def distance(other: Found[object]) -> tuple[int, int]:
        before = other.words[0].place < found.words[0].place
        return found.distance(other) + 2 * before, other.words[0].place

    named: list[tuple[tuple[int, int], str]] = [
        (distance(Found(None, o.words, 0)), verb.by_object[o.item])
        for o in objects
        if o.item in verb.by_object and _beside(found, o)
    ]
    if _PART in verb.by_object:
        named += [
            # A thing named in the body part ("stone of the bladder") counts before the part.
            ((distance(p.found)[0] + 3, distance(p.found)[1]), verb.by_object[_PART])
            for p in parts
            if _beside(found, p.found)
        ]
    if named:
        return min(named)[1]
    return verb.by_object.get(_ANY)


def _beside(found: Found[object], other: Found[str] | Found[object]) -> bool:
    apart = found.distance(Found(None, other.words, 0))
    same = {w.place for w in found.words} & {w.place for w in other.words}
    return apart <= _NEAR and not same and abs(other.segment - found.segment) <= 1


def _by_extent(act: Act, extents: Iterable[Found[str]]) -> Act:
    """Excision where a word beside it says that part was taken, Resection where the whole was."""
    for extent in extents:
        if act.found.distance(extent) > _CLOSE or extent.segment != act.found.segment:
            continue
        if any(word in act.found.words for word in extent.words):
            continue
        if extent.item == "part" and _all_are(act, RESECTION) and len(act.found.words) == 1:
            return replace(act, plain=_as(act.plain, EXCISION))
        sampled = act.plain[0].qualifier
        entire = act.general or (extent.item == "all" and act.found.distance(extent) <= 1)
        if extent.item in ("whole", "all") and entire and _all_are(act, EXCISION) and not sampled:
            return replace(act, plain=_as(act.plain, RESECTION))
    return act


def _all_are(act: Act, operation: str) -> bool:
    return all(t.operation == operation for t in act.plain)


def _as(templates: tuple[Template, ...], operation: str) -> tuple[Template, ...]:
    return tuple(replace(t, operation=operation) for t in templates)
