"""A coding result for the eyes: what is suggested, what was seen and not coded, what rules say.

Fits 80 columns. Colour is the terminal's affair: rich leaves it out for pipes and NO_COLOR.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from coding.types import (
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


def print_result(result: CodingResult, console: Console) -> None:
    """Print a result: the suggestions, then what was not coded, findings and queries, if any."""
    day = result.service_date.isoformat() if result.service_date else "no date of service"
    console.print(
        Text(f"{result.note_id}  {result.setting}, {result.claim} claim, {day}", style="bold")
    )
    if result.suggestions:
        console.print(_suggestions(result.suggestions))
    else:
        console.print("No code is supported by this note.")
    if result.rejected:
        console.print(_rejected(result.rejected))
    for finding in result.findings:
        console.print(_finding(finding))
    for query in result.queries:
        console.print(_query(query))


def printable(words: str) -> str:
    """Words of a note on one line, with nothing in them that could steer a terminal."""
    shown = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(shown.split())


def _suggestions(suggestions: Sequence[Suggestion]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), title_justify="left")
    table.add_column("#", justify="right", style="dim")
    table.add_column("Code", style="bold", no_wrap=True)
    table.add_column("Prob.", justify="right")
    table.add_column("Decision", no_wrap=True)
    table.add_column("What it is, and the words that support it")
    for rank, suggestion in enumerate(suggestions, 1):
        table.add_row(
            str(rank),
            suggestion.code.value,
            f"{suggestion.probability:.2f}",
            Text(suggestion.decision, style=DECISION_STYLE[suggestion.decision]),
            _lines([Text(suggestion.display), *_quotes(suggestion.evidence)]),
        )
    return table


def _rejected(rejected: Sequence[Rejection]) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        title="\nSeen but not coded",
        title_justify="left",
        title_style="bold",
        show_header=False,
    )
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


def _query(query: Query) -> Text:
    line = Text("\nquery: ", style="cyan")
    return line.append(f"{query.code.value} {printable(query.text)}", style="not cyan")
