"""Loading policy files: recognised in whatever form, whole or not at all."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from codesets.policies.load import Loaded, Order, load_policies_from
from codesets.policies.look_up import load_policies
from codesets.policies.store import read_infos, remove
from codesets.policies.values import Kind, Variant
from coding.errors import CodeSetError, CodeSetMissing
from tests.unit.policies.policy_kit import (
    ARTICLES,
    LIST,
    MUE,
    PTP_HEAD,
    PTP_ROWS,
    ptp,
    sheet,
    written,
    zip_bytes,
    zipped,
)

PRACTITIONER = Variant.PRACTITIONER
PART1 = "ccipra-v370r0-f1.txt"


def loaded(tmp_path: Path, *paths: Path, order: Order | None = None) -> Loaded:
    return load_policies_from(paths, tmp_path / "index", order or Order())


def test_pairs_of_several_parts_are_one_file_dated_by_its_version(tmp_path: Path) -> None:
    one = zipped(tmp_path, "ccipra-v370r0-f1.zip", {PART1: ptp(PTP_ROWS[:3]), "readme.txt": "hi"})
    two = zipped(tmp_path, "ccipra-v370r0-f2.zip", {"ccipra-v370r0-f2.TXT": ptp(PTP_ROWS[3:])})
    done = loaded(tmp_path, two, one)
    (info,) = done.files
    assert (info.kind, info.variant, info.name) == (
        Kind.PAIRS,
        PRACTITIONER,
        "ptp-practitioner-2031-01-01",
    )
    assert (info.valid_from, info.valid_to) == (date(2031, 1, 1), date(2031, 3, 31))
    assert (info.rows, info.codes, info.partial) == (5, 3, "")
    assert [name for name, _ in info.sources] == ["ccipra-v370r0-f2.TXT", PART1]
    assert "ccipra-v370r0-f1.zip:readme.txt: passed over" in done.said
    assert read_infos(tmp_path / "index") == (info,)


def test_a_pair_holds_from_its_first_to_its_last_day(tmp_path: Path) -> None:
    loaded(tmp_path, written(tmp_path, PART1, ptp()))
    policies = load_policies(tmp_path / "index")

    def indicator(on: date | None, one: str = "11111", other: str = "22222") -> int | None:
        pair = policies.pair(one, other, on, PRACTITIONER)
        return None if pair is None else pair.indicator

    assert indicator(date(2029, 12, 31)) is None
    assert indicator(date(2030, 1, 1)) == 1
    assert indicator(date(2031, 2, 28)) == 1
    assert indicator(date(2031, 3, 1)) == 0
    assert indicator(None) == 1, "without a date: the first day of the newest file"
    assert indicator(date(2031, 1, 1), "11111", "33333") is None, "never in force"
    assert indicator(date(2031, 1, 1), "no code", "33333") is None
    assert policies.pair("11111", "22222", None, Variant.HOSPITAL) is None
    swapped = policies.pair("22222", "11111", date(2031, 3, 1), PRACTITIONER)
    assert swapped is not None
    assert (swapped.column1, swapped.column2) == ("11111", "22222")
    assert (swapped.effective, swapped.deleted) == (date(2031, 3, 1), None)
    assert (swapped.rationale, swapped.file) == ("Another reason", "ptp-practitioner-2031-01-01")


def test_a_spreadsheet_of_pairs_reads_as_the_text_does(tmp_path: Path) -> None:
    names = ["Column 1", "Column 2", "*=in existence\nprior to 1996", "Effective\nDate"]
    header = [*names, "Deletion\nDate\n*=no data", "Modifier\n0=not allowed", "PTP Edit Rationale"]
    rows = [
        ["Copyright nobody"],
        header,
        ["00001", "00002", "*", 19960101.0, "*", 0, "Invented"],
        ["99999", "11111", None, "20310101", 20311231, "1", "Invented"],
    ]
    loaded(tmp_path, sheet(tmp_path, "ccioph-v370r0-f1.xlsx", rows))
    pair = load_policies(tmp_path / "index").pair("11111", "99999", None, Variant.HOSPITAL)
    assert pair is not None
    assert (pair.indicator, pair.deleted) == (1, date(2031, 12, 31))


def test_a_spreadsheet_beside_its_text_is_not_read(tmp_path: Path) -> None:
    both = {PART1: ptp(), "ccipra-v370r0-f1.xlsx": b"not read at all"}
    done = loaded(tmp_path, zipped(tmp_path, "both.zip", both))
    assert done.files[0].rows == len(PTP_ROWS)


def test_a_part_that_was_forgotten_is_noticed(tmp_path: Path) -> None:
    second = written(tmp_path, "ccipra-v370r0-f2.txt", ptp())
    with pytest.raises(CodeSetError, match=r"only parts f2 are given.*in one command"):
        loaded(tmp_path, second)
    first = written(tmp_path, PART1, ptp(PTP_ROWS[:3]))
    assert "reaches only from 00001 to 11111" in loaded(tmp_path, first).files[0].partial


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1111\t22222\t\t20310101\t*\t1\tx", r"line 8, column 'Column 1': is no CPT"),
        ("11111\t2222é\t\t20310101\t*\t1\tx", r"line 8, column 'Column 2': is no CPT"),
        ("11111\t22222\t\t20311301\t*\t1\tx", r"line 8, column 'Effective Date'"),
        ("11111\t22222\t\t*\t*\t1\tx", r"line 8, column 'Effective Date'"),
        ("11111\t22222\t\t20310101\tsoon\t1\tx", r"line 8, column 'Deletion Date'"),
        ("11111\t22222\t\t20310101\t*\t2\tx", r"line 8, column 'Modifier'"),
        ("11111\t22222\t\t2031", r"line 8: has too few columns"),
    ],
)
def test_a_bad_row_of_pairs_is_named_and_nothing_is_loaded(
    tmp_path: Path, row: str, message: str
) -> None:
    loaded(tmp_path, written(tmp_path, PART1, ptp()))
    before = read_infos(tmp_path / "index")
    bad = written(tmp_path, PART1, ptp([PTP_ROWS[0], row]))
    with pytest.raises(CodeSetError, match=message) as error:
        loaded(tmp_path, written(tmp_path, "MUE_Practitioner_Eff_01-01-2031.csv", MUE), bad)
    assert row not in str(error.value)
    assert read_infos(tmp_path / "index") == before
    assert load_policies(tmp_path / "index").pair("00001", "00002", None, PRACTITIONER)


def test_a_notice_at_the_end_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    text = ptp([*PTP_ROWS, "", "Copyright nobody. All rights reserved.", "\t\t\t\t\t\t"])
    assert loaded(tmp_path, written(tmp_path, PART1, text)).files[0].rows == len(PTP_ROWS)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (PART1, PTP_HEAD, "holds no pair"),
        ("ccipra-f1.txt", ptp(), "does not say its first day: give --valid-from"),
        ("v370r0.txt", ptp(), "does not say whose claims.*practitioner, hospital"),
        ("ccipra-v370r0-additions.txt", ptp(), "what changed in a quarter"),
        (PART1, PTP_HEAD.replace("Deletion", "Other") + PTP_ROWS[0], "no column 'Deletion Date'"),
        (PART1, ptp(["code\t22222\t\t20310101\t*\t1\tx"]), "line 7, column 'Column 1'"),
        ("notes.txt", "nothing of the kind", "holds no policy file"),
        ("x.xlsx", "no spreadsheet", "is no spreadsheet that can be read"),
    ],
)
def test_what_is_no_file_of_pairs_is_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(CodeSetError, match=message):
        loaded(tmp_path, written(tmp_path, name, text))


def test_what_names_do_not_say_the_operator_may(tmp_path: Path) -> None:
    order = Order(date(2031, 2, 1), date(2031, 2, 28), Variant.HOSPITAL)
    (info,) = loaded(tmp_path, written(tmp_path, "pairs.txt", ptp()), order=order).files
    assert info.name == "ptp-hospital-2031-02-01"
    assert info.valid_to == date(2031, 2, 28)
    with pytest.raises(CodeSetError, match="cannot end"):
        loaded(tmp_path, written(tmp_path, PART1, ptp()), order=Order(last=date(2000, 1, 1)))


def test_limits_are_read_below_their_licence(tmp_path: Path) -> None:
    name = "MCR_MUE_PractitionerServices_Eff_01-01-2031.csv"
    (info,) = loaded(tmp_path, written(tmp_path, name, MUE)).files
    assert (info.name, info.rows) == ("mue-practitioner-2031-01-01", 3)
    policies = load_policies(tmp_path / "index")
    limit = policies.limit("11111", date(2031, 1, 1), PRACTITIONER)
    assert limit is not None
    assert (limit.units, limit.indicator, limit.rationale) == (2, 2, "Invented")
    assert policies.limit("99999", None, PRACTITIONER) is None
    assert policies.limit("?", None, PRACTITIONER) is None
    assert policies.limit("11111", date(2030, 12, 31), PRACTITIONER) is None, "not begun yet"
    assert policies.limit("11111", None, Variant.HOSPITAL) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("11111,2,", "11111,-2,", "line 5, column 'MUE Values'"),
        ("11111,2,", "11111,many,", "line 5, column 'MUE Values'"),
        ("11111,2,", "1111,2,", "line 5, column 'HCPCS/CPT Code'"),
        ("2 Date", "7 Date", "line 5, column 'MUE Adjudication Indicator'"),
        ("A1111,4,1 Line Edit,Invented", "A1111", "line 6: has too few columns"),
        ("22222,3,", "11111,3,", "line 7: has a code of a line above with another limit"),
        ("MUE Adjudication Indicator", "Other", "no column 'MUE Adjudication Indicator'"),
    ],
)
def test_a_bad_row_of_limits_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = written(tmp_path, "MUE_Eff_01-01-2031.csv", MUE.replace(old, new))
    with pytest.raises(CodeSetError, match=message):
        loaded(tmp_path, path)


def test_a_newer_quarter_stands_beside_the_older(tmp_path: Path) -> None:
    loaded(tmp_path, written(tmp_path, "MUE_Eff_01-01-2031.csv", MUE))
    newer = MUE.replace("11111,2", "11111,5")
    loaded(tmp_path, written(tmp_path, "MUE_Eff_04-01-2031.csv", newer))
    policies = load_policies(tmp_path / "index")
    found = [policies.limit("11111", on, PRACTITIONER) for on in (date(2031, 3, 31), None)]
    assert [limit and limit.units for limit in found] == [2, 5]
    assert remove(tmp_path / "index", "mue-practitioner-2031-04-01").rows == 3
    again = load_policies(tmp_path / "index").limit("11111", None, PRACTITIONER)
    assert again is not None
    assert again.units == 2
    with pytest.raises(CodeSetError, match=r"loaded are: mue-practitioner-2031-01-01"):
        remove(tmp_path / "index", "mue-practitioner-2031-04-01")


def test_loading_a_quarter_again_replaces_it_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "MUE_Eff_01-01-2031.csv", MUE)
    loaded(tmp_path, path)
    assert (
        "mue-practitioner-2031-01-01: replaces the one loaded before" in loaded(tmp_path, path).said
    )
    with pytest.raises(CodeSetError, match="two of the files"):
        loaded(tmp_path, path, path)


def test_articles_are_joined_from_a_zip_within_a_zip(tmp_path: Path) -> None:
    outer = {"current_article_csv.zip": zip_bytes(ARTICLES), "dictionary.pdf": b"%PDF\0"}
    (info,) = loaded(tmp_path, zipped(tmp_path, "current_article.zip", outer)).files
    assert info.name == "coverage-articles-2031-02-04"
    assert (info.valid_to, info.rows, info.codes) == (date(2031, 3, 31), 3, 2)
    policies = load_policies(tmp_path / "index")
    (rule,) = policies.coverage("11111", date(2031, 2, 4))
    assert (rule.policy, rule.related) == ("A1001", ("L2001",))
    assert rule.contractors == ("Invented MAC 00777",)
    assert "I10" in rule.covered
    assert "E119" in rule.covered
    assert "Z00.00" in rule.barred
    assert "Z00.00" not in rule.covered
    assert "not a diagnosis" not in rule.covered
    assert (len(rule.covered), len(rule.barred)) == (2, 1)
    (older,) = policies.coverage("11111", date(2030, 12, 31))
    assert (older.ended, "I10" in older.covered) == (date(2030, 12, 31), False)
    both = policies.coverage("11111", date(2030, 6, 30))
    assert [r.policy for r in both] == ["A1001", "A1002"]
    assert policies.coverage("A1111", date(2030, 6, 30)) == ()
    assert policies.coverage("?", None) == ()


def test_articles_of_one_contractor(tmp_path: Path) -> None:
    path = zipped(tmp_path, "a.zip", ARTICLES)
    order = Order(contractor="other mac")
    (info,) = loaded(tmp_path, path, order=order).files
    assert (info.rows, info.partial) == (1, "only of contractor other mac")
    with pytest.raises(CodeSetError, match="no article of contractor nobody"):
        loaded(tmp_path, path, order=Order(contractor="nobody"))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("article.csv", "2031-01-01 00:00:00,,", "soon,,", "column 'article_eff_date'"),
        ("article.csv", "title", "name", "has no column 'title'"),
        ("article_x_hcpc_code.csv", "A1111", "A111", "line 4, column 'hcpc_code_id'"),
        ("article_x_icd10_covered.csv", "E11.9", "?", "line 2, column 'icd10_code_id'"),
        ("article_x_contractor.csv", "1002,1,8", "1002", "line 4: has too few columns"),
    ],
)
def test_a_bad_table_of_the_database_is_named(
    tmp_path: Path, file: str, old: str, new: str, message: str
) -> None:
    tables = {**ARTICLES, file: ARTICLES[file].replace(old, new)}
    with pytest.raises(CodeSetError, match=message):
        loaded(tmp_path, zipped(tmp_path, "a.zip", tables))
    assert read_infos(tmp_path / "index") == ()


def test_articles_without_their_lists_are_refused(tmp_path: Path) -> None:
    tables = {n: text for n, text in ARTICLES.items() if "covered" not in n}
    with pytest.raises(CodeSetError, match=r"lacks article_x_icd10_covered\.csv"):
        loaded(tmp_path, zipped(tmp_path, "a.zip", tables))


def test_a_coverage_list_joins_procedures_and_diagnoses_of_a_policy(tmp_path: Path) -> None:
    loaded(tmp_path, written(tmp_path, "ncd.csv", LIST), order=Order(date(2031, 1, 1)))
    (rule,) = load_policies(tmp_path / "index").coverage("22222", None)
    assert (rule.policy, rule.effective, rule.contractors) == ("999.1", date(2030, 1, 1), ())
    assert "I10" in rule.covered
    assert "Z0000" in rule.barred


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("I10,Y", "I10,perhaps", "line 3, column 'Covered'"),
        ("I10,Y", "10,Y", "line 3, column 'Diagnosis'"),
        ("11111", "1111", "line 3, column 'Procedure'"),
        ("999.1,11111", ",11111", "line 3, column 'Policy'"),
        ("I10,Y,1/1/2030", "I10,Y,soon", "line 3, column 'First day'"),
        ("999.1,11111,I10,Y,1/1/2030", "999.2,11111", "line 3: has too few"),
        ("999.1,11111,I10,Y", "999.2,11111,,Y", "policy 999.2 lacks"),
    ],
)
def test_a_bad_row_of_a_coverage_list_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = written(tmp_path, "ncd.csv", LIST.replace(old, new))
    with pytest.raises(CodeSetError, match=message):
        loaded(tmp_path, path, order=Order(date(2031, 1, 1)))


def test_nothing_loaded_answers_nothing(tmp_path: Path) -> None:
    policies = load_policies(tmp_path)
    assert policies.files() == ()
    assert policies.pair("11111", "22222", None, PRACTITIONER) is None
    assert policies.limit("11111", None, PRACTITIONER) is None
    assert policies.coverage("11111", None) == ()
    assert policies.consulted(Kind.PAIRS, None, PRACTITIONER) == ()


def test_a_damaged_file_is_said_by_name(tmp_path: Path) -> None:
    loaded(tmp_path, written(tmp_path, PART1, ptp()))
    folder = tmp_path / "index/policies/ncci-ptp/ptp-practitioner-2031-01-01"
    (folder / "key.npy").write_bytes(b"half")
    with pytest.raises(CodeSetMissing, match="ptp-practitioner-2031-01-01 cannot be read"):
        load_policies(tmp_path / "index")
    (folder / "info.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CodeSetMissing, match="load its policy file again"):
        read_infos(tmp_path / "index")


def test_what_a_broken_off_load_left_behind_is_not_in_force(tmp_path: Path) -> None:
    loaded(tmp_path, written(tmp_path, PART1, ptp()))
    root = tmp_path / "index/policies"
    kept = root / "ncci-ptp/ptp-practitioner-2031-01-01"
    shutil.copytree(kept, kept.with_name(kept.name + ".old"))
    shutil.copytree(kept, root / ".staging" / kept.name)
    assert len(read_infos(tmp_path / "index")) == 1
    loaded(tmp_path, written(tmp_path, PART1, ptp()))
    assert sorted(path.name for path in root.glob("*/*")) == [kept.name]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file")
    with pytest.raises(CodeSetError, match="cannot be written"):
        loaded(tmp_path, written(tmp_path, PART1, ptp()))
