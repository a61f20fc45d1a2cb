"""What the name of an operation fixes of its code, read from codesets/pcs_words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codesets.starter import read_starter
from codesets.words import normalise
from coding.errors import ConfigError
from coding.pcs.tables import PART, SECTIONS, Tables, part_key
from coding.pcs.words import SIDES

OPEN = "."
ANY_PART = "*"
_CODE = re.compile(
    r"([01])([0-9A-Z.])([0-9A-Z])(?:\[([^\]]+)\]([RLB-])?|([0-9A-Z]))([0-9A-Z.])([0-9A-Z.])([0-9A-Z.])"
)


@dataclass(frozen=True, slots=True)
class Template:
    """One code that a name stands for; "" and () are open and told by the note.

    `parts` are keys of body parts, the first where the note names none; `side` is R, L, B or "-"
    (the part without side); `usual` holds approach, device and qualifier where the note is silent.
    `rank` counts from 0 the alternatives that a name may stand for.
    """

    section: str
    system: str
    operation: str
    parts: tuple[str, ...] = ()
    character: str = ""
    side: str = ""
    approach: str = ""
    device: str = ""
    qualifier: str = ""
    usual: str = "..."
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an operation: what is coded for it together, and what its device makes of it.

    `with_device` are taken in the place of `plain` where the note has a device that fits them;
    `terse` is a name in a list of procedures only, not where a note tells what was done.
    """

    words: str
    plain: tuple[Template, ...]
    with_device: tuple[Template, ...]
    source: str
    terse: bool = False


def procedure_names(tables: Tables) -> Iterator[Name]:
    """Names of whole procedures: ours, then those by code, then those of the official index."""
    for number, (words, codes, usual) in enumerate(_rows("procedures", 3), 1):
        for word in _split(words):
            yield _name(word, codes, usual, f"procedures.tsv, row {number}")
    seen = set()
    for code, words in read_starter("icd10pcs_words.tsv", 2):
        if code[0] in SECTIONS and code[:3] in tables:
            for word in _split(words):
                template = _of_code(code, word, tables)
                if (word, template) not in seen:
                    seen.add((word, template))
                    yield Name(word, (template,), (), "procedure")


def index_names(wordings: Iterable[tuple[str, str]], tables: Tables) -> Iterator[Name]:
    """Names that the official index has, with its first reading and the others after it."""
    by_text: dict[str, list[str]] = defaultdict(list)
    for code, text in wordings:
        words = text.lower().split()
        if code[0] in SECTIONS and code[:3] in tables and len(words) <= 2 and _named(words[0]):
            by_text[text].append(code)
    for text, codes in by_text.items():
        if len(codes) <= 3:
            templates = tuple(
                replace(_of_code(code, text, tables), rank=rank) for rank, code in enumerate(codes)
            )
            yield Name(text, templates, (), "index")


_NAME = re.compile(r"\w+(?:tomy|ectomy|plasty|pexy|rrhaphy|lysis|desis|centesis|scopy|tripsy)\b")


def _named(word: str) -> bool:
    """Whether a word of the index is the name of an operation: many there are of devices."""
    return _NAME.match(word) is not None


def _of_code(code: str, words: str, tables: Tables) -> Template:
    """The template of a code or its beginning; a side that the words name is left to the note."""
    stem = code[:3]
    parts: tuple[str, ...] = ()
    character = code[PART - 1 : PART]
    known = tables.part_of(stem, character) if character else None
    sided = any(token.stem in SIDES for token in normalise(words))
    if known and sided and known[1]:
        parts, character = (known[0],), ""
    approach, device, qualifier = (value.strip() for value in code[PART:].ljust(3))
    return Template(stem[0], stem[1], stem[2], parts, character, "", approach, device, qualifier)


def _name(words: str, codes: str, usual: str, where: str) -> Name:
    plain, _, fitted = codes.partition("~")
    return Name(
        words,
        tuple(_templates(plain, usual, where)),
        tuple(_templates(fitted, usual, where)) if fitted else (),
        "procedure",
    )


def _templates(codes: str, usual: str, where: str) -> Iterator[Template]:
    """Templates of a cell: "+" joins what is coded together, "/" what is coded in its stead."""
    for rank, alternative in enumerate(codes.split(" / ")):
        for code in alternative.split(" + "):
            match = _CODE.fullmatch(code.strip())
            if match is None or len(usual) != 3:
                raise ConfigError(f"pcs_words/{where}: not a code pattern")
            section, system, operation, labels, side, character, *rest = match.groups("")
            approach, device, qualifier = (value.strip(OPEN) for value in rest)
            parts = tuple(part_key(label) for label in labels.split("|") if label)
            if labels == ANY_PART:
                parts = ()
            yield Template(
                section,
                system.strip(OPEN),
                operation,
                parts,
                character,
                side,
                approach,
                device,
                qualifier,
                usual,
                rank,
            )


def _split(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split("|") if word.strip())


def _rows(name: str, columns: int) -> Iterator[tuple[str, ...]]:
    return read_starter(f"pcs_words/{name}.tsv", columns)


def word_rows(name: str, columns: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each word of the first column of a list with the other columns of its row."""
    for row in _rows(name, columns):
        for word in _split(row[0]):
            yield word, row[1:]
