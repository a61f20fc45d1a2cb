"""Readers of official files, on invented ones: what they take and what they refuse."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from codesets.loaders import cpt, hcpcs
from codesets.loaders.archive import Member, read_members
from codesets.loaders.index_xml import parse_drugs, parse_index, parse_index_csv, parse_neoplasms
from codesets.loaders.lists import (
    Line,
    changed,
    parse_addenda,
    parse_codes,
    parse_csv,
    parse_order,
    parse_poa_exempt,
)
from codesets.loaders.pcs_xml import parse_definitions, parse_pcs_index, parse_tables
from codesets.loaders.recognise import Kind, recognise
from codesets.loaders.text import decode
from coding.errors import CodeSetError
from coding.types import System


def order_line(number: int, code: str, flag: int, title: str) -> str:
    return f"{number:05} {code:<7} {flag} {title[:60]:<60} {title}"


ORDER = "\r\n".join(
    [order_line(1, "A90", 0, "Invented fever"), order_line(2, "A901", 1, "Fevre invent\u00e9e"), ""]
)


def test_an_order_file_in_latin_1_with_crlf() -> None:
    found = parse_order("o.txt", ORDER.encode("latin-1"), System.ICD10CM)
    assert found == (
        Line("A90", "Invented fever", False),
        Line("A90.1", "Fevre invent\u00e9e", True),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            order_line(1, "A90", 0, "x") + "\n00002 A901",
            "o.txt, line 2: is no line of an order file",
        ),
        (
            order_line(1, "A90", 0, "x") + "\n" + order_line(3, "A91", 1, "y"),
            "line 2: has order number",
        ),
        (order_line(1, "A90", 0, "x") + "\n" + order_line(2, "A90", 1, "y"), "line 2: repeats A90"),
        (order_line(1, "021", 0, "x"), "line 1: has no code of ICD-10-CM"),
        ("\n", "holds no code"),
    ],
)
def test_a_broken_order_file_names_file_and_line(text: str, says: str) -> None:
    with pytest.raises(CodeSetError, match=says):
        parse_order("o.txt", text.encode(), System.ICD10CM)


def test_addenda_add_delete_and_retitle() -> None:
    def row(action: str, flag: int, code: str, title: str) -> str:
        return f"{action:<12} {flag} {code:<7} {title:<60} {title}"

    text = "\n".join(
        [
            row("Delete:", 1, "A901", "Old"),
            row("Add:", 0, "A901", "Old"),
            row("Add:", 1, "A9011", "New"),
            row("Revise from:", 1, "A902", "Bad"),
            row("Revise to:", 1, "A902", "Good"),
            "  1 additions",
        ]
    )
    old = (Line("A90.1", "Old", True), Line("A90.2", "Bad", True))
    assert changed(old, parse_addenda("a.txt", text.encode(), System.ICD10CM)) == (
        Line("A90.1", "Old", False),
        Line("A90.11", "New", True),
        Line("A90.2", "Good", True),
    )
    with pytest.raises(CodeSetError, match=r"a\.txt has no line"):
        parse_addenda("a.txt", b"nothing\n", System.ICD10CM)


def test_codes_files_and_lists_as_csv() -> None:
    assert parse_codes("c.txt", b"0ZZ00ZZ Invented of Nothing\n", System.ICD10PCS) == (
        Line("0ZZ00ZZ", "Invented of Nothing", True),
    )
    text = b'code,billable,long_title\nA90,0,Head\nA901,1,"Tail, long"\n'
    assert parse_csv("l.csv", text, System.ICD10CM)[1] == Line("A90.1", "Tail, long", True)
    with pytest.raises(CodeSetError, match=r"l\.csv, line 3"):
        parse_csv("l.csv", b"code,long_title\nA90,Head\nA901\n", System.ICD10CM)
    with pytest.raises(CodeSetError, match=r"l\.csv, line 1"):
        parse_csv("l.csv", b"code,short\nA90,Head\n", System.ICD10CM)


def test_the_poa_exempt_list() -> None:
    text = b"Order\tPOAexemptCode\tDescription\r\n00001\tA90.1\tTail\r\n"
    assert parse_poa_exempt("p.txt", text) == {"A90.1"}
    with pytest.raises(CodeSetError, match=r"p\.txt, line 2"):
        parse_poa_exempt("p.txt", b"Order\tCode\tDescription\n00001\n")


INDEX = b"""<ICD10CM.index><version>2031</version><letter><title>F</title>
<mainTerm><title>Fever<nemod>(invented)</nemod></title><code>A90</code>
<term level="1"><title>with</title><term level="2"><title>chills</title><code>A90.1-</code></term>
<term level="2"><title>sweat</title><see>Sweating</see></term></term></mainTerm></letter>
</ICD10CM.index>"""


def test_the_index_words_paths_without_nonessential_modifiers() -> None:
    found = [(w.code, w.text) for w in parse_index("i.xml", INDEX)]
    assert found == [("A90", "Fever"), ("A90.1", "Fever with chills")]
    with pytest.raises(CodeSetError, match=r"i\.xml, line 4: is where the XML breaks"):
        parse_index("i.xml", INDEX[:260])


def test_the_flattened_index_rebuilds_paths() -> None:
    text = b"RowID,Level,Term,Code\n1,0,Fever,A90\n2,1,with,\n3,2,chills,A90.1\n"
    assert [w.text for w in parse_index_csv("i.csv", text)] == ["Fever", "Fever with chills"]
    with pytest.raises(CodeSetError, match=r"i\.csv, line 2"):
        parse_index_csv("i.csv", b"RowID,Level,Term,Code\n1,2,Fever,A90\n")


def test_the_tables_word_their_columns() -> None:
    neoplasms = b"""<ICD10CM.index><letter><mainTerm><title>Neoplasm, neoplastic</title>
