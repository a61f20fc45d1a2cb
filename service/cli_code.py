"""`chartcode code`: one note from a file or standard input, as a table or as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from coding.errors import InvalidNote, NoteTooLong
from coding.types import Claim, CodingOptions, Note, Setting


def code(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A note as plain text in UTF-8, or a request as .json; - is standard input.",
        ),
    ],
    setting: Annotated[
        Setting | None,
        typer.Option(
            metavar="SETTING", help="outpatient, emergency or inpatient. [default: outpatient]"
        ),
    ] = None,
    claim: Annotated[
        Claim | None,
        typer.Option(
            metavar="CLAIM",
            help="facility or professional. [default: facility for inpatients, else professional]",
        ),
    ] = None,
    date: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Date of service.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the JSON result.")] = False,
) -> None:
    """Code one note."""
    from service.config import load_config

    config = load_config(context.obj)
    raw = _read(file, config.max_body_bytes)
    chosen = {"setting": setting, "claim": claim, "service_date": date}
    flags = {name: str(value) for name, value in chosen.items() if value is not None}
    note, options = _request(file, raw, flags, config.engine.max_note_chars)

    from coding.build import build_coder

    result = build_coder(config.engine).code(note, options)
    if as_json:
        from coding.to_json import dumps, result_to_json

        sys.stdout.buffer.write((dumps(result_to_json(result)) + "\n").encode("utf-8"))
        return

    from rich.console import Console

    from service.table import print_result

    print_result(result, Console())


def _read(file: str, max_bytes: int) -> bytes:
    """The bytes of a file or of standard input. Raises: InvalidNote, NoteTooLong."""
    if file == "-":
        raw = sys.stdin.buffer.read(max_bytes + 1)
    else:
        try:
            with Path(file).open("rb") as source:
                raw = source.read(max_bytes + 1)
        except OSError as error:
            raise InvalidNote(f"cannot read {file}: {error.strerror}") from None
    if len(raw) > max_bytes:
        raise NoteTooLong(f"{file} has more than {max_bytes} bytes, the most that is read")
    return raw.removeprefix(b"\xef\xbb\xbf")


def _request(
    file: str, raw: bytes, flags: dict[str, str], max_note_chars: int
) -> tuple[Note, CodingOptions]:
    """The note of a plain text or of a JSON request: both pass the checks of the HTTP body."""
    from service.schemas import parse_request

    if file.lower().endswith(".json"):
        if flags:
            raise typer.BadParameter("a .json request says this itself", param_hint=[*flags])
        return parse_request(raw, max_note_chars=max_note_chars)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidNote(f"the note is not UTF-8 at byte {error.start}", field="text") from None
    name = "stdin" if file == "-" else Path(file).name
    request = {"id": name, "text": text, "setting": Setting.OUTPATIENT, **flags}
    return parse_request(json.dumps(request), max_note_chars=max_note_chars)
