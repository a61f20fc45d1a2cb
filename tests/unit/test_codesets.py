"""The embedded ICD-10-CM: complete, in its hierarchy, with its notes, by date."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from codesets.references import Reference, parse_references
from codesets.registry import Registry, default_index_dir, load_registry, verify_index
from codesets.release import Release
from coding.errors import CodeSetMissing, NotValidOn, UnknownCode
from coding.types import Code, System
from tests.conftest import SHARED


@pytest.fixture(scope="module")
def cm(registry: Registry) -> Release:
    release = registry.at(System.ICD10CM, None)
    assert isinstance(release, Release)
    return release


def test_every_code_of_the_release_is_there(cm: Release) -> None:
    assert len(cm) == 98_186
    assert sum(cm.billable(value) for value, _, kind in cm.terms() if kind == "title") == 74_719


@pytest.mark.parametrize(
    ("value", "billable", "title"),
    [
        ("E11", False, "Type 2 diabetes mellitus"),
        ("E11.22", True, "Type 2 diabetes mellitus with diabetic chronic kidney disease"),
        ("I10", True, "Essential (primary) hypertension"),
        ("S52.501", False, "Unspecified fracture of the lower end of right radius"),
        (
            "S52.501A",
            True,
            "Unspecified fracture of the lower end of right radius, "
            "initial encounter for closed fracture",
        ),
        (
            "T36.0X1A",
            True,
            "Poisoning by penicillins, accidental (unintentional), initial encounter",
        ),
    ],
)
def test_titles_and_billability(cm: Release, value: str, billable: bool, title: str) -> None:
    assert cm.title(value) == title
    assert cm.billable(value) is billable
    assert cm.get(value).title == title


def test_seventh_characters_the_release_withholds_are_not_made(cm: Release) -> None:
    assert "S06.1X7A" in cm
    assert "S06.1X7D" not in cm


def test_hierarchy(cm: Release) -> None:
    assert cm.ancestors("S52.501A") == ("S52.501", "S52.50", "S52.5", "S52")
    assert cm.parent("S52") is None
    assert "E11.22" in cm.children("E11.2")
    entry = cm.get("E11.22")
    assert entry.chapter == "4 Endocrine, nutritional and metabolic diseases"
    assert entry.section == "E08-E13 Diabetes mellitus"


def test_notes_own_and_inherited(cm: Release) -> None:
    assert "type 1 diabetes mellitus (E10.-)" in cm.get("E11").excludes1
    assert cm.get("E11.22").excludes1 == ()
    assert ("E11", "type 1 diabetes mellitus (E10.-)") in cm.notes_in_force("E11.22", "excludes1")
    assert cm.get("E11.22").use_additional[0].startswith("code to identify stage")
    assert dict(cm.seventh("S52.501A"))["A"] == "initial encounter for closed fracture"


def test_excludes1_bars_both_ways_and_not_within_a_family(cm: Release) -> None:
    note = cm.excludes1("E11.9", "E10.9")
    assert note is not None
    assert "E11: type 1 diabetes mellitus (E10.-)" in (note, cm.excludes1("E10.9", "E11.9"))
    assert cm.excludes1("E10.9", "E11.9") is not None
    assert cm.excludes1("E11.9", "I10") is None
    assert cm.excludes1("E11.9", "E11.22") is None


def test_unknown_codes_say_so(cm: Release) -> None:
    assert "Z99.99" not in cm
    assert not cm.billable("Z99.99")
    for look_up in (cm.get, cm.title, cm.parent, cm.children):
        with pytest.raises(UnknownCode):
            look_up("Z99.99")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("htn", "I10"),
        ("chest pain", "R07.9"),
        ("copd exacerbation", "J44.1"),
        ("E11.22", "E11.22"),
        ("e1122", "E11.22"),
        ("type 2 diabetes with neuropathy", "E11.40"),
        ("pneumonia", "J18.9"),
    ],
)
def test_search_finds_what_coders_type(cm: Release, words: str, first: str) -> None:
    assert cm.search(words, 5)[0].code.value == first


@pytest.mark.parametrize("words", ["", "   ", "!!!", "of the", "qqqqzzzz"])
def test_search_for_nothing_finds_nothing(cm: Release, words: str) -> None:
    assert cm.search(words) == ()


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("gestational diabetes (O24.4-)", (Reference("O24.4", "O24.4"),)),
        ("type 1 diabetes mellitus (E10.-)", (Reference("E10", "E10"),)),
        ("stage of disease (N18.1-N18.6)", (Reference("N18.1", "N18.6"),)),
        ("hypertension (I10-I1A)", (Reference("I10", "I1A"),)),
        ("any of (A00-B99, R50.9)", (Reference("A00", "B99"), Reference("R50.9", "R50.9"))),
        ("nothing is named here", ()),
    ],
)
def test_references_of_notes(note: str, expected: tuple[Reference, ...]) -> None:
    assert parse_references(note) == expected


@pytest.mark.parametrize(
    ("value", "covered"),
    [("N18.1", True), ("N18.32", True), ("N18.6", True), ("N18.9", False), ("N17.9", False)],
)
def test_a_range_covers_what_lies_in_it(value: str, covered: bool) -> None:
    assert Reference("N18.1", "N18.6").covers(value) is covered


@pytest.mark.parametrize(
    ("day", "ok"),
    [
        (date(2015, 9, 30), False),
        (date(2015, 10, 1), True),
        (date(2026, 3, 31), True),
        (date(2026, 4, 1), True),
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), True),
        (None, True),
    ],
)
def test_the_release_in_force(registry: Registry, day: date | None, ok: bool) -> None:
    if ok:
        assert registry.at(System.ICD10CM, day).release == "2026-04-01"
    else:
        with pytest.raises(NotValidOn) as refused:
            registry.at(System.ICD10CM, day)
        assert refused.value.field == "service_date"


def test_systems_without_release_are_missing(registry: Registry) -> None:
    with pytest.raises(CodeSetMissing):
        registry.at(System.ICD11, None)
    with pytest.raises(CodeSetMissing):
        registry.lookup(Code(System.ICD11, "1A00"))


def test_lookup_over_releases(registry: Registry) -> None:
    assert registry.lookup(Code(System.ICD10CM, "I10")).billable
    with pytest.raises(UnknownCode):
        registry.lookup(Code(System.ICD10CM, "I10.9"))


def test_no_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CodeSetMissing, match="chartcode codesets build"):
        load_registry(tmp_path)


def test_altered_and_missing_files_are_found(tmp_path: Path) -> None:
    shutil.copytree(default_index_dir() / "icd-10-cm", tmp_path / "icd-10-cm")
    assert verify_index(tmp_path) == ()
    folder = next((tmp_path / "icd-10-cm").iterdir())
    (folder / "titles.txt").write_text("altered", encoding="utf-8")
    (folder / "codes.txt").unlink()
    problems = verify_index(tmp_path)
    assert any("titles.txt was altered" in p for p in problems)
    assert any("codes.txt is missing" in p for p in problems)


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    shutil.copytree(default_index_dir() / "icd-10-cm", tmp_path / "icd-10-cm")
    manifest = next(tmp_path.glob("icd-10-cm/*/manifest.json"))
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "index_version": 0}))
    with pytest.raises(CodeSetMissing, match="old"):
        load_registry(tmp_path)


@pytest.mark.shared
def test_titles_agree_with_the_official_list(cm: Release) -> None:
    path = SHARED / "data/codesets/icd10cm/icd10cm_fy2027_assembled.csv.gz"
    if not path.is_file():
        pytest.skip("needs the code lists of the data folder beside the checkout")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        official = {row["code_dotted"]: row for row in csv.DictReader(lines)}
    both = [value for value, _, kind in cm.terms() if kind == "title" and value in official]
    same = sum(_words(cm.title(v)) == _words(official[v]["long_title"]) for v in both)
    assert len(both) > 97_500
    assert same / len(both) > 0.97
    assert all(cm.billable(v) == (official[v]["billable"] == "1") for v in both[:1000])


def _words(title: str) -> list[str]:
    return title.lower().replace(",", " ").replace("-", " ").split()
