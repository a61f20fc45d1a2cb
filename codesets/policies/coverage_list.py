"""National coverage as a plain list: one row for a policy with a procedure, a diagnosis or both.

CMS publishes the coding of its NCDs as spreadsheets of changing form. What is read is the table in
them, or one that an operator makes of them: a column for the policy (NCD, Policy), one for the
procedures (HCPCS, CPT), one for the diagnoses (ICD-10); optional ones for title, first day, last
day, and whether the diagnosis is covered. Every procedure of a policy goes with all its diagnoses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from codesets.loaders.text import bad_line
from codesets.policies.coverage import DIAGNOSIS_CODE
from codesets.policies.coverage_table import Policy
from codesets.policies.packing import DIAGNOSIS, PROCEDURE, pack
from codesets.policies.ptp import PROCEDURE_CODE
from codesets.policies.rows import Row, bad_cell, cell_day, head, is_blank, is_notice
from coding.errors import CodeSetError

_MARKS = {
    "Policy": re.compile(r"(ncd|lcd|policy)( (number|no\.?|id|section|manual section))?"),
    "Procedure": re.compile(r"(hcpcs|cpt|procedure)([ /]*(hcpcs|cpt))?( codes?)?"),
    "Diagnosis": re.compile(r"(icd[- ]?10([- ]?cm)?|diagnosis)( (diagnosis|dx))?( codes?)?"),
    "Title": re.compile(r"(ncd |policy )?title"),
    "First day": re.compile(r"(effective|start)( date)?"),
    "Last day": re.compile(r"(end|ended|termination)( date)?"),
    "Covered": re.compile(r"covered(/non-?covered)?|coverage"),
}
_NEEDED = ("Policy", "Procedure", "Diagnosis")
_YES = frozenset({"", "y", "yes", "covered", "c", "1", "true"})
_NO = frozenset({"n", "no", "non-covered", "noncovered", "not covered", "nc", "0", "false"})


@dataclass(slots=True)
class _Gathered:
    """One policy while its rows are read."""

    title: str
    effective: date
    ended: date | None
    procedures: set[int] = field(default_factory=set)
    covered: set[int] = field(default_factory=set)
    barred: set[int] = field(default_factory=set)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns for the policy, the procedure and the diagnosis."""
    places = _places(cells)
    return all(column in places for column in _NEEDED)


def read_list(name: str, header: list[str], rows: Iterator[Row], day: date) -> tuple[Policy, ...]:
    """Read the rows below the header; a policy that says no first day holds from `day`.

    Raises: CodeSetError naming file, line and column.
    """
    places = _places(header)
    found: dict[str, _Gathered] = {}
    for line, cells in rows:
        if is_blank(cells) or (is_notice(cells) and not _cell(cells, places, "Procedure")):
            continue
        if len(cells) <= max(places[column] for column in _NEEDED):
            raise bad_line(name, line, "has too few columns (cut off in the middle?)")
        _add(found, name, line, {column: _cell(cells, places, column) for column in _MARKS}, day)
    policies = tuple(
        Policy(
            policy,
            one.title,
            one.effective,
            one.ended,
            procedures=frozenset(one.procedures),
            covered=frozenset(one.covered),
            barred=frozenset(one.barred),
        )
        for policy, one in sorted(found.items())
    )
    if silent := [policy.policy for policy in policies if not policy.speaks]:
        raise CodeSetError(f"{name}: policy {silent[0]} lacks procedures or diagnoses")
    if not policies:
        raise CodeSetError(f"{name} holds no policy")
    return policies


def _add(
    found: dict[str, _Gathered], name: str, line: int, row: Mapping[str, str], day: date
) -> None:
    if not row["Policy"]:
        raise bad_cell(name, line, "Policy", "is empty")
    first = _day(name, line, "First day", row["First day"]) or day
    last = _day(name, line, "Last day", row["Last day"])
    one = found.setdefault(row["Policy"], _Gathered(row["Title"], first, last))
    one.procedures |= _code(name, line, "Procedure", row["Procedure"], PROCEDURE_CODE, PROCEDURE)
    covered = row["Covered"].lower()
    if covered not in _YES | _NO:
        raise bad_cell(name, line, "Covered", "is neither covered nor non-covered")
    diagnosis = _code(name, line, "Diagnosis", row["Diagnosis"], DIAGNOSIS_CODE, DIAGNOSIS)
    (one.covered if covered in _YES else one.barred).update(diagnosis)


def _places(cells: Sequence[str]) -> dict[str, int]:
    names = head(cells)
    found = {
        column: next((i for i, name in enumerate(names) if mark.fullmatch(name)), None)
        for column, mark in _MARKS.items()
    }
    return {column: place for column, place in found.items() if place is not None}


def _cell(cells: Sequence[str], places: Mapping[str, int], column: str) -> str:
    place = places.get(column)
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _day(name: str, line: int, column: str, text: str) -> date | None:
    day = cell_day(text)
    if text and day is None:
        raise bad_cell(name, line, column, "is no day")
    return day


def _code(
    name: str, line: int, column: str, text: str, form: re.Pattern[str], width: int
) -> set[int]:
    if not text:
        return set()
    if not form.fullmatch(text.upper()):
        raise bad_cell(name, line, column, "is no code")
    return {pack(text.upper(), width)}
