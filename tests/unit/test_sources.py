"""Gold in the forms that people have it in, and what is said where it is in none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coding.errors import InvalidNote
from coding.types import Setting
from training.sources import from_charts, from_csv, from_mdace

OWN = Path(__file__).parents[2] / "eval/gold/charts.jsonl"


def csv_file(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_our_charts_give_codes_with_their_words() -> None:
    for labelled in from_charts(OWN):
        assert labelled.core
        assert {code for code, _ in labelled.evidence} <= labelled.core
        for _, span in labelled.evidence:
            assert span.of(labelled.note.text).strip()


def test_a_csv_gives_notes_and_codes(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        'id,note,codes,setting\nn1,"Gout, left foot.\nSeen today.",M10.9;I10,emergency\n'
        ",Migraine.,G43909,\n",
    )
    first, second = from_csv(path)
    assert (first.note.id, first.note.setting) == ("n1", Setting.EMERGENCY)
    assert first.note.text == "Gout, left foot.\nSeen today."
    assert first.core == {"M10.9", "I10"}
    assert (second.core, second.note.setting) == ({"G43.909"}, Setting.OUTPATIENT)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("text,codes\nGout.,M10.9\n", "lacks the column note"),
        ("note,codes\n  ,M10.9\n", "line 2: note is empty"),
        ("note,codes\nGout.,\n", "line 2: codes is empty"),
        ("note,codes\nGout.,gout\n", "line 2: codes"),
        ("note,codes,setting\nGout.,M10.9,home\n", "setting must be one of"),
    ],
)
def test_a_wrong_csv_is_refused_with_its_line_and_without_its_text(
    tmp_path: Path, content: str, says: str
) -> None:
    with pytest.raises(InvalidNote, match=says) as raised:
        list(from_csv(csv_file(tmp_path, content)))
    assert "Gout" not in raised.value.message


def mdace(tmp_path: Path, begin: int, end: int, note_id: int = 7) -> tuple[Path, Path]:
    folder = tmp_path / "mdace"
    folder.mkdir()
    annotations = [
        {"code_system": "ICD-10-CM", "code": "M10.9", "begin": begin, "end": end},
        {"code_system": "ICD-10-PCS", "code": "0DTJ4ZZ", "begin": 0, "end": 1},
    ]
    admission = {"hadm_id": 1, "notes": [{"note_id": note_id, "annotations": annotations}]}
    (folder / "1.json").write_text(json.dumps(admission))
    events = tmp_path / "NOTEEVENTS.csv"
    events.write_text('ROW_ID,TEXT\n6,"Other."\n7,"He has gout."\n')
    return folder, events


def test_mdace_is_joined_to_the_notes_it_annotates(tmp_path: Path) -> None:
    (labelled,) = from_mdace(*mdace(tmp_path, 7, 11))
    assert labelled.core == {"M10.9"}
    ((_, span),) = labelled.evidence
    assert span.of(labelled.note.text) == "gout"
    assert labelled.note.setting is Setting.INPATIENT


def test_mdace_offsets_outside_the_note_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidNote, match=r"1\.json: 7 to 99 is not in note 7"):
        list(from_mdace(*mdace(tmp_path, 7, 99)))


def test_mdace_without_its_note_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidNote, match="lacks note 8"):
        list(from_mdace(*mdace(tmp_path, 7, 11, note_id=8)))


def test_a_folder_without_annotations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidNote, match="holds no MDACE annotations"):
        list(from_mdace(tmp_path, tmp_path / "NOTEEVENTS.csv"))
