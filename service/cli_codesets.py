"""`chartcode codesets`: which releases are in force, and how an operator changes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coding.types import System

if TYPE_CHECKING:
    from codesets.fetch import OfficialFile
    from codesets.store import ReleaseInfo
    from coding.protocols import CodeSystem

codesets = typer.Typer(help="The code sets that are installed.", no_args_is_help=True)

_DAY = ["%Y-%m-%d"]
SystemOption = Annotated[
    System, typer.Option("--system", metavar="SYSTEM", help=f"One of {', '.join(System)}.")
]


@codesets.command("build")
def build(context: typer.Context) -> None:
    """Build the indexes of the code sets that ship, and of loaded files; once after installing."""
    from coding.build import build_indexes

    typer.echo("Building the code-set indexes (about 20 seconds)", err=True)
    for made in build_indexes(index_dir(context)):
        typer.echo(f"built {made}", err=True)


@codesets.command("load")
def load(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Official files, zipped or not.")
    ],
    valid_from: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="First day of the release, where files do not say."),
    ] = None,
    valid_to: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Its last day, if not the usual one.")
    ] = None,
    cpt_licence: Annotated[
        bool,
        typer.Option(
            "--i-hold-a-cpt-licence",
            help="Attest that the AMA has licensed CPT to you for this use.",
        ),
    ] = False,
) -> None:
    """Load official files of any year; what was loaded before stays if any of them fails."""
    from rich.console import Console

    from codesets.load import Order
    from coding.build import load_code_sets

    order = Order(_day(valid_from), _day(valid_to), cpt_licence, date.today())
    with Console(stderr=True).status("Reading and checking; big lists take some seconds"):
        loaded = load_code_sets(files, order, index_dir(context))
    for line in loaded.said:
        typer.echo(line)
    for line in described(loaded.releases):
        typer.echo(line)
    typer.echo("In force now for new commands; restart a running service.")


@codesets.command("list")
def list_releases(context: typer.Context) -> None:
    """List the releases in force with their validity, their files and what they lack."""
    from codesets.registry import in_force

    for line in described([info for _, info in in_force(index_dir(context))], missing=True):
        typer.echo(line)


@codesets.command("verify")
def verify(context: typer.Context) -> None:
    """Check the built index against what it was built from; exit with 1 if it is not sound."""
    from codesets.registry import verify_index

    problems = verify_index(index_dir(context))
    for problem in problems:
        typer.echo(f"problem: {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("the index is sound")


@codesets.command("fetch")
def fetch(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Names from the list.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the files go.")] = Path("code-sets"),
    and_load: Annotated[
        bool, typer.Option("--load", help="Load what was fetched at once.")
    ] = False,
) -> None:
    """Download official files from their publishers; without names, list what there is.

    The only verb that touches the network. Files behind a licence are not among them: download
    those yourself and use `chartcode codesets load`.
    """
    from codesets.fetch import official_files

    files = {file.name: file for file in official_files()}
    if not names:
        for file in files.values():
            typer.echo(f"{file.name:<28} {file.system:<11} {file.holds}")
        return
    if unknown := [name for name in names if name not in files]:
        raise typer.BadParameter(
            f"no official file is called {unknown[0]}; `chartcode codesets fetch` lists them"
        )
    fetched = [_fetched(files[name], folder) for name in names]
    if and_load:
        load(context, fetched)


def _fetched(file: OfficialFile, folder: Path) -> Path:
    """Download one file with a progress bar, and say its hash."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    from codesets.fetch import fetch as download

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns) as bar:
        task = bar.add_task(file.name, total=file.size_bytes)
        done = download(
            file, folder, progress=lambda got, of: bar.update(task, completed=got, total=of)
        )
    pinned = "as pinned" if done.pinned else "not pinned: compare it with the publisher's"
    typer.echo(f"{done.path}: sha256 {done.sha256}, {pinned}")
    return done.path


@codesets.command("diff")
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A release, such as 2026-04-01.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A later one.")],
    system: SystemOption = System.ICD10CM,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """List the codes that one release adds, deletes, retitles or makes billable."""
    from codesets.diff import compare
    from coding.to_json import dumps

    one, other = _releases(context, system, (old, new), licensed_text=not as_json)
    difference = compare(one, other)
    if as_json:
        typer.echo(dumps(difference.to_json()))
        return
    for line in difference.lines():
        typer.echo(line)


@codesets.command("impact")
def impact(
    context: typer.Context,
    charts: Annotated[
        Path, typer.Argument(metavar="CHARTS.jsonl", help="Charts or requests, one a line.")
    ],
    old: Annotated[str, typer.Option("--from", metavar="OLD", help="The release of today.")],
    new: Annotated[str, typer.Option("--to", metavar="NEW", help="The release to come.")],
    system: SystemOption = System.ICD10CM,
    as_json: Annotated[bool, typer.Option("--json", help="As one line of JSON.")] = False,
) -> None:
    """Code charts under two releases and list the accepted codes that change: a work list."""
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from coding.build import build_coder
    from coding.to_json import dumps
    from service.config import load_config
    from service.impact import impact as measure
    from service.impact import impact_rows, read_notes

    one, other = _releases(context, system, (old, new), licensed_text=False)
    notes = tuple(read_notes(charts))
    coder = build_coder(load_config(context.obj).engine)
    progress = iter(track(notes, "Coding twice", console=Console(stderr=True), transient=True))
    result = measure(coder, notes, one, other, lambda: (next(progress, None), None)[1])
    if as_json:
        typer.echo(dumps(result.to_json()))
        return
    failed = f", {result.failed} could not be coded" if result.failed else ""
    typer.echo(
        f"{result.system} {result.old} -> {result.new}: {result.notes} notes{failed}, "
        f"{len(result.changes)} accepted codes change"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Notes", justify="right")
    for head in ("Code", "Why", "Title"):
        table.add_column(head, no_wrap=head == "Code")
    for row in impact_rows(result):
        table.add_row(*row)
    if result.changes:
        Console().print(table)


def described(infos: Sequence[ReleaseInfo], *, missing: bool = False) -> list[str]:
    """Releases as lines: what, when, from which files, what is missing."""
    lines = []
    for info in infos:
        starter = ", a starter list" if info.starter else ""
        lines.append(f"{info.system} {info.release}: {info.valid_from} to {info.valid_to}{starter}")
        lines.append(f"    from {info.source}")
        if missing:
            lines += [f"    not loaded: {what}" for what in info.missing]
    return lines


def index_dir(context: typer.Context) -> Path:
    """Where the indexes lie, as configured."""
    from codesets.registry import default_index_dir
    from service.config import load_config

    return load_config(context.obj).engine.index_dir or default_index_dir()


def _releases(
    context: typer.Context, system: System, names: Sequence[str], *, licensed_text: bool
) -> list[CodeSystem]:
    """Loaded releases by name. Raises: CodeSetMissing naming those there are."""
    from codesets.registry import load_registry, named_release

    registry = load_registry(index_dir(context), licensed_text=licensed_text)
    return [named_release(registry, system, name) for name in names]


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