<term level="1"><title>toe</title><cell col="2">C99.1</cell><cell col="5">--</cell></term>
</mainTerm></letter></ICD10CM.index>"""
    found = {(w.code, w.text) for w in parse_neoplasms("n.xml", neoplasms)}
    assert found == {("C99.1", "malignant neoplasm of toe"), ("C99.1", "cancer of toe")}
    drugs = b"""<ICD10CM.index><letter><mainTerm><title>Inventin</title>
<cell col="2">--</cell><cell col="6">T99.0X5</cell></mainTerm></letter></ICD10CM.index>"""
    assert [(w.code, w.text) for w in parse_drugs("d.xml", drugs)] == [
        ("T99.0X5", "adverse effect of Inventin")
    ]


TABLES = b"""<ICD10PCS.tabular><version>2031</version><pcsTable>
<axis pos="1"><title>Section</title><label code="0">Medical and Surgical</label></axis>
<axis pos="2"><title>Body System</title><label code="Z">Invented System</label></axis>
<axis pos="3"><title>Operation</title><label code="Z">Invention</label>
<definition>Making something up</definition></axis>
<pcsRow codes="2"><axis pos="4"><title>Body Part</title><label code="0">Toe</label>
<label code="1">Thumb</label></axis>
<axis pos="5"><title>Approach</title><label code="0">Open</label></axis>
<axis pos="6"><title>Device</title><label code="Z">No Device</label></axis>
<axis pos="7"><title>Qualifier</title><label code="Z">No Qualifier</label></axis></pcsRow>
</pcsTable></ICD10PCS.tabular>"""


def test_tables_give_codes_labels_and_definitions() -> None:
    tables = parse_tables("t.xml", TABLES)
    assert tables.codes == {"0ZZ00ZZ", "0ZZ10ZZ"}
    assert tables.labels["0ZZ", 4, "1"] == "Thumb"
    assert tables.names["0", 4] == "Body Part"
    assert tables.definitions["0", 3, "Invention"] == "Making something up"
    with pytest.raises(CodeSetError, match=r"t\.xml, line"):
        parse_tables("t.xml", TABLES[:200])


def test_definitions_and_procedure_index() -> None:
    text = b"""<ICD10PCS.definitions><section code="0"><title>S</title><axis pos="3">
