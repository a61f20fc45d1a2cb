from pathlib import Path

import pytest

from coding.errors import InputError, InvalidNote
from coding.reading import MedspacyReader
from coding.sections import section_kinds
from coding.types import Note, Provenance, Reading, Section, Span
from eval.command import Request, run_evaluation
from eval.sections_task import (
    KINDS,
    LAYOUTS,
    GoldSection,
    assembled,
    evaluate_sections,
    grouped,
    load_sections,
)
from tests.unit.eval_kit import WordCoder, console, printed

HEADER = "ID,section_header,section_text,dialogue\n"
ROWS = '0,CC,"Cough,\nfor days",x\n1,ALLERGY,None known,x\n2,PLAN,Rest,x\n3,PLAN,Rest more,x\n'
PROVENANCE = Provenance("chartcode 0", "words", (), "")


class HalfReader:
    """Calls the first line a chief complaint with its text, and all the rest allergies."""

    def read(self, note: Note) -> Reading:
        cut = note.text.find("\n\n") + 2
        sections = (
            Section("chief_complaint", Span(0, 0), Span(0, cut)),
            Section("allergies", Span(cut, cut), Span(cut, len(note.text))),
        )
        return Reading(note, sections, (), ())


def table(tmp_path: Path, content: str = HEADER + ROWS) -> Path:
    path = tmp_path / "MTS-ValidationSet.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_every_section_stands_once_among_others_of_other_kinds(tmp_path: Path) -> None:
    sections = load_sections(table(tmp_path))
    assert sections[0].text == "Cough,\nfor days"
    groups = list(grouped(sections))
    assert [[s.kind for s in group] for group in groups] == [["CC", "ALLERGY", "PLAN"], ["PLAN"]]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_texts_stand_where_they_are_said_to(layout: str) -> None:
    group = [GoldSection("a", "CC", "Cough"), GoldSection("b", "PLAN", "Rest")]
    text, spans = assembled(group, layout)
    assert [span.of(text) for span in spans] == ["Cough", "Rest"]
    assert (":" in text) is (layout in ("colon", "inline"))


def test_labels_and_characters_are_judged(tmp_path: Path) -> None:
    found = evaluate_sections(table(tmp_path), HalfReader(), PROVENANCE)
    values = {f.name: f.value for f in found.figures}
    # In each layout: complaint and allergies right, the two plans wrong.
    assert values["found"] == values["found_bare"] == values["characters"] == 0.5
    assert found.by_kind["PLAN"] == (0, 8)
    assert found.by_kind["CC"] == (4, 4)


def test_every_label_we_accept_is_one_of_ours() -> None:
    ours = set(section_kinds())
    assert all(labels <= ours for _, labels in KINDS.values())


def test_the_real_reader_tells_plain_sections_apart(tmp_path: Path) -> None:
    found = evaluate_sections(table(tmp_path), MedspacyReader(), PROVENANCE)
    assert {f.value for f in found.figures} == {1.0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "line 1: must name the columns"),
        (HEADER, "no sections"),
        (HEADER + "0,CC,Cough,x\n1,POEM,Roses,x\n", "line 3: section_header must be one of"),
        (HEADER + "0,CC, ,x\n", "line 2: section_text is empty"),
        ("", "is empty"),
    ],
)
def test_what_is_no_such_table(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InvalidNote, match=message):
        evaluate_sections(table(tmp_path, content), HalfReader(), PROVENANCE)


def test_one_kind_alone_is_nothing_to_tell_apart(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "0,CC,Cough,x\n1,CC,Itch,x\n")
    with pytest.raises(InputError, match="of one kind"):
        evaluate_sections(path, HalfReader(), PROVENANCE)


def test_a_split_picks_tables_of_a_folder(tmp_path: Path) -> None:
    table(tmp_path)
    request = Request(path=tmp_path, coder=WordCoder(), split="validation")
    to = console()
    assert run_evaluation(request, task="sections", console=to) == 0
    assert "ALLERGY" in printed(to)
    with pytest.raises(InputError) as caught:
        run_evaluation(
            Request(path=tmp_path, coder=WordCoder(), split="sealed"), task="sections", console=to
        )
    assert caught.value.field == "split"
