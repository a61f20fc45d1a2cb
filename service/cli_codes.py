"""`chartcode search`, `show` and `codesets`: the code systems without any note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from coding.errors import UnknownCode
from coding.types import Code, CodeEntry, System

if TYPE_CHECKING:
    from pathlib import Path

    from coding.protocols import CodeSystem, CodeSystems

SystemOption = Annotated[
    System, typer.Option("--system", metavar="SYSTEM", help=f"One of {', '.join(System)}.")
]

codesets = typer.Typer(help="The code sets that are installed.", no_args_is_help=True)


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many codes at most.")] = 20,
    system: SystemOption = System.ICD10CM,
) -> None:
    """Find codes by words of their titles and inclusion terms."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = _registry(context).at(system, None).search(" ".join(words), limit)
    if not found:
        typer.echo("no code found; try fewer or other words", err=True)
        raise typer.Exit(1)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column("Code", style="bold", no_wrap=True)
    table.add_column("Title")
    for entry in found:
        title = entry.title if entry.billable else f"{entry.title} (not billable)"
        table.add_row(entry.code.value, Text(title))
    Console().print(table)


def show(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="A code, with or without its point.")],
    system: SystemOption = System.ICD10CM,
) -> None:
    """Show a code: title, hierarchy, notes, validity."""
    from rich.console import Console

    registry = _registry(context)
    try:
        entry = registry.lookup(Code.parse(system, code))
    except UnknownCode as error:
        raise UnknownCode(f"{code}: {error.message}; look for it with `chartcode search`") from None
    release = next(
        r for r in reversed(registry.releases()) if r.system == system and entry.code.value in r
    )
    console = Console(highlight=False)
    for line in _described(entry, release):
        console.print(line, markup=False, soft_wrap=False)


@codesets.command("build")
def build(context: typer.Context) -> None:
    """Build the indexes of the embedded code sets; once after installation."""
    from coding.build import build_indexes

    typer.echo("Building the code-set index", err=True)
    for made in build_indexes(_index_dir(context)):
        typer.echo(f"built {made}", err=True)


@codesets.command("list")
def list_releases(context: typer.Context) -> None:
    """List the loaded releases with their validity."""
    for release in _registry(context).releases():
        valid = f"{release.valid_from} to {release.valid_to}"
        typer.echo(f"{release.system}  {release.release}  {valid}  {len(release)} codes")


@codesets.command("verify")
def verify(context: typer.Context) -> None:
    """Check the built index against what it was built from; exit with 1 if it is not sound."""
    from codesets.registry import verify_index

    problems = verify_index(_index_dir(context))
    for problem in problems:
        typer.echo(f"problem: {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("the index is sound")


def _index_dir(context: typer.Context) -> Path:
    from codesets.registry import default_index_dir
    from service.config import load_config

    return load_config(context.obj).engine.index_dir or default_index_dir()


def _registry(context: typer.Context) -> CodeSystems:
    from codesets.registry import load_registry

    return load_registry(_index_dir(context))


def _described(entry: CodeEntry, release: CodeSystem) -> Iterator[str]:
    yield f"{entry.code.value}  {entry.title}"
    valid = f"{release.valid_from} to {release.valid_to}"
    billable = "billable" if entry.billable else "not billable, a more specific code is needed"
    yield f"{entry.code.system} {release.release}, valid {valid}; {billable}"
    yield from _headed("Hierarchy", _hierarchy(entry, release))
    yield from _headed("Below it", (f"{c}  {release.title(c)}" for c in entry.children))
    yield from _headed("Inclusion terms", entry.inclusion_terms)
    yield from _headed("Includes", entry.includes)
    yield from _headed("Excludes1", entry.excludes1)
    yield from _headed("Excludes2", entry.excludes2)
    yield from _headed("Code first", entry.code_first)
    yield from _headed("Use additional code", entry.use_additional)
    yield from _headed("Code also", entry.code_also)
    yield from _headed("Notes", entry.notes)
    yield from _headed("7th character", (f"{c}  {meaning}" for c, meaning in entry.seventh))


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
