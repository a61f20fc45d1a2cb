"""Invented policy files in the forms in which CMS publishes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PTP_HEAD = (
    "CPT only copyright 2031 nobody. All rights reserved. INVENTED.\r\n"
    "\tColumn1/Column 2 Edits\r\n"
    "Column 1\tColumn 2\t* = in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
)
PTP_ROWS = (
    "00001\t00002\t*\t19960101\t*\t0\tInvented reason",
    "11111\t22222\t\t20300101\t20310228\t1\tInvented reason",
    "11111\t22222\t\t20310301\t*\t0\tAnother reason",
    "11111\t33333\t\t20310101\t20310101\t9\tInvented reason",
    "99999\t11111\t\t20310101\t*\t1\tInvented reason",
)
MUE = (
    '"An invented licence of the American Medical Association, on\r\ntwo lines",,,\r\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,'
    "MUE Rationale\r\n"
    "11111,2,2 Date of Service Edit: Policy,Invented\r\n"
    "A1111,4,1 Line Edit,Invented\r\n"
    "22222,3,3 Date of Service Edit: Clinical,Invented\r\n"
)
ARTICLES: Mapping[str, str] = {
    "article.csv": "article_id,article_version,title,status,article_eff_date,article_end_date,"
    "last_updated\n"
    '1001,3,"Invented, with\na break",A,2030-01-01 00:00:00,,2031-02-03 10:00:00\n'
    "1001,4,Invented again,A,2031-01-01 00:00:00,,2031-02-04 10:00:00\n"
    "1002,1,Retired,R,2029-01-01 00:00:00,2030-06-30 00:00:00,2031-01-01 00:00:00\n"
    "1003,1,Proposed,P,2031-01-01 00:00:00,,2031-01-01 00:00:00\n",
    "article_x_hcpc_code.csv": "article_id,article_version,hcpc_code_id,hcpc_code_group\n"
    "1001,3,11111,1\n1001,4,11111,1\n1001,4,A1111,2\n1002,1,11111,1\n1003,1,11111,1\n",
    "article_x_icd10_covered.csv": "article_id,article_version,icd10_code_id,icd10_covered_group\n"
    "1001,3,E11.9,1\n1001,4,E11.9,1\n1001,4,I10,2\n1002,1,I10,1\n1003,1,I10,1\n1002,1,XX000,1\n",
    "article_x_icd10_noncovered.csv": "article_id,article_version,icd10_code_id,range\n"
    "1001,4,Z00.00,\n",
    "article_x_contractor.csv": "article_id,article_version,contractor_id\n"
    "1001,3,7\n1001,4,7\n1002,1,8\n",
    "article_related_documents.csv": "article_id,article_version,r_lcd_id\n1001,4,2001\n1001,4,\n",
    "contractor.csv": "contractor_id,contractor_bus_name,contractor_number\n7,Invented MAC,00777\n"
    "8,Other MAC,00888\n",
    "readme.csv": "something,else\n1,2\n",
}
LIST = (
    "Invented NCD codes,,,,\n"
    "NCD,HCPCS/CPT,ICD-10-CM code,Covered,Effective date\n"
    "999.1,11111,I10,Y,1/1/2030\n"
    "999.1,22222,E11.9,Y,1/1/2030\n"
    "999.1,,Z00.00,N,1/1/2030\n"
)


def ptp(rows: Sequence[str] = PTP_ROWS) -> str:
    return PTP_HEAD + "\r\n".join(rows) + "\r\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


def zipped(folder: Path, name: str, files: Mapping[str, str | bytes]) -> Path:
    path = folder / name
    path.write_bytes(zip_bytes(files))
    return path


def zip_bytes(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def sheet(folder: Path, name: str, rows: Sequence[Sequence[object]]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    book.save(folder / name)
    return folder / name
