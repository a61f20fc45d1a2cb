"""WHO's ICD-11 tabulation: its hierarchy, its release, and files that are not whole."""

from __future__ import annotations

import zipfile
from datetime import date
from zlib import crc32

import pytest

from codesets.icd11.table import stamp
from codesets.icd11.tabulation import (
    NOT_PRIMARY,
    dependent_codes,
    parse_tabulation,
)
from codesets.records import Listing
from coding.errors import CodeSetError
from tests.conftest import SHARED

HEADER = (
    "Foundation URI\tLinearization URI\tCode\tBlockId\tTitle\tClassKind\tIsResidual\tChapterNo\t"
    "Primary tabulation\tGrouping1\tVersion:2031 Feb 27 - 09:00 UTC"
)


def line(
    title: str, kind: str, chapter: str, code: str = "", block: str = "", primary: str = ""
) -> str:
    uri = f"http://example.org/mms/{crc32(title.encode())}"
    cells = (uri, uri, code, block, f'"{title}"', kind, "False", chapter, primary, "")
    return "\t".join(cells)


LINES = (
    HEADER,
    line("Weather complaints", "chapter", "01"),
    line("- Rain", "block", "01", block="BlockL1-1A0"),
    line("- - Drizzle", "category", "01", code="1A00", primary="True"),
    line('- - - Drizzle, ""fine""', "category", "01", code="1A00.0", primary="True"),
    line("- Fog", "category", "01", code="1B00", primary="True"),
    line("- - Fog caused by other weather", "category", "01", code="1B00.1", primary="False"),
    line("Qualifiers", "chapter", "X"),
    line("- Places", "block", "X"),
    line("- - Hill", "category", "X", code="XA1BC2", primary="False"),
    line("- - - Upper hill", "block", "X"),
    line("- - - - Hill top", "category", "X", code="XA2BC3", primary="False"),
)


def whole(*lines: str, end: str = "\r\n", mark: bytes = b"\xef\xbb\xbf") -> bytes:
    return mark + end.join((*(lines or LINES), "")).encode()


def test_codes_stand_in_their_hierarchy() -> None:
    listing = parse_tabulation("tabulation.txt", whole())
    found = [(c.value, c.title, c.parent, c.chapter) for c in listing.codes]
    assert found == [
        ("1A00", "Drizzle", None, "01"),
        ("1A00.0", 'Drizzle, "fine"', "1A00", "01"),
        ("1B00", "Fog", None, "01"),
        ("1B00.1", "Fog caused by other weather", "1B00", "01"),
        ("XA1BC2", "Hill", None, "X"),
        ("XA2BC3", "Hill top", "XA1BC2", "X"),
    ]
    assert not any(code.billable for code in listing.codes)


def test_a_section_is_the_nearest_block_else_the_chapter() -> None:
    listing = parse_tabulation("tabulation.txt", whole())
    titles = {block.value: block.title for block in listing.blocks}
    assert len(titles) == len(listing.blocks) == 5
    assert {titles[code.section] for code in listing.codes[:2]} == {"Rain"}
    assert listing.codes[0].section == "BlockL1-1A0"
    assert [titles[code.section] for code in listing.codes[2:]] == [
        "Weather complaints",
        "Weather complaints",
        "Places",
        "Upper hill",
    ]


def test_stem_codes_outside_the_primary_tabulation_say_so() -> None:
    codes = parse_tabulation("tabulation.txt", whole()).codes
    assert dependent_codes(codes) == {"1B00.1"}
    assert codes[3].notes == {"notes": [NOT_PRIMARY]}
    assert codes[4].notes == {}


@pytest.mark.parametrize(("end", "mark"), [("\n", b""), ("\r\n", b""), ("\n", b"\xef\xbb\xbf")])
def test_line_ends_and_the_mark_change_nothing(end: str, mark: bytes) -> None:
    assert parse_tabulation("t", whole(end=end, mark=mark)) == parse_tabulation("t", whole())


