"""CodiEsp in its official layout: published case reports with the codes of every mention.

    PATH/SPLIT/SPLITD.tsv          document, diagnosis code (lower case)
    PATH/SPLIT/SPLITP.tsv          document, procedure code of ICD-10-PCS: four or seven characters
    PATH/SPLIT/SPLITX.tsv          document, kind, code, Spanish words, "start end[;start end]"
    PATH/SPLIT/text_files_en       the English translation, one sentence a line
    PATH/SPLIT/text_files          the Spanish original, which the offsets of X are into

(Miranda-Escalada, Gonzalez-Agirre, Armengol-Estape, Krallinger 2020, "Overview of automatic
clinical coding", CLEF eHealth.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from coding.errors import InvalidNote
from coding.types import Code, Span, System
from eval.procedure_counts import pcs_prefix
from eval.tsv import read_text, rows, wrong

DIAGNOSIS, PROCEDURE = "DIAGNOSTICO", "PROCEDIMIENTO"


@dataclass(frozen=True, slots=True)
class SpanishMention:
    """A mention of a code in the Spanish text: from its first to its last character."""

    code: str
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """One case report: English text, gold codes as they are compared, and the Spanish behind them.

    `spanish` and `mentions` are empty where the folder holds no X file.
    """

    id: str
    text: str
    gold: frozenset[str]
    spanish: str = ""
    mentions: tuple[SpanishMention, ...] = ()


def printed(code: str) -> str:
    """A diagnosis of the tables in the form codes are printed in: "e11.22" is E11.22."""
    return Code.parse(System.ICD10CM, code).value


@dataclass(frozen=True, slots=True)
class Gold:
    """One of the two official tables of codes.

    `letter` ends its name, `kind` names its rows in X, `compared` gives what of a code counts.
    """

    letter: str
    kind: str
    system: System
    compared: Callable[[str], str]


D_TABLE = Gold("D", DIAGNOSIS, System.ICD10CM, printed)
P_TABLE = Gold("P", PROCEDURE, System.ICD10PCS, pcs_prefix)
"""Half of the official codes have four characters and the others seven: four are compared."""


def load_codiesp(
    folder: Path, split: str, *, mentions: bool = False, gold_of: Gold = D_TABLE
) -> tuple[Document, ...]:
    """The documents of a split that have gold codes, by name; with `mentions` X must be there.

    Raises: InvalidNote, naming file and line, where a file is missing or of another form, a
    document has no text, or a span is empty or outside the Spanish text.
    """
    root = folder / split
    gold: dict[str, set[str]] = {}
    texts: dict[str, str] = {}
    table = root / f"{split}{gold_of.letter}.tsv"
    for line, (name, code) in rows(table, 2):
        if not code.strip():
            raise wrong(table, line, "code", "is empty")
        if name not in texts:
            texts[name] = _text(root / "text_files_en", name, table, line)
        gold.setdefault(name, set()).add(gold_of.compared(code))
    has_x = mentions or _has_x(root, split)
    spanish, found = _spanish(root, split, gold_of) if has_x else ({}, {})
    return tuple(
        Document(
            name,
            texts[name],
            frozenset(gold[name]),
            spanish.get(name, ""),
            tuple(found.get(name, ())),
        )
        for name in sorted(gold)
    )


def codiesp_files(folder: Path, split: str, gold_of: Gold = D_TABLE) -> tuple[Path, ...]:
    """The files a split's figures rest on, those that are there, in order of name."""
    root = folder / split
    tables = (root / f"{split}{gold_of.letter}.tsv", root / f"{split}X.tsv")
    texts = (*root.glob("text_files_en/*.txt"), *root.glob("text_files/*.txt"))
    return tuple(sorted(p for p in (*tables, *texts) if p.is_file()))


def _has_x(root: Path, split: str) -> bool:
    return (root / f"{split}X.tsv").is_file() and (root / "text_files").is_dir()


def _spanish(
    root: Path, split: str, gold_of: Gold
) -> tuple[dict[str, str], dict[str, list[SpanishMention]]]:
    texts: dict[str, str] = {}
    found: dict[str, list[SpanishMention]] = {}
    table = root / f"{split}X.tsv"
    for line, (name, kind, code, _, offsets) in rows(table, 5):
        if kind not in (DIAGNOSIS, PROCEDURE):
            raise wrong(table, line, "kind", f"must be {DIAGNOSIS} or {PROCEDURE}")
        if name not in texts:
            texts[name] = _text(root / "text_files", name, table, line)
        span = _span(offsets, len(texts[name]), table, line)
        if kind == gold_of.kind:
            mention = SpanishMention(gold_of.compared(code), span)
            found.setdefault(name, []).append(mention)
    return texts, found


def _text(folder: Path, name: str, table: Path, line: int) -> str:
    path = folder / f"{name}.txt"
    if not path.is_file():
        raise wrong(table, line, "document", f"has no text in {folder.name}")
    return read_text(path)


def _span(offsets: str, length: int, table: Path, line: int) -> Span:
    """Of several pieces the whole stretch, as the official script takes it.

    The official tables hold a few empty pieces beside others; the stretch must not be empty.
    """
    try:
        numbers = [int(number) for piece in offsets.split(";") for number in piece.split()]
    except ValueError:
        raise wrong(table, line, "offsets", "must be whole numbers") from None
    if len(numbers) < 2 or len(numbers) % 2:
        raise wrong(table, line, "offsets", "must be pairs of start and end")
    start, end = min(numbers), max(numbers)
    if start < 0 or end > length:
        raise wrong(table, line, "offsets", f"lie outside the text of {length} code points")
    backwards = any(b < a for a, b in zip(numbers[::2], numbers[1::2], strict=True))
    if backwards or start == end:
        raise wrong(table, line, "offsets", "hold an empty span")
    return Span(start, end)


def need_folder(folder: Path) -> None:
    """Raises: InvalidNote where PATH is no folder."""
    if not folder.is_dir():
        raise InvalidNote(
            f"{folder}: no such folder; give one in the official layout of CodiEsp", field="path"
        )
