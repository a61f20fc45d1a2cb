"""Loading an operator's files: dated by their codes, whole or not at all, kept for rebuilding."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path

import pytest

from codesets.assemble.cpt import own_titles
from codesets.diff import compare
from codesets.icd11.checks import check
from codesets.load import Order, load
from codesets.registry import (
    WITHHELD,
    default_index_dir,
    in_force,
    load_registry,
    named_release,
    verify_index,
)
from codesets.release import Release
from codesets.search_all import search_all
from coding.errors import CodeSetError, CodeSetMissing, NotValidOn, UnknownCode
from coding.types import Code, System
from tests.conftest import SHARED
from tests.unit.test_loaders import HCPCS, INDEX, zipped

CODESETS = SHARED / "data/codesets"
LICENSED = Order(first=date(2031, 1, 1), cpt_licence=True, today=date(2030, 12, 1))


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return shutil.copytree(default_index_dir(), tmp_path / "index")


def hcpcs(tmp_path: Path, name: str = "HCPC2031_JAN_ANWEB.txt", text: str = HCPCS) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_official_list_takes_the_place_of_the_starter_list(index: Path, tmp_path: Path) -> None:
    loaded = load([hcpcs(tmp_path)], index, Order())
    assert loaded.said == (
        "HCPC2031_JAN_ANWEB.txt: HCPCS quarterly file, fixed width, release 2031-01-01",
    )
    codes = load_registry(index).at(System.HCPCS, date(2031, 2, 1))
    assert (codes.release, codes.valid_to, len(codes)) == ("2031-01-01", date(2031, 3, 31), 3)
    assert codes.billable("A9999")
    assert not codes.billable("V9999"), "terminated"
    assert not codes.billable("QQ"), "a modifier"
    with pytest.raises(NotValidOn):
        load_registry(index).at(System.HCPCS, date(2030, 12, 31))
    assert verify_index(index) == ()


def test_the_next_quarter_ends_the_one_before(index: Path, tmp_path: Path) -> None:
    load([hcpcs(tmp_path)], index, Order(last=None))
    load(
        [hcpcs(tmp_path, "HCPC2031_FEB_ANWEB.txt", HCPCS.replace("An old one", "A new"))],
        index,
        Order(),
    )
    registry = load_registry(index)
    assert registry.at(System.HCPCS, date(2031, 1, 31)).valid_to == date(2031, 1, 31)
    old, new = (named_release(registry, System.HCPCS, f"2031-0{n}-01") for n in (1, 2))
    assert [c.code for c in compare(old, new).retitled] == ["V9999"]
    with pytest.raises(CodeSetMissing, match="loaded are: 2031-01-01, 2031-02-01"):
        named_release(registry, System.HCPCS, "2030-01-01")


def test_releases_that_overlap_are_refused(index: Path, tmp_path: Path) -> None:
    load([hcpcs(tmp_path, "HCPC2031_APR_ANWEB.txt")], index, Order())
    with pytest.raises(CodeSetError, match="overlap"):
        load([hcpcs(tmp_path)], index, Order(last=date(2031, 5, 1)))
    assert [info.release for _, info in in_force(index) if info.system is System.HCPCS] == [
        "2031-04-01"
    ]


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("HCPC2031_JAN_ANWEB.txt", HCPCS[:90].encode(), "line 1"),
        ("HCPC2031_JAN_ANWEB.txt", HCPCS.replace("D0001", "99213").encode(), "holds a CPT code"),
        ("HCPC_ANWEB.txt", HCPCS.encode(), "does not say its date"),
        ("other.zip", b"PK", "no zip file"),
        ("readme.txt", b"words", "holds no code-set file"),
        ("LONGULT.txt", b"00001 Invented\n", "--i-hold-a-cpt-licence"),
        ("icd10cm_index_2031.xml", INDEX, "no ICD-10-CM release is loaded"),
        ("icd10cm_order_2027.txt", b"00001 A90     0 " + b"x" * 60 + b" x\n", "lacks 74,879"),
    ],
)
def test_what_was_loaded_stays_where_a_file_fails(
    index: Path, tmp_path: Path, name: str, raw: bytes, says: str
) -> None:
    before = {p: p.stat().st_mtime_ns for p in index.rglob("*") if p.is_file()}
    path = tmp_path / name
    path.write_bytes(raw)
    good = hcpcs(tmp_path, "HCPC2032_JAN_ANWEB.txt")
    with pytest.raises(CodeSetError, match=says):
        load([good, path], index, Order())
    assert {p: p.stat().st_mtime_ns for p in index.rglob("*") if p.is_file()} == before


def test_licensed_titles_are_shown_on_a_screen_alone(index: Path, tmp_path: Path) -> None:
    own = next(iter(own_titles()))
    path = tmp_path / "LONGULT.txt"
    path.write_text(
        f"Preamble\n00001\tInvented secret\n{own}\tLicensed wording\n", encoding="utf-8"
    )
    load([path], index, LICENSED)
    shown = load_registry(index, licensed_text=True).at(System.CPT, None)
    assert (shown.title("00001"), shown.title(own)) == ("Invented secret", "Licensed wording")
    sent = load_registry(index).at(System.CPT, None)
    assert (sent.title("00001"), sent.title(own)) == (WITHHELD, own_titles()[own])
    assert isinstance(sent, Release)
    assert "attested by the operator on 2030-12-01" in sent.info.source
    assert all("ecret" not in text for _, text, _ in sent.terms())


def test_without_cpt_none_of_it_is_there() -> None:
    registry = load_registry(default_index_dir(), cpt=False)
    with pytest.raises(CodeSetMissing):
        registry.at(System.CPT, None)
    assert all(
        f.codes.system is not System.CPT for f in search_all(registry.newest(), "office visit")
    )


def test_starter_lists_keep_their_promises() -> None:
    registry = load_registry(default_index_dir())
    values = {r.system: [v for v, _, k in r.terms() if k == "title"] for r in registry.newest()}
    assert len([v for v in values[System.CPT] if len(v) == 5]) <= 150
    assert len([v for v in values[System.HCPCS] if len(v) == 5]) >= 200
    assert not any(v.startswith("D") and len(v) == 5 for v in values[System.HCPCS])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("htn ckd 3", "I12.9"),
        ("lap chole", "0FT44ZZ"),
        ("lap chole", "47562"),
        ("flu shot", "G0008"),
        ("flu shot", "90656"),
        ("knee brace", "L1812"),
        ("ekg", "93000"),
        ("toradol", "J1885"),
        ("E11.22", "E11.22"),
    ],
)
def test_coders_find_what_they_type_over_all_systems(words: str, code: str) -> None:
    found = search_all(load_registry(default_index_dir()).newest(), words, 6)
    assert code in [f.entry.code.value for f in found]


def test_codes_as_of_a_day() -> None:
    registry = load_registry(default_index_dir())
    cm = registry.at(System.ICD10CM, date(2016, 9, 1))
    assert "A04.71" not in cm
    assert cm.billable("A04.7")
    with pytest.raises(NotValidOn, match="only from 2017-10-01"):
        registry.lookup(Code(System.ICD10CM, "A04.71"), date(2016, 9, 1))
    with pytest.raises(NotValidOn, match="from 2015-10-01 to 2026-09-30"):
        registry.lookup(Code(System.ICD10CM, "I42.0"), date(2026, 11, 1))
    with pytest.raises(UnknownCode):
        registry.lookup(Code(System.ICD10CM, "A99.999"), date(2026, 5, 1))


def test_axes_of_a_procedure() -> None:
    entry = load_registry(default_index_dir()).lookup(Code(System.ICD10PCS, "0FT44ZZ"))
    assert [a.name for a in entry.axes] == [
        "Section",
        "Body System",
        "Operation",
        "Body Part",
        "Approach",
        "Device",
        "Qualifier",
    ]
    assert [a.label for a in entry.axes][3:5] == ["Gallbladder", "Percutaneous Endoscopic"]
    assert entry.axes[2].definition.startswith("Cutting out or off")


def shared(path: str) -> Path:
    if not (CODESETS / path).is_file():
        pytest.skip("needs the data folder beside the checkout")
    return CODESETS / path


@pytest.mark.shared
def test_the_official_lists_have_the_official_counts(index: Path) -> None:
    files = [
        shared("icd10cm/icd10cm_fy2027_assembled.csv.gz"),
        shared("icd10pcs/icd10pcs_codes_2027_assembled.csv.gz"),
        shared("hcpcs/hcpcs_2026-01_HCPC2026_JAN_ANWEB_01122026.csv.gz"),
    ]
    load(files, index, Order())
    registry = load_registry(index)
    cm, pcs, level_2 = (
        registry.at(s, None) for s in (System.ICD10CM, System.ICD10PCS, System.HCPCS)
    )
    values = [v for v, _, kind in cm.terms() if kind == "title"]
    assert sum(cm.billable(v) for v in values) == 74_879
    assert sum(not cm.billable(v) for v in values) == 23_524
    assert sum(pcs.billable(v) for v, _, kind in pcs.terms() if kind == "title") == 79_256
    lengths = [len(v) for v, _, kind in level_2.terms() if kind == "title"]
    assert (lengths.count(5), lengths.count(2)) == (8_623, 383)
    for day, release in ((date(2026, 9, 30), "2026-04-01"), (date(2026, 10, 1), "2026-10-01")):
        assert registry.at(System.ICD10CM, day).release == release
    assert registry.at(System.ICD10CM, date(2026, 9, 30)).billable("I42.0")
    assert registry.at(System.ICD10CM, date(2026, 10, 1)).billable("I42.00")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("expression", "valid"), [("5A11/5A23", True), ("BA41.0&", False), ("GB51&XK8G", None)]
)
def test_clusters_against_a_loaded_release(
    index: Path, expression: str, valid: bool | None
) -> None:
    load([shared("icd11/SimpleTabulation-ICD-11-MMS-en_2024-01.zip")], index, Order())
    codes = load_registry(index).at(System.ICD11, None)
    assert check(expression, codes).valid is valid


@pytest.mark.shared
def test_addenda_make_the_same_list(index: Path, tmp_path: Path) -> None:
    load([shared("icd10cm/icd10cm_order_addenda_2027.txt")], index, Order())
    by_addenda = load_registry(index).at(System.ICD10CM, None)
    raw = gzip.decompress(shared("icd10cm/icd10cm_fy2027_assembled.csv.gz").read_bytes())
    path = tmp_path / "icd10cm_fy2027.csv"
    path.write_bytes(raw)
    load([path], index, Order())
    by_list = load_registry(index).at(System.ICD10CM, None)
    difference = compare(by_addenda, by_list)
    assert (difference.added, difference.deleted, difference.newly_billable) == ((), (), ())


@pytest.mark.shared
def test_a_loaded_table_words_codes_at_once_and_another_year_is_refused(
    index: Path, tmp_path: Path
) -> None:
    load([shared("icd10cm/icd10cm-drug-April-1-2026-XML.xml.gz")], index, Order())
    cm = load_registry(index).at(System.ICD10CM, None)
    assert "adverse effect of 1-propanol" not in cm.get("T36").index_terms
    assert any(kind == "index" for _, _, kind in cm.terms())
    raw = gzip.decompress(shared("icd10cm/icd10cm_fy2027_assembled.csv.gz").read_bytes())
    wrong = tmp_path / "icd10cm_fy2025.csv"
    wrong.write_bytes(raw)
    with pytest.raises(CodeSetError, match="a file of another year"):
        load([wrong], index, Order())
    half = zipped(tmp_path / "icd10cm_2027.zip", {"icd10cm_fy2027.csv": raw[: len(raw) // 2]})
    with pytest.raises(CodeSetError, match="half a file"):
        load([half], index, Order())
