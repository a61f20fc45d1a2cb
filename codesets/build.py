"""Builds the embedded code-set index from the package that ships the official files."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

from codesets.icd10cm_xml import parse_tabular
from codesets.store import ReleaseInfo, write_release
from coding.errors import CodeSetError
from coding.types import Code, System

# The update of 1 April 2026; fiscal year 2026 ends on 30 September.
EMBEDDED = ReleaseInfo(
    system=System.ICD10CM,
    release="2026-04-01",
    valid_from=date(2026, 4, 1),
    valid_to=date(2026, 9, 30),
    source="icd10c-tabular-April-1-2026.xml of simple-icd-10-cm 1.5.0 (US public domain)",
)


def build_index(index_dir: Path) -> Path:
    """Parse the tabular XML once and write the ICD-10-CM index; gives its folder.

    Raises: CodeSetError where XML and code list of the package do not hold the same codes.
    """
    data = files("simple_icd_10_cm") / "data"
    listed = {
        Code.parse(System.ICD10CM, line).value
        for line in (data / "code-list-April-2026.txt").read_text(encoding="utf-8").split()
        if "-" not in line and not line.isdigit()
    }
    with (data / "icd10c-tabular-April-1-2026.xml").open("rb") as xml:
        tabular = parse_tabular(xml, listed)
    if (parsed := {record.value for record in tabular.codes}) != listed:
        raise CodeSetError(
            f"the tabular XML and the code list differ in {len(parsed ^ listed)} codes: "
            "install simple-icd-10-cm again"
        )
    return write_release(release_dir(index_dir, EMBEDDED), EMBEDDED, tabular)


def release_dir(index_dir: Path, info: ReleaseInfo) -> Path:
    """Where the index of a release lies."""
    return index_dir / info.system.lower() / info.release
