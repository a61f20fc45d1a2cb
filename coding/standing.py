"""Findings that stand whatever a note says: no date, a stale release, what was not answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coding.errors import ChartcodeError
from coding.protocols import CodeSystem
from coding.types import CodingOptions, Explain, Finding, Note, Severity, System

_OURS = "chartcode"


def standing_findings(
    note: Note,
    options: CodingOptions,
    releases: Sequence[CodeSystem],
    missing: Sequence[ChartcodeError] = (),
) -> tuple[Finding, ...]:
    """What holds of a request before its note is read; `missing` says which systems are not there.

    Each kind of finding comes once, with all releases that it speaks of.
    """
    dated = [codes for codes in releases if codes.system is not System.ICD11]
    return (
        *_of_the_day(note, dated),
        *(
            _warning("system.not-coded", f"{e.message}; no code of it is suggested")
            for e in missing
        ),
        *_unexplained(options),
    )


def _of_the_day(note: Note, releases: Sequence[CodeSystem]) -> Iterator[Finding]:
    day = note.service_date
    if day is None:
        named = ", ".join(f"{c.system} {c.release}" for c in releases)
        yield Finding(
            "codeset.no-date",
            Severity.INFO,
            (),
            f"no date of service was given; the newest loaded was used: {named}",
            _OURS,
        )
        return
    early = [c for c in releases if day < c.valid_from]
    stale = [c for c in releases if day > c.valid_to]
    if early:
        named = ", ".join(f"{c.system} {c.release}" for c in early)
        yield _warning(
            "codeset.as-of",
            f"no release of {day} is loaded; the codes of {named} that were valid on that day were "
            "used, with its titles and notes: codes of that day which it no longer has could not "
            "be found",
        )
    if stale:
        named = ", ".join(f"{c.system} {c.release} ended on {c.valid_to}" for c in stale)
        yield _warning(
            "codeset.stale", f"{named}, before the date of service; load a newer release"
        )


def _unexplained(options: CodingOptions) -> Iterator[Finding]:
    if options.explain is Explain.COUNTERFACTUAL:
        yield _warning(
            "explain.unavailable",
            "counterfactual explanations are not made yet; the proof of each suggestion shows the "
            "words, the terms and the weights it rests on",
        )


def _warning(rule: str, message: str) -> Finding:
    return Finding(rule, Severity.WARNING, (), message, _OURS)
