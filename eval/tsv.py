"""Reading tab-separated files and texts with errors that name file and line, never content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from coding.errors import InvalidNote


def read_text(path: Path) -> str:
    """The UTF-8 text of a file, line ends as they are.

    Raises: InvalidNote where it cannot be read, is no UTF-8 or has no words.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InvalidNote(f"{path}: {reason}; give a readable file", field="path") from None
    except UnicodeDecodeError as error:
        raise InvalidNote(
            f"{path.name}: byte {error.start + 1} is not UTF-8", field="path"
        ) from None
    if not text.strip():
        raise InvalidNote(f"{path.name}: is empty", field="path")
    return text


def rows(path: Path, columns: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The lines of a table without heading: (line from 1, its cells); blank lines are left out.

    Raises: InvalidNote, naming file and line, as read_text does and for another number of cells.
    """
    for number, line in enumerate(read_text(path).split("\n"), 1):
        cells = tuple(line.rstrip("\r").split("\t"))
        if cells == ("",):
            continue
        if len(cells) != columns:
            raise InvalidNote(
                f"{path.name} line {number}: has {len(cells)} columns, not {columns}", field="line"
            )
        yield number, cells


def wrong(path: Path, line: int, field: str, what: str) -> InvalidNote:
    """The error to raise for a cell; `what` continues the sentence "<field> ..."."""
    return InvalidNote(f"{path.name} line {line}: {field} {what}", field=field)
