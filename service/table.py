"""A coding result for the eyes: what is suggested, what was seen and not coded, what rules say.

Diagnoses come first, then procedures as claim lines (25605-LT, J3301x4) with what they are for.
Fits 80 columns. Colour is the terminal's affair: rich leaves it out for pipes and NO_COLOR.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from coding.claims.line import claim_line
from coding.types import (
    PROCEDURE_SYSTEMS,
    Assertion,
    CodingResult,
    Decision,
    Evidence,
    Finding,
    Query,
    Rejection,
    Severity,
    Suggestion,
)

ASSERTION_STYLE = {
    Assertion.AFFIRMED: "green",
    Assertion.NEGATED: "red",
    Assertion.UNCERTAIN: "yellow",
    Assertion.HISTORICAL: "cyan",
    Assertion.HYPOTHETICAL: "yellow",
    Assertion.FAMILY: "magenta",
    Assertion.OTHER_PERSON: "magenta",
}
DECISION_STYLE = {Decision.ACCEPT: "bold green", Decision.REVIEW: "yellow"}
SEVERITY_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "dim"}
MAX_QUOTES = 3
_LEVEL = "em.level"
_NOT_CHECKED = "edit.not-checked"
_SPLIT = " not checked: "


def print_result(result: CodingResult, console: Console) -> None:
    """Print a result: the suggestions, then what was not coded, findings and queries, if any."""
    day = result.service_date.isoformat() if result.service_date else "no date of service"
    console.print(
        Text(f"{result.note_id}  {result.setting}, {result.claim} claim, {day}", style="bold")
    )
    levels = [f for f in result.findings if f.rule == _LEVEL]
    numbered = list(enumerate(result.suggestions, 1))
    for title, wanted in (("Diagnoses", False), ("Procedures and services", True)):
        of_kind = [one for one in numbered if (one[1].code.system in PROCEDURE_SYSTEMS) is wanted]
        if of_kind:
            console.print(_suggestions(title, of_kind, levels))
    if not numbered:
        console.print("No code is supported by this note.")
    if result.rejected:
        console.print(_rejected(result.rejected))
    listed = {suggestion.code for suggestion in result.suggestions}
    shown = [f for f in levels if listed.issuperset(f.codes)]
    for finding in result.findings:
        if finding not in shown and not _unchecked(finding):
            console.print(_finding(finding))
    if unchecked := [f for f in result.findings if _unchecked(f)]:
        console.print(_not_checked(unchecked))
    for query in result.queries:
        console.print(_query(query))


def printable(words: str) -> str:
    """Words of a note on one line, with nothing in them that could steer a terminal."""
    shown = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(shown.split())


def _suggestions(
    title: str, numbered: Sequence[tuple[int, Suggestion]], levels: Iterable[Finding]
) -> Table:
    """One kind of suggestions, each numbered by its rank among all."""
    table = _titled(title)
    table.show_header = True
    table.add_column("#", justify="right", style="dim")
    table.add_column("Code", style="bold", no_wrap=True)
    table.add_column("Prob.", justify="right")
    table.add_column("Decision", no_wrap=True)
    table.add_column("What it is, and the words that support it")
    for rank, suggestion in numbered:
        said = [Text(suggestion.display), *_linked(suggestion), *_level(suggestion, levels)]
        table.add_row(
            str(rank),
            claim_line(suggestion),
            f"{suggestion.probability:.2f}",
            Text(suggestion.decision, style=DECISION_STYLE[suggestion.decision]),
            _lines([*said, *_quotes(suggestion.evidence)]),
        )
    return table


def _linked(suggestion: Suggestion) -> Iterator[Text]:
    """What a procedure is for: the diagnoses that justify it."""
    if suggestion.supports:
        yield Text("  for: ", style="dim").append(", ".join(suggestion.supports), style="not dim")


def _level(suggestion: Suggestion, findings: Iterable[Finding]) -> Iterator[Text]:
    """What the level of a visit rests on, an element a line, and what limits it."""
    for finding in findings:
        if suggestion.code in finding.codes:
            _, _, elements = finding.message.partition("): ")
            yield from (Text(f"  {part}") for part in elements.split("; "))


def _titled(title: str) -> Table:
    return Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        title=f"\n{title}",
        title_justify="left",
        title_style="bold",
        show_header=False,
    )


def _rejected(rejected: Sequence[Rejection]) -> Table:
    table = _titled("Seen but not coded")
    table.add_column("Code", no_wrap=True)
    table.add_column("Reason", no_wrap=True, style="yellow")
    table.add_column("What it is, and where it was seen")
    for rejection in rejected:
        reason = rejection.reason.replace("_", " ")
        said = _lines([Text(rejection.display), *_quotes(rejection.evidence)])
        table.add_row(rejection.code.value, reason, said)
    return table


def _quotes(evidence: Sequence[Evidence]) -> Iterable[Text]:
    """The heaviest evidence first, each quote in the colour of what the note says of it."""
    heaviest = sorted(evidence, key=lambda e: (-e.weight, e.span))
    for one in heaviest[:MAX_QUOTES]:
        line = Text("  ")
        line.append(f"“{printable(one.quote)}”", style=ASSERTION_STYLE[one.assertions[0]])
        if one.section != "none":
            line.append(f" in {one.section.replace('_', ' ')}", style="dim")
        if not one.affirmed:
            said = ", ".join(a.replace("_", " ") for a in one.assertions)
            line.append(f" ({said})", style="dim")
        yield line
    if len(heaviest) > MAX_QUOTES:
        yield Text(f"  and {len(heaviest) - MAX_QUOTES} more", style="dim")


def _lines(parts: Iterable[Text]) -> Text:
    return Text("\n").join(parts)


def _finding(finding: Finding) -> Text:
    codes = " ".join(code.value for code in finding.codes)
    line = Text("\n")
    line.append(f"{finding.severity}: ", style=SEVERITY_STYLE[finding.severity])
    line.append(f"{codes} " if codes else "", style="bold")
    line.append(finding.message)
    return line.append(f" [{finding.rule}]", style="dim")


def _unchecked(finding: Finding) -> bool:
    return finding.rule == _NOT_CHECKED and _SPLIT in finding.message


def _not_checked(findings: Sequence[Finding]) -> Text:
    """What no loaded policy file could check, on one line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for finding in findings:
        what, _, reason = finding.message.partition(_SPLIT)
        by_reason.setdefault(reason, []).append(what)
    line = Text("\n")
    said = "\n".join(f"{', '.join(what)}: {reason}" for reason, what in by_reason.items())
    line.append("not checked: ", style=SEVERITY_STYLE[Severity.INFO]).append(said)
    return line.append(f" [{_NOT_CHECKED}]", style="dim")


def _query(query: Query) -> Text:
    line = Text("\nquery: ", style="cyan")
    return line.append(f"{query.code.value} {printable(query.text)}", style="not cyan")
