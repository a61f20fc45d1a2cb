"""All that the lines of a note say of operations, axis by axis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codesets.axes import AXES, AxisLabels
from codesets.release import Release
from coding.pcs.approach import ApproachWords, Cue
from coding.pcs.devices import Labels, LabelWords
from coding.pcs.note_words import Line, NoteWords, Where
from coding.pcs.operations import Act, OperationWords
from coding.pcs.parts import PartMention, PartWords
from coding.pcs.tables import Tables
from coding.pcs.words import Found, SideWord
from coding.types import Span

_INDEX = "index.json"
# How much oftener one side must be named in the whole note than the other to be meant.
_CLEARLY = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What one line says."""

    line: Line
    acts: tuple[Act, ...]
    parts: tuple[PartMention, ...]
    approaches: tuple[Found[Cue], ...]
    devices: tuple[Found[Labels], ...]
    qualifiers: tuple[Found[Labels], ...]

    @property
    def sides(self) -> tuple[SideWord, ...]:
        """Its words of side."""
        return self.line.sentence.sides


@dataclass(frozen=True)
class Story:
    """What all lines of a note say."""

    note: NoteWords
    scenes: tuple[Scene, ...]

    @cached_property
    def told(self) -> tuple[Scene, ...]:
        """The lines that tell what was done: titles and the description of the operation."""
        wanted = (Where.TITLE, Where.DESCRIPTION)
        return tuple(s for s in self.scenes if s.line.where in wanted)

    @cached_property
    def titles(self) -> tuple[Scene, ...]:
        """The lines that name the procedures."""
        return tuple(s for s in self.scenes if s.line.where is Where.TITLE)

    @cached_property
    def diagnoses(self) -> tuple[Scene, ...]:
        """The lines that name the diagnoses before and after an operation."""
        return tuple(s for s in self.scenes if s.line.where is Where.DIAGNOSIS)

    @cached_property
    def approaches(self) -> tuple[Found[Cue], ...]:
        """What the report says of the approach."""
        return tuple(cue for scene in self.told for cue in scene.approaches)

    @cached_property
    def devices(self) -> tuple[Found[Labels], ...]:
        """What the report says of devices."""
        return tuple(cue for scene in self.told for cue in scene.devices)

    @cached_property
    def qualifiers(self) -> tuple[Found[Labels], ...]:
        """What the report says of qualifiers."""
        return tuple(cue for scene in self.told for cue in scene.qualifiers)

    @cached_property
    def side(self) -> tuple[str, Span] | None:
        """The side that titles and diagnoses name, or that the note names far oftener.

        Both sides among the titles mean that a title without one may be of either.
        """
        wanted = (Where.TITLE, Where.DIAGNOSIS)
        named = [w for s in self.scenes if s.line.where in wanted for w in s.sides]
        if named:
            sides = {word.side for word in named}
            return (named[0].side, named[0].span) if len(sides) == 1 else None
        words = [w for s in self.scenes for w in s.sides if w.side != "B"]
        counts = Counter(word.side for word in words)
        for side, other in (("R", "L"), ("L", "R")):
            if counts[side] > _CLEARLY * counts[other]:
                return side, next(w.span for w in words if w.side == side)
        return None


class Finders:
    """Everything that finds words of operations: built once for a release, read-only after."""

    def __init__(self, tables: Tables, index: Mapping[str, object]) -> None:
        self._operations = OperationWords(tables, _wordings(index))
        self._parts = PartWords(tables)
        self._approaches = ApproachWords()
        self._devices = LabelWords("devices")
        self._qualifiers = LabelWords("qualifiers")

    def read(self, note: NoteWords) -> Story:
        """What a note says of operations."""
        return Story(note, tuple(self._scene(line) for line in note.lines))

    def _scene(self, line: Line) -> Scene:
        sentence = line.sentence
        parts = tuple(self._parts.find(sentence))
        return Scene(
            line,
            tuple(self._operations.find(sentence, parts, listed=line.where is Where.TITLE)),
            parts,
            tuple(self._approaches.find(sentence)),
            tuple(self._devices.find(sentence)),
            tuple(self._qualifiers.find(sentence)),
        )


def tables_of(codes: Release) -> Tables:
    """The tables of a release."""
    return Tables(AxisLabels.from_json(codes.extra(AXES)), codes)


def finders_of(codes: Release, tables: Tables) -> Finders:
    """The finders over a release."""
    return Finders(tables, codes.extra(_INDEX))


def _wordings(index: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    rows = index.get("wordings", [])
    assert isinstance(rows, list)
    for code, text in rows:
        yield str(code), str(text)