def test_columns_are_found_by_name() -> None:
    turned = ["\t".join(reversed(text.split("\t"))) for text in LINES[1:]]
    header = "\t".join([*reversed(HEADER.split("\t")[:-1]), HEADER.split("\t")[-1]])
    assert parse_tabulation("t", whole(header, *turned)) == parse_tabulation("t", whole())


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "t.txt, line 1: is empty"),
        (whole(HEADER.replace("ClassKind", "Kind"), *LINES[1:]), "line 1: has no column ClassKind"),
        (whole(*LINES[:4], LINES[4][:40]), "line 5: has 2 columns of 10"),
        (whole()[: whole().index(b"\t\r\nhttp")], "line 2: has 9 columns of 10"),
        (whole(*LINES[:7]), "does not reach from chapter 01 to the extension codes"),
        (whole(HEADER, *LINES[7:]), "does not reach from chapter 01 to the extension codes"),
        (whole(HEADER), "does not reach"),
        (whole(*LINES[:2], *LINES[3:]), "line 3: stands under no row"),
        (whole(HEADER, *LINES[2:]), "line 2: stands under no row"),
        (whole(*LINES[:4], *LINES[3:]), "line 5: repeats 1A00"),
        (whole(*LINES[:3], line("- - ", "category", "01", "1A09")), "line 4: has no title"),
        (whole(*LINES[:3], line("- - Mist", "category", "01")), "line 4: has no ICD-11 code"),
        (whole(*LINES[:3], line("- - Mist", "kind", "01", "1A09")), "line 4: is no chapter"),
        (whole(*LINES[:3]) + b"\0\r\n", "line 4: holds a NUL byte"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(raw: bytes, problem: str) -> None:
    with pytest.raises(CodeSetError) as refused:
        parse_tabulation("t.txt", raw)
    assert "t.txt" in str(refused.value)
    assert problem in str(refused.value)


def test_the_header_names_the_month_of_the_release() -> None:
    assert stamp("t.txt", whole()) == date(2031, 2, 1)
    unnamed = HEADER.rpartition("\t")[0]
    assert stamp("t.txt", whole(unnamed)) is None
    assert parse_tabulation("t", whole(unnamed, *LINES[1:])) == parse_tabulation("t", whole())


@pytest.fixture(scope="module")
def official() -> bytes:
    path = SHARED / "data/codesets/icd11/SimpleTabulation-ICD-11-MMS-en_2024-01.zip"
    if not path.is_file():
        pytest.skip("needs the ICD-11 tabulation of the data folder beside the checkout")
    with zipfile.ZipFile(path) as archive:
        return archive.read("SimpleTabulation-ICD-11-MMS-en.txt")


@pytest.fixture(scope="module")
def listing(official: bytes) -> Listing:
    return parse_tabulation("SimpleTabulation-ICD-11-MMS-en.txt", official)


@pytest.mark.shared
def test_the_official_tabulation_is_read_whole(official: bytes, listing: Listing) -> None:
    assert stamp("t", official) == date(2024, 1, 1)
    assert len(listing.codes) == 34_663
    assert len(listing.codes) + len(listing.blocks) == 36_044
    assert sum(code.chapter == "X" for code in listing.codes) == 16_841
    assert len(dependent_codes(listing.codes)) == 1_278


@pytest.mark.shared
def test_every_parent_and_section_of_the_official_tabulation_is_there(listing: Listing) -> None:
    codes = {code.value: code for code in listing.codes}
    blocks = {block.value for block in listing.blocks}
    assert all(code.section in blocks and code.chapter in blocks for code in codes.values())
    assert all(code.parent is None or code.parent in codes for code in codes.values())
    assert not any(code.title.startswith("-") for code in codes.values())
    stems = [code for code in codes.values() if "." in code.value]
    assert all(c.parent is not None and c.value.startswith(c.parent[:4]) for c in stems)
    assert (codes["BA41.0"].parent, codes["BA41.0"].section) == ("BA41", "BlockL2-BA4")


@pytest.mark.shared
def test_xy_is_the_block_of_descriptors(listing: Listing) -> None:
    """What codesets.icd11.clusters takes for granted, said by the tabulation."""
    blocks = [block.title for block in listing.blocks]
    begin = blocks.index("Diagnosis code descriptors")
    end = blocks.index("Capacity or context")
    inside = {block.value for block in listing.blocks[begin:end]}
    found = {code.value for code in listing.codes if code.section in inside}
    assert found == {code.value for code in listing.codes if code.value.startswith("XY")}
    assert len(found) == 25
