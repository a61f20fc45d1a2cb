"""The official ICD-10-CM tabular XML, read once into plain records.

7th-character codes are no elements of the XML: they are made from the definitions in force, with
placeholder X (Official Guidelines, Section I.A.4 - I.A.5), where the release's code list has them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from xml.etree.ElementTree import Element

from codesets.records import Listing, Notes, Record
from coding.types import Code, System

NOTE_KINDS = {
    "inclusionTerm": "inclusion_terms",
    "includes": "includes",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "notes",
    "sevenChrNote": "notes",
}
_RANGE = re.compile(r"\s*\([^)]*\)\s*$")


def parse_tabular(root: Element, valid: Container[str]) -> Listing:
    """Read the tabular XML from its root; `valid` are the printed codes of the release."""
    blocks: list[Record] = []
    codes: list[Record] = []
    for chapter in root.findall("chapter"):
        number = _text(chapter.find("name"))
        blocks.append(_block(chapter, number, number, ""))
        for section in chapter.findall("section"):
            name = section.attrib["id"]
            blocks.append(_block(section, name, number, name))
            for category in section.findall("diag"):
                codes += _codes(category, None, (), number, name, valid)
    return Listing(tuple(blocks), tuple(codes))


def _block(element: Element, value: str, chapter: str, section: str) -> Record:
    title = _RANGE.sub("", _text(element.find("desc")))
    return Record(value, title, None, chapter, section, False, _notes(element))


def _codes(
    diag: Element,
    parent: str | None,
    inherited: tuple[tuple[str, str], ...],
    chapter: str,
    section: str,
    valid: Container[str],
) -> Iterator[Record]:
    """The code of an element, its 7th-character codes, and all below it."""
    value, title = _text(diag.find("name")), _text(diag.find("desc"))
    given = _seventh(diag)
    seventh = inherited if given is None else given
    below = diag.findall("diag")
    extended = [] if below else _extend(value, seventh, valid)
    billable = not below and not extended
    yield Record(value, title, parent, chapter, section, billable, _notes(diag), given)
    for longer, meaning in extended:
        yield Record(longer, f"{title}, {meaning}", value, chapter, section, True)
    for child in below:
        yield from _codes(child, value, seventh, chapter, section, valid)


def _extend(
    value: str, seventh: tuple[tuple[str, str], ...], valid: Container[str]
) -> list[tuple[str, str]]:
    """The code with each 7th character that the release allows for it."""
    stem = value.replace(".", "").ljust(6, "X")
    extended = [(Code.parse(System.ICD10CM, stem + char).value, text) for char, text in seventh]
    return [(code, text) for code, text in extended if code in valid]


def _seventh(diag: Element) -> tuple[tuple[str, str], ...] | None:
    definition = diag.find("sevenChrDef")
    if definition is None:
        return None
    return tuple((e.attrib["char"], _text(e)) for e in definition.findall("extension"))


def _notes(element: Element) -> Notes:
    notes: Notes = {}
    for child in element:
        if child.tag in NOTE_KINDS:
            found = [_text(note) for note in child.findall("note")]
            notes.setdefault(NOTE_KINDS[child.tag], []).extend(found)
    return notes


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
