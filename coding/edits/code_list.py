"""A claim's codes without a note: 11721-59x2 read, looked up, made a draft for the edits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from coding.edits import edit_rules
from coding.edits._claim import PROCEDURE_SYSTEMS, PolicyFiles
from coding.errors import InputError, NotValidOn, UnknownCode
from coding.protocols import CodeSystems
from coding.types import (
    Claim,
    Code,
    Decision,
    Draft,
    Note,
    Reading,
    Role,
    Setting,
    Suggestion,
    System,
)

MAX_UNITS = 100_000
_LINE = re.compile(r"([0-9A-Z]{5})((?:-[0-9A-Z]{2})*)(?:X(-?\d+))?", re.ASCII)
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line of a claim: a CPT or HCPCS code, its modifiers in order, its units, at least 1."""

    code: Code
    modifiers: tuple[str, ...] = ()
    units: int = 1


def read_line(text: str, place: int) -> CodeLine:
    """Read CODE, CODE-MODIFIER... or either with xUNITS; `place` counts the lines from 0.

    Raises: InputError naming the field.
    """
    match = _LINE.fullmatch(text.strip().upper())
    if match is None:
        raise InputError(
            f"codes[{place}] does not read as CODE, CODE-MODIFIER or CODE-MODIFIERxUNITS, such as "
            "99213-25 or 11721-59x1",
            field=f"codes[{place}]",
        )
    units = int(match[3]) if match[3] else 1
    if not 1 <= units <= MAX_UNITS:
        raise InputError(
            f"codes[{place}].units must be from 1 to {MAX_UNITS}", field=f"codes[{place}].units"
        )
    system = System.CPT if match[1][0].isdigit() else System.HCPCS
    modifiers = tuple(match[2].split("-")[1:])
    return CodeLine(Code(system, match[1]), modifiers, units)


def read_diagnosis(text: str, place: int) -> Code:
    """Read an ICD-10-CM code, with or without its point. Raises: InputError naming the field."""
    if not _DIAGNOSIS.fullmatch(text.strip().upper()):
        field = f"diagnoses[{place}]"
        raise InputError(f"{field} does not look like an ICD-10-CM code", field=field)
    return Code.parse(System.ICD10CM, text)


def claim_draft(
    lines: Sequence[CodeLine], diagnoses: Sequence[Code], codesets: CodeSystems, on: date | None
) -> Draft:
    """The codes as accepted suggestions, without evidence: nobody read a note.

    Raises: UnknownCode, NotValidOn naming the field; CodeSetMissing.
    """
    return Draft(
        (
            *(
                _suggestion(code, f"diagnoses[{i}]", Role.SECONDARY, codesets, on)
                for i, code in enumerate(diagnoses)
            ),
            *(_billed(line, i, codesets, on) for i, line in enumerate(lines)),
        )
    )


def edited(
    draft: Draft, policies: PolicyFiles, codesets: CodeSystems, on: date | None, claim: Claim
) -> Draft:
    """The draft as the edits leave it, in the order in which the engine would call them.

    Raises: CodeSetMissing, NotValidOn.
    """
    note = Note("code list", "", Setting.OUTPATIENT, claim, on)
    reading = Reading(note, (), (), ())
    loaded = {codes.system for codes in codesets.newest()}
    for system in PROCEDURE_SYSTEMS:
        for rule in edit_rules(policies) if system in loaded else ():
            draft = rule.apply(draft, reading, codesets.at(system, on))
    return draft


def _billed(line: CodeLine, place: int, codesets: CodeSystems, on: date | None) -> Suggestion:
    found = _suggestion(line.code, f"codes[{place}]", Role.PROCEDURE, codesets, on)
    return replace(found, modifiers=line.modifiers or None, units=line.units)


def _suggestion(
    code: Code, field: str, role: Role, codesets: CodeSystems, on: date | None
) -> Suggestion:
    """The code as it would be billed. Raises: UnknownCode, NotValidOn naming the field."""
    try:
        entry = codesets.lookup(code, on)
    except NotValidOn as error:
        raise NotValidOn(f"{field}: {error.message}", field=field) from None
    except UnknownCode:
        raise UnknownCode(
            f"{field}: no loaded {code.system} release has {code.value}", field=field
        ) from None
    if not entry.billable:
        raise UnknownCode(f"{field}: {code.value} is no billable code", field=field)
    return Suggestion(code, entry.title, 1.0, Decision.ACCEPT, False, role, None, (), ())
