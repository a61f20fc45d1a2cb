"""The ICD-10-PCS tables, index and definitions in the XML of CMS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from xml.etree.ElementTree import Element

from codesets.loaders.index_xml import Wording, parse_xml
from coding.errors import CodeSetError

_INDEX_CODE = re.compile(r"\b([0-9A-HJ-NP-Z]{3,7})\b")


@dataclass(frozen=True, slots=True)
class Tables:
    """What the characters of codes mean, and which codes there are.

    `labels` are by (table, position, character): table is the first three characters, position 1
    to 7. `names` of positions are by (section, position), `definitions` by (section, position,
    label).
    """

    labels: dict[tuple[str, int, str], str] = field(default_factory=dict)
    names: dict[tuple[str, int], str] = field(default_factory=dict)
    definitions: dict[tuple[str, int, str], str] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()


def parse_tables(name: str, raw: bytes) -> Tables:
    """Read the tables: every code is a row's product of its four last characters.

    Raises: CodeSetError for a file that breaks off or has another form.
    """
    labels: dict[tuple[str, int, str], str] = {}
    names: dict[tuple[str, int], str] = {}
    definitions: dict[tuple[str, int, str], str] = {}
    codes: set[str] = set()
    for table in parse_xml(name, raw).iter("pcsTable"):
        head = table.findall("axis")
        stem = "".join(value for axis in head for value, _ in _labels(axis))
        if len(head) != 3 or len(stem) != 3:
            raise CodeSetError(f"{name} has a table without its three first characters")
        for axis in head:
            position = int(axis.get("pos", "0"))
            names[stem[0], position] = _text(axis.find("title"))
            for value, label in _labels(axis):
                labels[stem, position, value] = label
                if text := _text(axis.find("definition")):
                    definitions[stem[0], position, label] = text
        for row in table.findall("pcsRow"):
            values = []
            for axis in row.findall("axis"):
                position = int(axis.get("pos", "0"))
                names[stem[0], position] = _text(axis.find("title"))
                own = list(_labels(axis))
                labels.update({(stem, position, value): label for value, label in own})
                values.append([value for value, _ in own])
            if len(values) != 4:
                raise CodeSetError(f"{name} has a row of table {stem} without four characters")
            codes |= {stem + "".join(chosen) for chosen in product(*values)}
    if not codes:
        raise CodeSetError(f"{name} has no table")
    return Tables(labels, names, definitions, frozenset(codes))


def parse_definitions(name: str, raw: bytes) -> dict[tuple[str, int, str], str]:
    """Official definitions by (section, position, label), what they include appended."""
    found: dict[tuple[str, int, str], str] = {}
    for section in parse_xml(name, raw).iter("section"):
        for axis in section.findall("axis"):
            for terms in axis.findall("terms"):
                parts = [_text(terms.find("definition")), _text(terms.find("explanation"))]
                includes = [_text(e) for e in terms.findall("includes")]
                if includes:
                    parts.append(f"Includes: {', '.join(includes)}")
                key = (
                    section.get("code", ""),
                    int(axis.get("pos", "0")),
                    _text(terms.find("title")),
                )
                if text := ". ".join(part for part in parts if part):
                    found[key] = text
    if not found:
        raise CodeSetError(f"{name} defines nothing")
    return found


def parse_pcs_index(name: str, raw: bytes) -> tuple[Wording, ...]:
    """Wordings of the index that lead to a code or its beginning, of three to seven characters."""

    def below(term: Element, above: tuple[str, ...]) -> Iterator[Wording]:
        path = (*above, _text(term.find("title")))
        for tag in ("code", "codes", "tab"):
            for element in term.iter(tag) if not term.findall("term") else term.findall(tag):
                yield from (Wording(code, " ".join(path)) for code in _starts(_text(element)))
        for see in term.findall("see"):
            target = _text(see.find("tab")) or _text(see.find("codes"))
            yield from (Wording(code, " ".join(path)) for code in _starts(target))
        for child in term.findall("term"):
            yield from below(child, path)

    root = parse_xml(name, raw)
    found = dict.fromkeys(w for main in root.iterfind("letter/mainTerm") for w in below(main, ()))
    if not found:
        raise CodeSetError(f"{name} has no term that leads to a code")
    return tuple(found)


def _starts(text: str) -> list[str]:
    return [code for code in _INDEX_CODE.findall(text) if any(c.isdigit() for c in code)]


def _labels(axis: Element) -> Iterator[tuple[str, str]]:
    for label in axis.findall("label"):
        yield label.get("code", ""), _text(label)


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
