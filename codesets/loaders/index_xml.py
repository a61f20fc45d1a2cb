"""The Alphabetic Index and its tables as wordings: how the Index words what it sends to a code.

Index, External Cause index, neoplasm table and drug table are XML of one form: `letter` >
`mainTerm` > `term` nested by level, each with a `title` (`nemod` in it are nonessential modifiers,
which change nothing and are left out), and a `code` or, in the tables, a `cell` a column.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, ParseError

from codesets.loaders.text import bad_line, decode
from coding.errors import CodeSetError
from coding.types import Code, System

# Columns of the tables, from 2 on, as their heads name them, worded as notes do.
_NEOPLASM = {
    "2": ("malignant neoplasm of {}", "cancer of {}"),
    "3": ("secondary malignant neoplasm of {}", "metastasis to {}"),
    "4": ("carcinoma in situ of {}",),
    "5": ("benign neoplasm of {}",),
    "6": ("neoplasm of uncertain behavior of {}",),
    "7": ("neoplasm of unspecified behavior of {}",),
}
_DRUG = {
    "2": ("accidental poisoning by {}", "accidental overdose of {}"),
    "3": ("intentional self-harm by {}", "intentional overdose of {}"),
    "4": ("assault by {}",),
    "5": ("poisoning by {} of undetermined intent",),
    "6": ("adverse effect of {}",),
    "7": ("underdosing of {}",),
}
_ROOT_OF_NEOPLASMS = "neoplasm"


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording and the code, in printed form and perhaps a header, that it leads to."""

    code: str
    text: str


def parse_index(name: str, raw: bytes) -> tuple[Wording, ...]:
    """Read the Alphabetic Index or the External Cause index. Raises: CodeSetError."""

    def of(term: Element, path: tuple[str, ...]) -> Iterator[Wording]:
        if (code := _code(term.findtext("code"))) is not None:
            yield Wording(code, " ".join(path))

    return _walk(name, raw, of)


def parse_neoplasms(name: str, raw: bytes) -> tuple[Wording, ...]:
    """Read the Table of Neoplasms: a wording for each site and behavior."""
    return _walk(name, raw, lambda term, path: _cells(term, _site(path), _NEOPLASM))


def parse_drugs(name: str, raw: bytes) -> tuple[Wording, ...]:
    """Read the Table of Drugs and Chemicals: a wording for each substance and circumstance."""
    return _walk(name, raw, lambda term, path: _cells(term, " ".join(path), _DRUG))


def parse_index_csv(name: str, raw: bytes) -> tuple[Wording, ...]:
    """Read an Index flattened to rows with the columns Level, Term and Code.

    Raises: CodeSetError naming file and line.
    """
    rows = csv.DictReader(decode(name, raw).splitlines())
    if not {"Level", "Term", "Code"} <= set(rows.fieldnames or ()):
        raise bad_line(name, 1, "has not the columns Level, Term and Code")
    path: list[str] = []
    found = []
    for row in rows:
        level = row["Level"] or ""
        if not level.isdigit() or int(level) > len(path) or row["Code"] is None:
            raise bad_line(name, rows.line_num, "does not stand below the row before it")
        path = [*path[: int(level)], _plain(row["Term"])]
        if (code := _code(row["Code"])) is not None:
            found.append(Wording(code, " ".join(part for part in path if part)))
    return tuple(found)


def _walk(
    name: str, raw: bytes, of: Callable[[Element, tuple[str, ...]], Iterator[Wording]]
) -> tuple[Wording, ...]:
    def below(term: Element, above: tuple[str, ...]) -> Iterator[Wording]:
        path = (*above, _title(term))
        yield from of(term, path)
        for child in term.findall("term"):
            yield from below(child, path)

    root = parse_xml(name, raw)
    found = tuple(w for main in root.iterfind("letter/mainTerm") for w in below(main, ()))
    if not found:
        raise CodeSetError(f"{name} has no term that leads to a code")
    return found


def parse_xml(name: str, raw: bytes) -> Element:
    """The root of an XML file. Raises: CodeSetError naming file and line where it breaks off."""
    try:
        return ElementTree.fromstring(raw)
    except ParseError as error:
        line = error.position[0]
        raise bad_line(name, line, "is where the XML breaks: download the file again") from None


def _cells(term: Element, what: str, columns: dict[str, tuple[str, ...]]) -> Iterator[Wording]:
    if not what:
        return
    for cell in term.findall("cell"):
        code = _code(cell.text)
        for pattern in columns.get(cell.get("col", ""), ()):
            if code is not None:
                yield Wording(code, pattern.format(what))


def _site(path: tuple[str, ...]) -> str:
    parts = path[1:] if path[0].lower().startswith(_ROOT_OF_NEOPLASMS) else path
    return " ".join(parts)


def _title(term: Element) -> str:
    """The words of a title outside its nonessential modifiers."""
    title = term.find("title")
    if title is None:
        return ""
    parts = [title.text or "", *(child.tail or "" for child in title)]
    return _plain(" ".join(parts))


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _code(text: str | None) -> str | None:
    """The code of an entry; "C79.8-" and "E11." stand for their headers, "--" for none."""
    bare = (text or "").strip().rstrip("-.").replace(".", "").upper()
    if len(bare) < 3 or not bare.isalnum():
        return None
    return Code.parse(System.ICD10CM, bare).value