<title>Operation</title><terms><title>Invention</title><definition>Making up</definition>
<includes>Fiction</includes></terms></axis></section></ICD10PCS.definitions>"""
    assert parse_definitions("d.xml", text) == {
        ("0", 3, "Invention"): "Making up. Includes: Fiction"
    }
    index = b"""<ICD10PCS.index><letter><title>T</title><mainTerm><title>Toectomy</title>
<see>Invention, Toe <codes>0ZZ0</codes></see></mainTerm></letter></ICD10PCS.index>"""
    assert [(w.code, w.text) for w in parse_pcs_index("i.xml", index)] == [("0ZZ0", "Toectomy")]


def fixed(code: str, record: str, text: str, short: str = "Short", end: str = "") -> str:
    return f"{code:>5}00100{record}{text:<80}{short:<28}".ljust(284) + f"{end:<8}"


HCPCS = "\r\n".join(
    [
        fixed("A9999", "3", "An invented supply,"),
        fixed("A9999", "4", "of two lines"),
        fixed("D0001", "3", "A tooth"),
        fixed("V9999", "3", "An old one", end="20200101"),
        fixed("QQ", "7", "An invented modifier"),
    ]
)


def test_the_fixed_width_file_of_hcpcs() -> None:
    found = {line.value: line for line in hcpcs.parse_fixed("h.txt", HCPCS.encode())}
    assert set(found) == {"A9999", "V9999", "QQ"}
    assert found["A9999"].title == "An invented supply, of two lines"
    assert found["V9999"].terminated == date(2020, 1, 1)
    assert found["QQ"].is_modifier


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HCPCS[: HCPCS.index("V9999") + 40], r"h\.txt, line 4: ends before"),
        (HCPCS[: HCPCS.index("D0001") - 2], "does not reach from A codes to V codes"),
        (HCPCS.replace("D0001", "99213"), r"h\.txt, line 3: holds a CPT code"),
        (HCPCS.replace("A9999001003", "A9999001009"), r"h\.txt, line 1: has no record id"),
    ],
)
def test_a_wrong_hcpcs_file_is_refused(text: str, says: str) -> None:
    with pytest.raises(CodeSetError, match=says):
        hcpcs.parse_fixed("h.txt", text.encode())


def test_spreadsheet_and_csv_of_hcpcs_agree() -> None:
    rows = [
        ["HCPC", "LONG DESCRIPTION", "TERM DT"],
        ["A9999", "First", ""],
        ["V9999", "Last", "20200101"],
    ]
    text = "\n".join(",".join(row) for row in rows)
    book = Workbook()
    book.active.append(["A title above the header"])
    for row in rows:
        book.active.append(row)
    raw = io.BytesIO()
    book.save(raw)
    assert hcpcs.parse_xlsx("h.xlsx", raw.getvalue()) == hcpcs.parse_csv("h.csv", text.encode())
    with pytest.raises(CodeSetError, match="no spreadsheet"):
        hcpcs.parse_xlsx("h.xlsx", b"PK nothing")


def test_cpt_files_of_a_licensee_on_invented_codes() -> None:
    text = "Preamble of the owner\n\n00001\tInvented long\r\n00002 Another\n"
    found = cpt.parse_descriptors("LONGULT.txt", text.encode())
    assert [(line.value, line.title) for line in found] == [
        ("00001", "Invented long"),
        ("00002", "Another"),
    ]
    with pytest.raises(CodeSetError, match=r"LONGULT\.txt, line 5"):
        cpt.parse_descriptors("LONGULT.txt", (text + "0000").encode())
    columns = b"Concept Id\tCPT Code\tDescriptor\n123456\t00001\tFor consumers\n"
    assert cpt.parse_columns("ConsumerDescriptor.txt", columns)[0].title == "For consumers"
    assert cpt.parse_modifiers("MODUL.txt", b"Preamble\n99 Invented modifier\n")[0].value == "99"


def test_cpt_from_omop_and_umls_on_invented_codes() -> None:
    omop = b"concept_id\tconcept_name\tvocabulary_id\tconcept_code\n1\tInvented\tCPT4\t00001\n"
    assert [line.value for line in cpt.parse_omop("CONCEPT.csv", omop)] == ["00001"]
    with pytest.raises(CodeSetError, match="line 2: names no CPT4 concept"):
        cpt.parse_omop("CONCEPT.csv", omop.replace(b"Invented", b""))
    row = "C1|ENG|P|L1|PF|S1|Y|A1||M1||CPT|{}|00001|{}|9|{}|256|\n"
    umls = (
        row.format("AB", "Inv", "N")
        + row.format("PT", "Invented", "N")
        + row.format("PT", "Gone", "O")
    )
    assert cpt.parse_mrconso("MRCONSO.RRF", umls.encode())[0].title == "Invented"
    with pytest.raises(CodeSetError, match="line 1: has too few columns"):
        cpt.parse_mrconso("MRCONSO.RRF", b"C1|ENG|CPT|\n")


@pytest.mark.parametrize(
    ("name", "raw", "system", "kind"),
    [
        ("icd10cm-order-2031.txt", ORDER.encode("latin-1"), System.ICD10CM, Kind.ORDER),
        (
            "icd10pcs_order_2031.txt",
            order_line(1, "0ZZ", 0, "x").encode(),
            System.ICD10PCS,
            Kind.ORDER,
        ),
        ("icd10cm_index_2031.xml", INDEX, System.ICD10CM, Kind.INDEX),
        ("anything.xml", TABLES, System.ICD10PCS, Kind.TABLES),
        ("HCPC2031_JAN_ANWEB_x.txt", HCPCS.encode(), System.HCPCS, Kind.HCPCS_FIXED),
        ("LONGULT.txt", b"x", System.CPT, Kind.CPT_DESCRIPTORS),
    ],
)
def test_files_are_recognised(name: str, raw: bytes, system: System, kind: Kind) -> None:
    source = recognise(Member(name, name, raw))
    assert source is not None
    assert (source.system, source.kind) == (system, kind)


@pytest.mark.parametrize("name", ["readme.txt", "order.pdf", "notes.xlsx", "picture.png"])
def test_what_is_not_a_code_set_is_passed_over(name: str) -> None:
    assert recognise(Member(name, name, b"Some words about the files.\n")) is None


def test_dates_of_names() -> None:
    quarter = recognise(Member("HCPC2031_APR_ANWEB.txt", "x", HCPCS.encode()))
    update = recognise(Member("icd10cm-order-April-1-2031.txt", "x", ORDER.encode("latin-1")))
    assert quarter is not None and quarter.day == date(2031, 4, 1)
    assert update is not None and (update.day, update.year) == (date(2031, 4, 1), 2031)


def test_text_that_is_none() -> None:
    with pytest.raises(CodeSetError, match=r"x\.txt, line 2: holds a NUL byte"):
        decode("x.txt", b"one\n\0")


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return path


def test_zips_that_lead_astray_are_refused(tmp_path: Path) -> None:
    fine = zipped(tmp_path / "fine.zip", {"folder/a.txt": b"a"})
    assert [(m.name, m.shown) for m in read_members(fine)] == [("a.txt", "fine.zip:folder/a.txt")]
    with pytest.raises(CodeSetError, match="leads outside"):
        list(read_members(zipped(tmp_path / "out.zip", {"../a.txt": b"a"})))
    with pytest.raises(CodeSetError, match="far more than any official file"):
        list(read_members(zipped(tmp_path / "bomb.zip", {"a.txt": bytes(30_000_000)})))
    (tmp_path / "half.zip").write_bytes(fine.read_bytes()[:40])
    with pytest.raises(CodeSetError, match="no zip file"):
        list(read_members(tmp_path / "half.zip"))
    (tmp_path / "half.txt.gz").write_bytes(b"\x1f\x8b\x08\x00nothing")
    with pytest.raises(CodeSetError, match="cannot be read"):
        list(read_members(tmp_path / "half.txt.gz"))
    with pytest.raises(CodeSetError, match="there is no file"):
        list(read_members(tmp_path / "gone.txt"))
