"""`chartcode search` and `show`: the code systems without any note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from coding.errors import ChartcodeError, CodeSetMissing, NotValidOn, UnknownCode
from coding.types import Code, CodeEntry, System

if TYPE_CHECKING:
    from datetime import date

    from coding.protocols import CodeSystem, CodeSystems

_NAMES = ", ".join(System)
SystemOption = Annotated[
    System | None,
    typer.Option("--system", metavar="SYSTEM", help=f"One of {_NAMES}; without it all of them."),
]


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many codes at most.")] = 20,
    system: SystemOption = None,
) -> None:
    """Find codes of every system by words, as coders type them: htn ckd 3, lap chole, flu shot."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from codesets.search_all import search_all

    registry = _registry(context)
    releases = registry.newest() if system is None else (registry.at(system, None),)
    found = search_all(releases, " ".join(words), limit)
    if not found:
        typer.echo("no code found; try fewer or other words", err=True)
        raise typer.Exit(1)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    if system is None:
        table.add_column("System", style="dim", no_wrap=True)
    table.add_column("Code", style="bold", no_wrap=True)
    table.add_column("Title")
    for one in found:
        row = (one.entry.code.value, Text(_titled(one.entry)))
        table.add_row(*((one.codes.system, *row) if system is None else row))
    Console().print(table)


def show(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="A code, with or without its point.")],
    system: SystemOption = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Show it as of this date of service."),
    ] = None,
) -> None:
    """Show a code: title, hierarchy, notes, validity."""
    from rich.console import Console

    registry = _registry(context)
    if "&" in code or "/" in code:
        typer.echo(_cluster(registry, code))
        return
    day = on.date() if on is not None else None
    found = list(_entries(registry, code, tuple(System) if system is None else (system,), day))
    console = Console(highlight=False)
    for number, (entry, release) in enumerate(found):
        if number:
            console.print()
        for line in _described(entry, release):
            console.print(line, markup=False, soft_wrap=False)


def _entries(
    registry: CodeSystems, code: str, systems: tuple[System, ...], day: date | None
) -> Iterator[tuple[CodeEntry, CodeSystem]]:
    """The code in each of the systems that has it.

    Raises: UnknownCode where none has it, NotValidOn where one has it at another time.
    """
    from service.code_entry import release_of

    refused: list[ChartcodeError] = []
    anything = False
    for system in systems:
        try:
            entry = registry.lookup(Code.parse(system, code), day)
            yield entry, release_of(registry, entry, day)
            anything = True
        except (UnknownCode, NotValidOn, CodeSetMissing) as error:
            refused.append(error)
    if anything:
        return
    telling = (NotValidOn, CodeSetMissing) if len(systems) == 1 else (NotValidOn,)
    for reason in refused:
        if isinstance(reason, telling):
            raise reason
    where = f"no loaded {systems[0]} release" if len(systems) == 1 else "no loaded release"
    raise UnknownCode(f"{code}: {where} has this code; look for it with `chartcode search`")


def _cluster(registry: CodeSystems, expression: str) -> str:
    """What is to say of an ICD-11 cluster. Raises: CodeSetMissing where no ICD-11 is loaded."""
    from codesets.icd11.checks import check

    found = check(expression.upper(), registry.at(System.ICD11, None))
    verdict = {True: "valid", False: "not valid", None: "undecided"}[found.valid]
    return f"ICD-11 cluster, {verdict}: {found.reason}"


def _registry(context: typer.Context) -> CodeSystems:
    from codesets.registry import default_index_dir, load_registry
    from service.config import load_config

    engine = load_config(context.obj).engine
    # On a screen the operator's own licence covers the licensed titles.
    return load_registry(
        engine.index_dir or default_index_dir(), cpt=engine.cpt, licensed_text=True
    )


def _titled(entry: CodeEntry) -> str:
    modifier = entry.code.system in (System.CPT, System.HCPCS) and len(entry.code.value) == 2
    if entry.billable or entry.code.system is System.ICD11:
        return entry.title
    return f"{entry.title} ({'modifier' if modifier else 'not billable'})"


def _described(entry: CodeEntry, release: CodeSystem) -> Iterator[str]:
    yield f"{entry.code.value}  {entry.title}"
    valid = f"{release.valid_from} to {release.valid_to}"
    yield f"{entry.code.system} {release.release}, valid {valid}; {_use(entry)}"
    yield from _headed("Hierarchy", _hierarchy(entry, release))
    yield from _headed("Below it", (f"{c}  {release.title(c)}" for c in entry.children))
    yield from _headed("Axes", _axes(entry))
    yield from _headed("Inclusion terms", entry.inclusion_terms)
    yield from _headed("Includes", entry.includes)
    yield from _headed("Excludes1", entry.excludes1)
    yield from _headed("Excludes2", entry.excludes2)
    yield from _headed("Code first", entry.code_first)
    yield from _headed("Use additional code", entry.use_additional)
    yield from _headed("Code also", entry.code_also)
    yield from _headed("Notes", entry.notes)
    yield from _headed("7th character", (f"{c}  {meaning}" for c, meaning in entry.seventh))
    yield from _headed("Index", entry.index_terms)


def _use(entry: CodeEntry) -> str:
    """What a claim may do with the code."""
    if entry.code.system is System.ICD11:
        return "not on US claims: ICD-11 is no HIPAA code set"
    if not entry.billable and entry.code.system in (System.CPT, System.HCPCS):
        return "a modifier" if len(entry.code.value) == 2 else "not billable, see its notes"
    billable = "billable" if entry.billable else "not billable, a more specific code is needed"
    return f"{billable}; exempt from POA reporting" if entry.poa_exempt else billable


def _axes(entry: CodeEntry) -> Iterator[str]:
    for axis in entry.axes:
        label = axis.label or "unknown until the code tables are loaded"
        defined = f": {axis.definition}" if axis.definition else ""
        yield f"{axis.value}  {axis.name}: {label}{defined}"


def _headed(head: str, lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    body = list(lines)
    if body:
        yield f"\n{head}"
        yield from (f"  {line}" for line in body)


def _hierarchy(entry: CodeEntry, release: CodeSystem) -> Iterator[str]:
    """From the chapter down to the parent."""
    yield from (part for part in (entry.chapter, entry.section) if part)
    above: list[str] = []
    parent = entry.parent
    while parent is not None and parent in release:
        above.append(f"{parent}  {release.title(parent)}")
        parent = release.parent(parent)
    yield from reversed(above)
