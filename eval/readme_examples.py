"""The notes of examples/ coded whole, as Markdown in a README:

    python -m eval.readme_examples README.md

The text stands between two marker lines; every other byte of the file stays as it is. A test holds
a README to what the engine says now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from coding.build import build_coder
from coding.claims.line import claim_line
from coding.errors import ChartcodeError, InputError
from coding.pipeline import Coder
from coding.types import (
    PROCEDURE_SYSTEMS,
    CodingResult,
    Decision,
    Evidence,
    Finding,
    Note,
    Rejection,
    Setting,
    Suggestion,
    System,
)
from eval.jsonl import lines
from eval.readme_table import with_part

MARKERS = ("<!-- examples: begin -->", "<!-- examples: end -->")
EXAMPLES = (
    ("A visit", "clinic.json"),
    ("An operation", "operation.json"),
    ("An emergency", "emergency.json"),
)
"""The title and the file of each, in the folder examples beside the README."""

_LEVEL = "em.level"
_AXIS = "pcs.axis: "
_NOT_CHECKED = "edit.not-checked"


def examples_markdown(coder: Coder, folder: Path) -> str:
    """Every example as coded: what is accepted, how its level comes about, what is not coded.

    Raises: InvalidNote where a file of the folder cannot be read.
    """
    parts: list[str] = []
    for title, name in EXAMPLES:
        result = coder.code(read_note(folder / name))
        where = f"[{folder.name}/{name}]({folder.name}/{name})"
        told = f"{_capital(result.setting)}, {result.claim} claim: {where}."
        parts += [f"### {title}", told, *_parts(result)]
    return "\n\n".join(parts)


def read_note(path: Path) -> Note:
    """The note of a request that has no more than text, setting and date of service.

    Raises: InvalidNote.
    """
    [fields] = lines(path)
    return Note(
        fields.string("id"),
        fields.string("text"),
        fields.choice("setting", Setting),
        service_date=fields.date("service_date"),
    )


def _parts(result: CodingResult) -> Iterator[str]:
    accepted = [s for s in result.suggestions if s.decision is Decision.ACCEPT]
    heads = ("", "accepted", "", "words", "for")
    yield _table(heads, (_row(s) for s in sorted(accepted, key=_claim_order)))
    for finding in result.findings:
        if finding.rule == _LEVEL and {s.code for s in accepted} >= set(finding.codes):
            yield from _level(finding)
    yield from (_axes(s) for s in accepted if s.code.system is System.ICD10PCS)
    if review := [s for s in result.suggestions if s.decision is Decision.REVIEW]:
        yield f"For review: {'; '.join(f'{s.code.value} {s.display}' for s in review)}."
    if result.rejected:
        yield _table(("seen, not coded", "why"), _not_coded(result.rejected))
    if said := list(_findings(result.findings)):
        yield "\n".join(said)
    if result.queries:
        yield "\n".join(f"- asked about {q.code.value}: {q.text}" for q in result.queries)


def _claim_order(suggestion: Suggestion) -> tuple[bool, bool, int, float, str]:
    """Diagnoses in the order of the claim, then the visit, then the other procedures by rank."""
    procedure = suggestion.code.system in PROCEDURE_SYSTEMS
    rank = (-suggestion.probability, suggestion.code.value)
    return (procedure, not _is_visit(suggestion), suggestion.sequence or 0, *rank)


def _is_visit(suggestion: Suggestion) -> bool:
    return any(step.ref.startswith("em.category: ") for step in suggestion.proof)


def _row(suggestion: Suggestion) -> Sequence[str]:
    place = str(suggestion.sequence or suggestion.code.system)
    # The words of a visit stand with the elements of its level.
    said = "" if _is_visit(suggestion) else _words(suggestion.evidence)
    supports = ", ".join(suggestion.supports or ())
    return place, f"**{claim_line(suggestion)}**", suggestion.display, said, supports


def _words(evidence: Sequence[Evidence]) -> str:
    """The words that weigh most, on one line and in quotation marks."""
    best = max(evidence, key=lambda e: (e.weight, -e.span.start))
    return f"“{' '.join(best.quote.split())}”"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _level(finding: Finding) -> Iterator[str]:
    """The elements of a visit's level as a table, and what limits it."""
    code = finding.codes[0].value
    parts = finding.message.partition("): ")[2].split("; ")
    elements = [part.split(": ", 2) for part in parts if ": " in part]
    rows = [(name, *([""] * (2 - len(rest))), *rest) for name, *rest in elements]
    yield _table((f"level of {code}", "", "why"), rows)
    yield f"{_capital('; '.join(part for part in parts if ': ' not in part))}."


def _axes(suggestion: Suggestion) -> str:
    """The axes of an ICD-10-PCS code that its proof tells of, and why each is so."""
    told = [step.ref.removeprefix(_AXIS) for step in suggestion.proof if step.ref.startswith(_AXIS)]
    rows = (told_axis.rpartition(", ")[::2] for told_axis in told)
    return _table((f"axes of {suggestion.code.value}", "why"), rows)


def _not_coded(rejected: Iterable[Rejection]) -> Iterator[Sequence[str]]:
    """A row for every reason, procedures apart: the words, and the codes they would have had."""
    by_reason: dict[tuple[bool, str], dict[str, list[str]]] = {}
    for one in rejected:
        procedure = one.code.system in PROCEDURE_SYSTEMS
        by_words = by_reason.setdefault((procedure, one.reason), {})
        by_words.setdefault(_words(one.evidence), []).append(one.code.value)
    for (procedure, reason), by_words in sorted(by_reason.items()):
        said = ", ".join(f"{quote} ({', '.join(codes)})" for quote, codes in by_words.items())
        yield said, f"{reason.replace('_', ' ')}{', procedure' if procedure else ''}"


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    """Everything else that rules say; what was not checked in one line."""
    unchecked = []
    for finding in findings:
        if finding.rule == _NOT_CHECKED and " not checked: " in finding.message:
            unchecked.append(finding.message.partition(" not checked: ")[0])
        elif finding.rule != _LEVEL:
            yield f"- {finding.severity} `{finding.rule}`: {finding.message}"
    if unchecked:
        yield f"- not checked, for no file of it is loaded: {', '.join(unchecked)}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(c.replace('|', '/') for c in row)} |" for row in cells)


def main(
    readme: Annotated[Path, typer.Argument(help="the file with the marker lines")],
) -> None:
    """Write the examples as coded now between the marker lines of a README."""
    try:
        text = examples_markdown(build_coder(), readme.parent / "examples")
        after = with_part(_read(readme), text, readme.name, MARKERS)
    except ChartcodeError as error:
        typer.echo(f"error: {error.message}", err=True)
        raise typer.Exit(2) from None
    readme.write_bytes(after)
    typer.echo(f"{readme}: {len(EXAMPLES)} examples")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(f"{path}: {reason}; name a file", field="readme") from None


if __name__ == "__main__":
    typer.run(main)
