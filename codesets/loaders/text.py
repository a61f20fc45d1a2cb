"""The text of an official file, whatever its encoding and line ends."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from coding.errors import CodeSetError


def decode(name: str, raw: bytes) -> str:
    """UTF-8 or UTF-16 with its mark, UTF-8, else Windows Latin-1; line ends become a line feed.

    Raises: CodeSetError naming the file and the line where it holds NUL bytes: it is no text.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = raw.decode("utf-16", errors="replace")
    else:
        nul = raw.find(b"\0")
        if nul >= 0:
            raise bad_line(name, raw.count(b"\n", 0, nul) + 1, "holds a NUL byte, so it is no text")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines(name: str, raw: bytes) -> Iterator[tuple[int, str]]:
    """Every line that is not blank, with its number from 1."""
    for number, line in enumerate(decode(name, raw).split("\n"), 1):
        if line.strip():
            yield number, line


def bad_line(name: str, line: int, problem: str) -> CodeSetError:
    """The error that names file and line; nothing of the line is repeated."""
    return CodeSetError(f"{name}, line {line}: {problem}")
