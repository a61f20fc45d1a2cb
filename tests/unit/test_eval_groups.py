import json
from pathlib import Path

import pytest

from coding.errors import InvalidNote
from coding.types import Sex
from eval.charts import GoldChart, load_charts
from eval.groups import age_band, described, grouped, length_band, sex
from eval.harness import judge
from tests.unit.eval_kit import WordCoder


def chart(tmp_path: Path, text: str = "htn", **more: object) -> GoldChart:
    code = {"system": "ICD-10-CM", "code": "I10", "tier": "core", "evidence": []}
    row = {"id": "c", "setting": "outpatient", "text": text, "codes": [code], **more}
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (read,) = load_charts(path)
    return read


@pytest.mark.parametrize(
    ("text", "age", "who"),
    [
        ("A 72-year-old right-handed man with htn", 72, Sex.MALE),
        ("72 y/o male", 72, Sex.MALE),
        ("This 6-month-old girl", 0.5, Sex.FEMALE),
        ("72F with cough", None, Sex.UNKNOWN),
        ("She is 41 years old. A male nurse came.", None, Sex.UNKNOWN),
        ("no one in particular", None, Sex.UNKNOWN),
    ],
)
def test_age_and_sex_are_read_only_where_both_stand_together(
    text: str, age: float | None, who: Sex
) -> None:
    assert described(text) == (age, who)


def test_what_the_chart_states_goes_before_what_the_note_says(tmp_path: Path) -> None:
    told = chart(tmp_path, "A 72-year-old man, htn", patient={"age_years": 3, "sex": "female"})
    assert (age_band(told), sex(told)) == ("1 to 17", "female")
    assert told.note().patient.age_years == 3
    read = chart(tmp_path, "A 72-year-old man, htn")
    assert (age_band(read), sex(read)) == ("65 to 79", "male")


@pytest.mark.parametrize(
    ("patient", "field"),
    [
        ({"age_years": -1}, "patient.age_years"),
        ({"age_years": "9"}, "patient.age_years"),
        ({"sex": "x"}, "patient.sex"),
        ([], "patient"),
    ],
)
def test_a_wrong_patient_is_named(tmp_path: Path, patient: object, field: str) -> None:
    with pytest.raises(InvalidNote, match="line 1") as caught:
        chart(tmp_path, patient=patient)
    assert caught.value.field == field


def test_groups_hold_every_chart_once_for_each_kind(tmp_path: Path) -> None:
    charts = [chart(tmp_path), chart(tmp_path, "x" * 1_000, specialty="Eyes", setting="emergency")]
    groups = grouped(judge(charts, WordCoder()))
    assert [(g.name, g.charts) for g in groups if g.by == "specialty"] == [
        ("Eyes", 1),
        ("unknown", 1),
    ]
    assert [g.name for g in groups if g.by == "length"] == ["under 1,000", "1,000 to 2,999"]
    found = {g.name: g.figures[2].value for g in groups if g.by == "setting"}
    assert found == {"outpatient": 1.0, "emergency": 0.0}
    assert length_band(charts[1]) == "1,000 to 2,999"
