"""JSON as clients send it, read strictly; no message repeats what was sent."""

from __future__ import annotations

import json

from coding.errors import InvalidNote

# Longer runs of digits cost quadratic time to read and mean nothing in a request.
_MAX_DIGITS = 40


def read_json_object(raw: bytes | str) -> dict[str, object]:
    """The one JSON object that a request is.

    Refused beyond what JSON itself refuses: a name that stands twice in one object, NaN and
    Infinity, whole numbers of more than 40 digits. A byte order mark at the start is skipped.

    Raises: InvalidNote.
    """
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise InvalidNote(f"the request is not UTF-8 at byte {error.start}") from None
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_int,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise InvalidNote(f"the request is not JSON; it breaks off at {at}") from None
    except RecursionError:
        raise InvalidNote("the request is nested too deeply") from None
    if not isinstance(value, dict):
        raise InvalidNote("the request is not a JSON object")
    return value


def is_plain_name(name: str) -> bool:
    """Whether a name sent by a client may be repeated to it: it looks like a field's name."""
    return len(name) < 40 and name.isascii() and name.isidentifier()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, value in pairs:
        if name in made:
            shown = name if is_plain_name(name) else None
            raise InvalidNote("the request names a field twice", field=shown)
        made[name] = value
    return made


def _int(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise InvalidNote(f"the request has a whole number of more than {_MAX_DIGITS} digits")
    return int(digits)


def _constant(_: str) -> object:
    raise InvalidNote("the request has NaN or Infinity, which JSON does not know")
