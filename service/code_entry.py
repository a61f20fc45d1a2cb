"""A code of a code system as JSON: its own notes, its place in the hierarchy, its validity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from codesets.search_all import search_all
from coding.errors import UnknownCode
from coding.protocols import CodeSystem, CodeSystems
from coding.to_json import Json
from coding.types import Code, CodeEntry, System

# The shapes of codes and of their categories, with or without the point. What has another shape is
# refused without being repeated: it may be anything.
_SHAPES: Mapping[System, re.Pattern[str]] = {
    System.ICD10CM: re.compile(r"[A-Z][0-9A][0-9A-Z](\.?[0-9A-Z]{1,4})?", re.ASCII),
    System.ICD10PCS: re.compile(r"[0-9A-HJ-NP-Z]{1,7}", re.ASCII),
    System.CPT: re.compile(r"[0-9]{4}[0-9A-Z]|[0-9A-Z]{2}", re.ASCII),
    System.HCPCS: re.compile(r"[A-Z][0-9]{4}|[A-Z][0-9A-Z]", re.ASCII),
    System.ICD11: re.compile(r"X[0-9A-Z]{3,5}|[0-9A-Z]{4}(\.?[0-9A-Z]{1,2})?", re.ASCII),
}
ALL_SYSTEMS = "all"
# The AMA's licence bars listing CPT in bulk: one request finds a handful.
MOST_CPT = 20
_LONGEST_PATH = 12


def system_named(name: str) -> System | None:
    """The code system of a name, in any case; None where there is none."""
    return next((system for system in System if system.lower() == name.lower()), None)


def code_named(system: System, value: str) -> Code:
    """A code as the address of a request spells it. Raises: UnknownCode."""
    if not _SHAPES[system].fullmatch(value.upper()):
        raise UnknownCode(f"a code of {system} does not look like this", field="code")
    return Code.parse(system, value.upper())


def entry_to_json(codes: CodeSystem, entry: CodeEntry) -> Json:
    """The entry in its release. `hierarchy` leads from the broadest ancestor to the parent."""
    return {
        "system": entry.code.system,
        "code": entry.code.value,
        "title": entry.title,
        "billable": entry.billable,
        "release": codes.release,
        "valid_from": codes.valid_from.isoformat(),
        "valid_to": codes.valid_to.isoformat(),
        "chapter": entry.chapter,
        "section": entry.section,
        "hierarchy": [_titled(codes, value) for value in _ancestors(codes, entry)],
        "children": [_titled(codes, value) for value in entry.children],
        "inclusion_terms": list(entry.inclusion_terms),
        "includes": list(entry.includes),
        "excludes1": list(entry.excludes1),
        "excludes2": list(entry.excludes2),
        "code_first": list(entry.code_first),
        "use_additional": list(entry.use_additional),
        "code_also": list(entry.code_also),
        "notes": list(entry.notes),
        "seventh": [{"character": char, "meaning": meaning} for char, meaning in entry.seventh],
        "index_terms": list(entry.index_terms),
        "poa_exempt": entry.poa_exempt,
        "axes": [
            {
                "name": axis.name,
                "character": axis.value,
                "label": axis.label,
                "definition": axis.definition,
            }
            for axis in entry.axes
        ],
    }


def search(codesets: CodeSystems, system: System | None, words: str, limit: int) -> Json:
    """The codes that words find in the newest release of a system, or of all, best first.

    Raises: CodeSetMissing where the system is not loaded.
    """
    releases = codesets.newest() if system is None else (codesets.at(system, None),)
    found = search_all(releases, words, limit)
    cpt = [one for one in found if one.codes.system is System.CPT]
    kept = [one for one in found if one not in cpt[MOST_CPT:]]
    return {
        "system": ALL_SYSTEMS if system is None else system,
        "release": None if system is None else releases[0].release,
        "results": [
            {
                "system": one.codes.system,
                "code": one.entry.code.value,
                "title": one.entry.title,
                "billable": one.entry.billable,
            }
            for one in kept
        ],
    }


def release_of(codesets: CodeSystems, entry: CodeEntry, on: date | None = None) -> CodeSystem:
    """The newest loaded release that has an entry found in one of them, or that of a day."""
    if on is not None:
        return codesets.at(entry.code.system, on)
    having = (
        release
        for release in codesets.releases()
        if release.system == entry.code.system and entry.code.value in release
    )
    return max(having, key=lambda release: release.valid_from)


def _ancestors(codes: CodeSystem, entry: CodeEntry) -> list[str]:
    path: list[str] = []
    value = entry.parent
    while value is not None and len(path) < _LONGEST_PATH:
        path.append(value)
        value = codes.parent(value)
    return path[::-1]


def _titled(codes: CodeSystem, value: str) -> Json:
    return {"code": value, "title": codes.title(value)}
