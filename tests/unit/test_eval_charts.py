import json
from datetime import date
from pathlib import Path

import pytest

from coding.errors import InputError, InvalidNote
from coding.types import Code, Reason, Setting, Span, System
from eval.charts import Tier, load_charts

TEXT = "Type 2 diabetes. Denies chest pain. 😀 Wound closed."


def span(words: str) -> dict[str, object]:
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def chart(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": "c1",
        "source": "us",
        "split": "gold",
        "specialty": "clinic",
        "setting": "outpatient",
        "text": TEXT,
        "codes": [
            {
                "system": "ICD-10-CM",
                "code": "E119",
                "tier": "core",
                "evidence": [span("Type 2 diabetes")],
            }
        ],
        "procedures": [
            {
                "system": "CPT",
                "code": "12001",
                "modifiers": ["25"],
                "evidence": [span("Wound closed")],
            }
        ],
        "not_coded": [{**span("chest pain"), "reason": "negated"}],
        "queries": [{"code": "E11.9", "missing": "control"}],
    }
    return {**row, **changes}


def write(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "some.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_reads_every_part_of_a_chart(tmp_path: Path) -> None:
    (read,) = load_charts(write(tmp_path, chart()))
    assert read.codes[0].code == Code(System.ICD10CM, "E11.9")
    assert read.codes[0].tier is Tier.CORE
    assert read.codes[0].evidence[0].span == Span(0, 15)
    assert read.procedures[0].modifiers == ("25",)
    # Offsets after the emoji count code points.
    assert read.procedures[0].evidence[0].span.of(read.text) == "Wound closed"
    assert read.not_coded[0].reason is Reason.NEGATED
    assert read.queries[0].missing == "control"


def test_the_note_carries_nothing_of_the_gold_standard(tmp_path: Path) -> None:
    (read,) = load_charts(write(tmp_path, chart()))
    note = read.note()
    assert (note.id, note.text, note.setting) == ("c1", TEXT, Setting.OUTPATIENT)
    assert note.claim is None
    assert note.service_date is None


def test_a_date_of_service_is_passed_on(tmp_path: Path) -> None:
    (read,) = load_charts(write(tmp_path, chart(service_date="2026-04-30")))
    assert read.note().service_date == date(2026, 4, 30)


def test_core_wins_where_a_code_comes_twice(tmp_path: Path) -> None:
    code = {"system": "ICD-10-CM", "code": "I10", "evidence": []}
    row = chart(codes=[{**code, "tier": "status"}, {**code, "tier": "core"}])
    (read,) = load_charts(write(tmp_path, row))
    assert read.of_tier(Tier.CORE) == {"I10"}
    assert read.of_tier(Tier.STATUS) == frozenset()


def test_what_a_chart_may_leave_out(tmp_path: Path) -> None:
    row = {k: v for k, v in chart().items() if k in ("id", "setting", "text", "codes")}
    (read,) = load_charts(write(tmp_path, row))
    assert (read.procedures, read.not_coded, read.queries, read.split) == ((), (), (), "")


def test_lines_end_at_newlines_only(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    row = json.dumps(chart(text=TEXT + "\u2028more\u0085"), ensure_ascii=False)
    path.write_text(f"{row}\r\n\n", encoding="utf-8", newline="")
    assert len(load_charts(path)) == 1


def evidence(**changes: object) -> dict[str, object]:
    words = {**span("Type 2 diabetes"), **changes}
    code = {"system": "ICD-10-CM", "code": "E11.9", "tier": "core", "evidence": [words]}
    return chart(codes=[code])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({k: v for k, v in chart().items() if k != "text"}, "text"),
        ({k: v for k, v in chart().items() if k != "codes"}, "codes"),
        (chart(text=""), "text"),
        (chart(id=7), "id"),
        (chart(setting="ward"), "setting"),
        (chart(codes={}), "codes"),
        (chart(codes=["E11.9"]), "codes[0]"),
        (chart(codes=[{"system": "ICD-10-CM", "tier": "core"}]), "codes[0].code"),
        (chart(codes=[{"system": "ICD-9", "code": "250", "tier": "core"}]), "codes[0].system"),
        (chart(codes=[{"system": "CPT", "code": "1", "tier": "main"}]), "codes[0].tier"),
        (evidence(end=len(TEXT) + 1), "codes[0].evidence[0].end"),
        (evidence(start=-1), "codes[0].evidence[0].start"),
        (evidence(start=len(TEXT) + 3), "codes[0].evidence[0].start"),
        (evidence(end=0), "codes[0].evidence[0].end"),
        (evidence(start=True), "codes[0].evidence[0].start"),
        (evidence(text="type 2 diabetes"), "codes[0].evidence[0].text"),
        (chart(not_coded=[{**span("chest pain"), "reason": "dull"}]), "not_coded[0].reason"),
        (chart(procedures=[{"system": "CPT", "code": " "}]), "procedures[0].code"),
        (chart(service_date="2026-02-30"), "service_date"),
        (chart(queries=[{"code": "I50.9"}]), "queries[0].missing"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_field(
    tmp_path: Path, row: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidNote) as caught:
        load_charts(write(tmp_path, chart(id="c0"), row))
    assert caught.value.field == field
    assert caught.value.message.startswith(f"some.jsonl line 2: {field} ")
    assert "diabetes" not in caught.value.message


def test_duplicate_ids_name_both_lines(tmp_path: Path) -> None:
    with pytest.raises(InvalidNote, match=r"line 2: id is a duplicate of line 1"):
        load_charts(write(tmp_path, chart(), chart()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no charts"),
        (b"\n \n", "no charts"),
        (b"{\n", "line 1: not JSON"),
        (b"[]\n", "line 1: must be a JSON object"),
        (b'\n{"id": "\xff"}', "line 2: byte 9 is not UTF-8"),
    ],
)
def test_what_is_no_jsonl(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(content)
    with pytest.raises(InvalidNote, match=message):
        load_charts(path)


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_charts(tmp_path / "none.jsonl")
    assert caught.value.field == "path"
