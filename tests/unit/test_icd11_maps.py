"""WHO's map from ICD-10 to ICD-11, and the unofficial crosswalk from ICD-10-CM over it."""

from __future__ import annotations

import csv
import gzip
import zipfile
from collections import Counter
from collections.abc import Mapping

import pytest

from codesets.icd11.clusters import check_cluster
from codesets.icd11.maps import crosswalk, parse_map
from codesets.icd11.tabulation import dependent_codes, parse_tabulation
from codesets.records import Listing
from coding.errors import CodeSetError
from coding.types import Crosswalk
from tests.conftest import SHARED

HEADER = (
    "10ClassKind\t10DepthInKind\ticd10Code\ticd10Chapter\ticd10Title\t11ClassKind\t"
    "icd11Code\ticd11Chapter\ticd11Title\t2031-Feb-27"
)


def line(kind10: str, icd10: str, chapter: str, kind11: str, icd11: str) -> str:
    cells = (kind10, "1", icd10, chapter, "a title", kind11, icd11, "01", "another title")
    return "\t".join(cells)


LINES = (
    HEADER,
    line("chapter", "I", "I", "category", "1Z0Z"),
    line("block", "A00-A09", "I", "block", ""),
    line("category", "A70", "I", "category", "1A00"),
    line("category", "A70.1", "I", "category", "1A01&XA1BC2"),
    line("modifiedcategory", "A70.2", "I", "category", "1A02/1B00&XY1Z"),
    line("category", "A71", "I", "chapter", "01"),
    line("category", "A72", "I", "", ""),
    line("category", "U99", "XXII", "category", "1A09"),
)
TITLES = {"1A00": "Drizzle", "1A01": "Rain", "1A02": "Hail"}


def whole(*lines: str, end: str = "\r\n", mark: bytes = b"") -> bytes:
    return mark + end.join((*(lines or LINES), "")).encode()


@pytest.mark.parametrize(("end", "mark"), [("\r\n", b""), ("\n", b""), ("\n", b"\xef\xbb\xbf")])
def test_categories_and_their_clusters_are_kept(end: str, mark: bytes) -> None:
    assert parse_map("map.txt", whole(end=end, mark=mark)) == {
        "A70": "1A00",
        "A70.1": "1A01&XA1BC2",
        "A70.2": "1A02/1B00&XY1Z",
        "U99": "1A09",
    }


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "line 1: is empty"),
        (whole(HEADER.replace("icd11Code", "code"), *LINES[1:]), "line 1: has no column icd11Code"),
        (whole()[:-20], "line 9: has 7 columns of 9"),
        (whole(*LINES[:5]), "does not reach from chapter I to XXII"),
        (whole(HEADER), "does not reach"),
        (whole(*LINES[:4], *LINES[3:]), "line 5: maps A70 twice"),
    ],
)
def test_a_map_that_is_not_whole_is_refused(raw: bytes, problem: str) -> None:
    with pytest.raises(CodeSetError) as refused:
        parse_map("map.txt", raw)
    assert "map.txt" in str(refused.value)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A70", Crosswalk("1A00", "Drizzle", "exact", "r")),
        ("A70.1", Crosswalk("1A01", "Rain", "exact", "r")),
        ("A70.12", Crosswalk("1A01", "Rain", "rolled-up-4", "r")),
        ("A70.2X1", Crosswalk("1A02", "Hail", "rolled-up-4", "r")),
        ("A70.99", Crosswalk("1A00", "Drizzle", "rolled-up-3", "r")),
        ("A79", None),
        ("U99", None),
    ],
)
def test_a_crosswalk_says_how_far_it_was_rolled_up(value: str, expected: Crosswalk | None) -> None:
    assert crosswalk(value, parse_map("map.txt", whole()), TITLES.get, "r") == expected


@pytest.fixture(scope="module")
def official() -> Mapping[str, str]:
    path = SHARED / "data/codesets/icd11/mapping_2024-01/10To11MapToOneCategory.txt.gz"
    if not path.is_file():
        pytest.skip("needs the ICD-11 maps of the data folder beside the checkout")
    return parse_map("10To11MapToOneCategory.txt", gzip.decompress(path.read_bytes()))


@pytest.fixture(scope="module")
def listing() -> Listing:
    path = SHARED / "data/codesets/icd11/SimpleTabulation-ICD-11-MMS-en_2024-01.zip"
    if not path.is_file():
        pytest.skip("needs the ICD-11 tabulation of the data folder beside the checkout")
    with zipfile.ZipFile(path) as archive:
        return parse_tabulation("t", archive.read("SimpleTabulation-ICD-11-MMS-en.txt"))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("value", "code", "kind"),
    [
        ("I10", "BA00.Z", "exact"),
        ("E11", "5A11", "exact"),
        ("E11.22", "5A11", "rolled-up-4"),
        ("S52.501A", "NC32.5Z", "rolled-up-4"),
        ("A00.0", "1A00", "exact"),
        ("J96.01", "CB41.0Z", "rolled-up-4"),
        ("B95.61", "XN6BM", "rolled-up-4"),
    ],
)
def test_official_crosswalks(
    official: Mapping[str, str], listing: Listing, value: str, code: str, kind: str
) -> None:
    titles = {record.value: record.title for record in listing.codes}
    assert crosswalk(value, official, titles.get, "r") == Crosswalk(code, titles[code], kind, "r")


@pytest.mark.shared
def test_nearly_every_billable_code_has_a_crosswalk(
    official: Mapping[str, str], listing: Listing
) -> None:
    path = SHARED / "data/codesets/icd10cm/icd10cm_fy2027_assembled.csv.gz"
    if not path.is_file():
        pytest.skip("needs the code lists of the data folder beside the checkout")
    titles = {record.value: record.title for record in listing.codes}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        values = [r["code_dotted"] for r in csv.DictReader(lines) if r["billable"] == "1"]
    found = [crosswalk(value, official, titles.get, "r") for value in values]
    kinds = Counter(one.kind if one is not None else None for one in found)
    assert kinds == {"exact": 5_017, "rolled-up-4": 58_145, "rolled-up-3": 9_215, None: 2_502}


@pytest.mark.shared
def test_the_rules_for_clusters_refuse_none_of_the_official_map(
    official: Mapping[str, str], listing: Listing
) -> None:
    known = {record.value for record in listing.codes}
    dependent = dependent_codes(listing.codes)
    assert all(code in known for target in official.values() for code in _codes(target))
    clusters = {target for target in official.values() if len(_codes(target)) > 1}
    assert not [c for c in clusters if check_cluster(c, known, dependent).valid is False]
    assert len(clusters) > 100


def _codes(target: str) -> list[str]:
    return target.replace("/", "&").split("&")
