"""Terms of the Alphabetic Index with their codes, and which of them are held out.

The file is the index flattened to rows (RowID, Letter, Level, Term, See, SeeAlso, NonEssModif,
Code), as comma-separated values, plain or gzipped. A term is the row's words after those of the
rows it stands under: "Abdomen, abdominal, acute". What is held out goes by a hash of the term's
words, so that trainers and this task agree without a list, whatever the order of the words.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coding.errors import InvalidNote
from coding.protocols import CodeSystem
from eval.bm25 import stems
from eval.tsv import wrong

COLUMNS = ("Level", "Term", "Code")
_WORD = re.compile(r"\w+")
PARTS = 20
SPLITS = {"dev": 0, "test": 1}
"""A twentieth of the terms each; all others are for training."""


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A term with the code the index gives it; `line` of the file, from 1."""

    text: str
    code: str
    line: int

    @property
    def split(self) -> str:
        """dev, test or train."""
        return split_of(self.text)


def split_of(term: str) -> str:
    """The split of a wording: by SHA-256 over its distinct words, case aside, in alphabetic order.

    Not over stems: how words are stemmed may change, and what was held out must stay so.
    """
    key = " ".join(sorted(set(_WORD.findall(term.casefold()))))
    part = int(hashlib.sha256(key.encode("utf-8")).hexdigest(), 16) % PARTS
    return next((split for split, number in SPLITS.items() if number == part), "train")


def load_index(path: Path, codes: CodeSystem) -> tuple[IndexTerm, ...]:
    """The distinct terms that lead to a billable code of a release, in the order of the file.

    Rows without a code, with a header ("H93.29-") or a code that the release lacks are passed over;
    of a term that comes again the first counts.

    Raises: InvalidNote, naming file and line, where the file is not such a table.
    """
    found: dict[str, IndexTerm] = {}
    above: list[str] = []
    for line, level, words, code in _rows(path):
        if level > len(above):
            raise wrong(path, line, "Level", f"is {level}, after a row of level {len(above) - 1}")
        above = [*above[:level], words]
        text = ", ".join(above)
        if code in codes and codes.billable(code) and stems(text):
            found.setdefault(text.casefold(), IndexTerm(text, code, line))
    if not found:
        raise InvalidNote(f"{path.name}: no term leads to a code of the release", field="path")
    return tuple(found.values())


def _rows(path: Path) -> Iterator[tuple[int, int, str, str]]:
    reader = csv.DictReader(io.StringIO(_content(path), newline=""))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise InvalidNote(
            f"{path.name} line 1: must name the columns {', '.join(COLUMNS)}", field="line"
        )
    for row in reader:
        level = row["Level"] or ""
        if not level.isdigit():
            raise wrong(path, reader.line_num, "Level", "must be a whole number")
        yield reader.line_num, int(level), (row["Term"] or "").strip(), (row["Code"] or "").strip()


def _content(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidNote(
            f"{path.name}: byte {error.start + 1} is not UTF-8", field="path"
        ) from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "cannot be read"
        raise InvalidNote(f"{path}: {reason}; give a readable file", field="path") from None
