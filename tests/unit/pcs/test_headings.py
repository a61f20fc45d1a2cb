"""Headings of operations and diagnoses in running text."""

from __future__ import annotations

from coding.pcs.headings import cut, headed_in
from coding.pcs.note_words import Where, read_note
from coding.types import Span
from tests.unit.reading_kit import read

TEXT = (
    "POSTOPERATIVE DIAGNOSES,1.  Left renal mass.,OPERATION PERFORMED,1.  Left nephrectomy.,"
    "2.  Appendectomy.,ANESTHESIA:  General."
)


def test_each_heading_holds_what_is_under_it() -> None:
    diagnoses, operations = headed_in(TEXT)
    assert not diagnoses.operations
    assert diagnoses.span.of(TEXT).strip() == "1.  Left renal mass.,"
    assert operations.operations
    assert operations.span.of(TEXT).strip() == "1.  Left nephrectomy.,2.  Appendectomy.,"


def test_running_words_are_no_heading() -> None:
    assert not headed_in("The procedure, a nephrectomy, went well. Operation: none planned.")
    assert not headed_in("")


def test_a_sentence_is_cut_at_a_heading() -> None:
    headed = headed_in(TEXT)
    pieces = list(cut(Span(0, len(TEXT)), headed))
    assert "".join(span.of(TEXT) for span, _ in pieces) == TEXT
    assert [one.operations for _, one in pieces if one] == [False, True]
    assert list(cut(Span(2, 5), ())) == [(Span(2, 5), None)]


def test_lines_under_headings_are_titles_and_diagnoses() -> None:
    where = {
        line.sentence.span.of(TEXT).strip(" .,"): line.where for line in read_note(read(TEXT)).lines
    }
    assert any("nephrectomy" in said and at is Where.TITLE for said, at in where.items())
    assert any("renal mass" in said and at is Where.DIAGNOSIS for said, at in where.items())
