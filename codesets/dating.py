"""Which release a file belongs to: by the codes in it first, then by its name or text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from codesets.loaders.lists import parse_addenda, read_lines
from codesets.loaders.recognise import Kind, Source
from codesets.validity import Validity
from coding.errors import CodeSetError
from coding.types import System

ICD10 = (System.ICD10CM, System.ICD10PCS)
# A list that differs from the official one of its day by more than this is half a file.
_MAX_DIFFERENT = 0.005


def first_day(fiscal_year: int) -> date:
    """The day on which releases of a fiscal year come into force: 1 October before it."""
    return date(fiscal_year - 1, 10, 1)


def fiscal_year(day: date) -> int:
    """The US fiscal year of a day: from 1 October of the year before."""
    return day.year + (day.month >= 10)


def nominal_end(system: System, day: date) -> date:
    """The last day of a release, where nothing newer comes."""
    if system in ICD10:
        return date(fiscal_year(day), 9, 30)
    if system is System.HCPCS:
        months = day.month + 2
        after = date(day.year + months // 12, months % 12 + 1, 1)
        return after - timedelta(days=1)
    if system is System.CPT:
        return date(day.year, 12, 31)
    return date(day.year + 1, day.month, 1) - timedelta(days=1)


def day_of(
    source: Source, validity: Validity | None, loaded: Collection[date], named: date | None
) -> date:
    """The first day of the release that a file belongs to.

    `loaded` are the first days of the releases at hand, those being loaded among them; `named` is
    what the operator says, which wins but must not contradict the codes.

    Raises: CodeSetError where the file is half a file, of another year than it says, or belongs to
    no release at hand.
    """
    if source.system not in ICD10:
        return named or _dated(source)
    if source.kind in (Kind.ORDER, Kind.CODES, Kind.LIST, Kind.ADDENDA) and validity is not None:
        return _by_codes(source, validity, named)
    if named is not None:
        return named
    if source.day is not None:
        return source.day
    if source.year is None:
        raise CodeSetError(f"{source.member.shown} does not say its year: give --valid-from")
    within = [day for day in loaded if fiscal_year(day) == source.year]
    if within:
        return max(within)
    if source.kind in (Kind.TABULAR, Kind.ORDER, Kind.CODES, Kind.LIST):
        return first_day(source.year)
    raise CodeSetError(
        f"{source.member.shown} is of FY{source.year}, of which no {source.system} release is "
        "loaded: load its order file first or with it, or give --valid-from"
    )


def _by_codes(source: Source, validity: Validity, named: date | None) -> date:
    """The day whose official codes a list has."""
    said = _said_days(source, named)
    if source.kind is Kind.ADDENDA:
        return _by_additions(source, validity, said)
    codes = frozenset(line.value for line in read_lines(source) if line.billable)
    exact = [day for day in validity.changes() if validity.on(day) == codes]
    if exact:
        if said and not set(exact) & set(said):
            raise CodeSetError(
                f"{source.member.shown} says {_shown(said)}, but its codes are those of "
                f"{exact[0]}: a file of another year, or a wrong --valid-from"
            )
        return next((day for day in exact if day in said), exact[0])
    if not said:
        raise CodeSetError(f"{source.member.shown} does not say its year: give --valid-from")
    known = [day for day in said if validity.covers(day)]
    if not known:
        return said[0]
    best = max(known, key=lambda day: len(codes & validity.on(day)))
    official = validity.on(best)
    lacking, further = official - codes, codes - official
    if len(lacking) + len(further) > _MAX_DIFFERENT * len(official):
        raise CodeSetError(
            f"{source.member.shown} lacks {len(lacking):,} of the {len(official):,} codes valid on "
            f"{best} and has {len(further):,} others: half a file, or of another year"
        )
    return best


def _by_additions(source: Source, validity: Validity, said: Sequence[date]) -> date:
    changes = parse_addenda(source.member.shown, source.member.raw, source.system)
    new = {line.value for line in changes.added if line.billable}
    for day in validity.changes():
        came = validity.on(day) - validity.on(day - timedelta(days=1))
        if new and new == came:
            if said and day not in said:
                raise CodeSetError(
                    f"{source.member.shown} says {_shown(said)}, but its additions came into "
                    f"force on {day}"
                )
            return day
    if not said:
        raise CodeSetError(f"{source.member.shown} does not say its year: give --valid-from")
    if validity.covers(said[0]):
        raise CodeSetError(
            f"{source.member.shown} adds other codes than came into force on {_shown(said)}: "
            "half a file, or of another year"
        )
    return said[0]


def _said_days(source: Source, named: date | None) -> tuple[date, ...]:
    if named is not None:
        return (named,)
    if source.day is not None:
        return (source.day,)
    if source.year is None:
        return ()
    # Both updates of a fiscal year have its number in their names.
    return first_day(source.year), date(source.year, 4, 1)


def _dated(source: Source) -> date:
    if source.day is not None:
        return source.day
    if source.year is not None:
        return date(source.year, 1, 1)
    raise CodeSetError(f"{source.member.shown} does not say its date: give --valid-from")


def _shown(days: Sequence[date]) -> str:
    return " or ".join(day.isoformat() for day in days)
