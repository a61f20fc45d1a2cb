"""The same notes coded under two releases: the work list for the day on which codes change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coding.errors import ChartcodeError
from coding.pipeline import Coder
from coding.protocols import CodeSystem
from coding.to_json import Json
from coding.types import CodingOptions, CodingResult, Decision, Note, Setting, System
from eval.jsonl import Fields, lines


@dataclass(frozen=True, slots=True)
class Changed:
    """A suggestion that only one of the releases accepts. `why` says what befell its code."""

    note_id: str
    code: str
    display: str
    gone: bool
    why: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What changes over all notes; `failed` could not be coded under one of the releases."""

    system: System
    old: str
    new: str
    notes: int
    failed: int
    changes: tuple[Changed, ...]

    def by_code(self) -> Mapping[tuple[str, str, bool, str], int]:
        """Notes for each (code, display, gone, why), most notes first."""
        counts: dict[tuple[str, str, bool, str], int] = {}
        for c in self.changes:
            key = (c.code, c.display, c.gone, c.why)
            counts[key] = counts.get(key, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def to_json(self) -> Json:
        """As programs read it; no word of a note is in it."""
        return {
            "system": self.system,
            "old": self.old,
            "new": self.new,
            "notes": self.notes,
            "failed": self.failed,
            "changes": [
                {
                    "note_id": c.note_id,
                    "code": c.code,
                    "display": c.display,
                    "accepted_under": self.old if c.gone else self.new,
                    "why": c.why,
                }
                for c in self.changes
            ],
        }


def read_notes(path: Path) -> Iterator[Note]:
    """The notes of a JSONL file of gold charts or of requests: id, text and setting of each line.

    Raises: InvalidNote naming file, line and field.
    """
    for fields in lines(path):
        yield _note(fields)


def impact(
    coder: Coder,
    notes: Sequence[Note],
    old: CodeSystem,
    new: CodeSystem,
    step: Callable[[], None] = lambda: None,
) -> Impact:
    """Code every note as of the first day of each release; `step` is called after each note."""
    changes: list[Changed] = []
    failed = 0
    for note in notes:
        before, after = _coded(coder, note, old), _coded(coder, note, new)
        step()
        if before is None or after is None:
            failed += 1
            continue
        changes += _changes(note.id, before, after, old, new)
    return Impact(old.system, old.release, new.release, len(notes), failed, tuple(changes))


def _note(fields: Fields) -> Note:
    return Note(fields.string("id"), fields.string("text"), fields.choice("setting", Setting))


def _coded(coder: Coder, note: Note, release: CodeSystem) -> CodingResult | None:
    options = CodingOptions(systems=(release.system,))
    try:
        return coder.code(replace(note, service_date=release.valid_from), options)
    except ChartcodeError:
        return None


def _changes(
    note_id: str, before: CodingResult, after: CodingResult, old: CodeSystem, new: CodeSystem
) -> Iterator[Changed]:
    one, other = _accepted(before), _accepted(after)
    for code in sorted(one.keys() - other):
        yield Changed(note_id, code, one[code], True, _fate(code, new))
    for code in sorted(other.keys() - one):
        yield Changed(note_id, code, other[code], False, _origin(code, old))


def _accepted(result: CodingResult) -> dict[str, str]:
    return {s.code.value: s.display for s in result.suggestions if s.decision is Decision.ACCEPT}


def _fate(code: str, new: CodeSystem) -> str:
    if code not in new:
        return "deleted"
    return "still valid; another code is preferred" if new.billable(code) else "no longer billable"


def _origin(code: str, old: CodeSystem) -> str:
    if code not in old:
        return "new"
    return "valid before; now preferred" if old.billable(code) else "newly billable"


def impact_rows(result: Impact) -> Iterable[tuple[str, str, str, str]]:
    """Rows for people: notes, "-" or "+" with the code, what befell it, its title."""
    for (code, display, gone, why), count in result.by_code().items():
        yield str(count), f"{'-' if gone else '+'} {code}", why, display
