"""Reading JSON lines with errors that name file, line and field, and never their content."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from coding.errors import InvalidNote

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys of one JSON object and where it stands: file name, line from 1, path inside it."""

    file: str
    line: int
    at: str
    values: Mapping[str, object]

    def wrong(self, key: str, what: str) -> InvalidNote:
        """The error to raise for a key; `what` continues the sentence "<field> ..."."""
        field = f"{self.at}.{key}" if self.at else key
        return InvalidNote(f"{self.file} line {self.line}: {field} {what}", field=field)

    def string(self, key: str, default: str | None = None) -> str:
        """A string: any where there is a default for a missing key, else one that is not empty."""
        value = self.values.get(key, default)
        if value is None and key not in self.values:
            raise self.wrong(key, "is missing")
        if not isinstance(value, str):
            raise self.wrong(key, "must be a string")
        if default is None and not value.strip():
            raise self.wrong(key, "is empty")
        return value

    def integer(self, key: str) -> int:
        """A whole number."""
        if key not in self.values:
            raise self.wrong(key, "is missing")
        value = self.values[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key, "must be a whole number")
        return value

    def number(self, key: str, *, most: float) -> float | None:
        """A number in [0, most], None where the key is missing or null."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.wrong(key, "must be a number")
        if not 0 <= value <= most:
            raise self.wrong(key, f"must lie between 0 and {most:g}")
        return float(value)

    def nested(self, key: str) -> Fields | None:
        """An object, None where the key is missing or null."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(key, "must be an object")
        return Fields(self.file, self.line, f"{self.at}.{key}" if self.at else key, value)

    def choice(self, key: str, kind: type[E]) -> E:
        """A member of an enumeration, by its value."""
        value = self.string(key)
        try:
            return kind(value)
        except ValueError:
            raise self.wrong(key, f"must be one of {', '.join(kind)}") from None

    def date(self, key: str) -> date | None:
        """A date as YYYY-MM-DD, None where the key is missing or null."""
        if self.values.get(key) is None:
            return None
        try:
            return date.fromisoformat(self.string(key))
        except ValueError:
            raise self.wrong(key, "must be a date as YYYY-MM-DD") from None

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty where the key is missing."""
        found = self._list(key, required=False)
        if not all(isinstance(value, str) for value in found):
            raise self.wrong(key, "must be a list of strings")
        return tuple(str(value) for value in found)

    def items(self, key: str, *, required: bool = False) -> tuple[Fields, ...]:
        """A list of objects; where the key is missing, empty or an error."""
        path = f"{self.at}.{key}" if self.at else key
        items = []
        for number, value in enumerate(self._list(key, required=required)):
            if not isinstance(value, dict):
                raise self.wrong(f"{key}[{number}]", "must be an object")
            items.append(Fields(self.file, self.line, f"{path}[{number}]", value))
        return tuple(items)

    def _list(self, key: str, *, required: bool) -> list[object]:
        if key not in self.values:
            if required:
                raise self.wrong(key, "is missing")
            return []
        value = self.values[key]
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list")
        return value


def lines(path: Path) -> Iterator[Fields]:
    r"""The objects of a JSONL file in order; blank lines are passed over.

    Lines end at \n alone, since text may hold other line separators.

    Raises: InvalidNote where the file cannot be read or a line is no UTF-8 or no JSON object.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InvalidNote(f"{path}: {reason}; give a readable file", field="path") from None
    for number, raw in enumerate(data.split(b"\n"), 1):
        if raw.strip():
            yield Fields(path.name, number, "", _object(path.name, number, raw))


def _object(file: str, number: int, raw: bytes) -> Mapping[str, object]:
    # The decoders' own messages quote the input, so only their offsets are passed on.
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidNote(
            f"{file} line {number}: byte {error.start + 1} is not UTF-8", field="line"
        ) from None
    except json.JSONDecodeError as error:
        raise InvalidNote(
            f"{file} line {number}: not JSON, at character {error.pos + 1}", field="line"
        ) from None
    if not isinstance(value, dict):
        raise InvalidNote(f"{file} line {number}: must be a JSON object", field="line")
    return value
