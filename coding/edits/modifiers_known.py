"""Modifiers of a code list that no loaded release knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coding.edits.code_list import CodeLine
from coding.errors import InputError
from coding.protocols import CodeSystem
from coding.types import System

# Every list of CPT modifiers has these; a licensee may have loaded codes without modifiers.
_ALWAYS = ("25", "26", "59")
_SYSTEMS = (System.CPT, System.HCPCS)


def unknown_modifiers(
    lines: Iterable[CodeLine], releases: Sequence[CodeSystem]
) -> tuple[tuple[int, int], ...]:
    """Places (line, modifier), from 0, of modifiers in no CPT or HCPCS release of those given."""
    known = [codes for codes in releases if codes.system in _SYSTEMS]
    return tuple(
        (i, j)
        for i, line in enumerate(lines)
        for j, modifier in enumerate(line.modifiers)
        if not any(modifier in codes for codes in known)
    )


def require_known_modifiers(lines: Sequence[CodeLine], releases: Sequence[CodeSystem]) -> None:
    """Refuse a code list with a modifier that is in neither list.

    Raises: InputError naming the field of the first one, as codes[1].modifiers[0].
    """
    unknown = unknown_modifiers(lines, releases)
    if not unknown:
        return
    line, place = unknown[0]
    named = [codes for codes in releases if codes.system in _SYSTEMS]
    lists = " and ".join(f"{codes.system} {codes.release}" for codes in named) or "no release"
    bare = [c for c in named if c.system is System.CPT and not any(m in c for m in _ALWAYS)]
    advice = "; that CPT release was loaded without its modifiers (MODUL.txt)" if bare else ""
    raise InputError(
        f"codes[{line}].modifiers[{place}] is not among the modifiers of {lists}{advice}",
        field=f"codes[{line}].modifiers[{place}]",
    )
