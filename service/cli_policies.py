"""`chartcode policies`: an operator's NCCI, MUE and coverage files, and code lists checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coding.types import Claim
from service.cli_codesets import index_dir as configured_index_dir

if TYPE_CHECKING:
    from codesets.policies.values import PolicyInfo, Variant
    from coding.protocols import CodeSystems
    from coding.types import Draft, Finding

policies = typer.Typer(
    help="NCCI pairs, unit limits (MUE) and coverage policies from your own downloads.",
    no_args_is_help=True,
)

_DAY = ["%Y-%m-%d"]
_VARIANTS = "practitioner, hospital or dme"
IndexDir = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Where indexes lie. [default: as configured]")
]


@policies.command("load")
def load(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files of CMS, zipped or not.")
    ],
    variant: Annotated[
        str | None,
        typer.Option(metavar="VARIANT", help=f"Whose claims, where names do not say: {_VARIANTS}."),
    ] = None,
    valid_from: Annotated[
        datetime | None,
        typer.Option(formats=_DAY, help="First day of the files, where names do not say."),
    ] = None,
    valid_to: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="Their last day, if not the usual one.")
    ] = None,
    contractor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Keep the articles of one Medicare contractor: name or number."
        ),
    ] = None,
    index_dir: IndexDir = None,
) -> None:
    """Load policy files; what was loaded before stays if any of them fails."""
    from rich.console import Console

    from codesets.policies.load import Order, load_policies_from

    order = Order(_date(valid_from), _date(valid_to), _variant(variant), contractor)
    with Console(stderr=True).status("Reading and checking; big files take some seconds"):
        loaded = load_policies_from(files, _folder(context, index_dir), order)
    for line in loaded.said:
        typer.echo(line)
    _print_files(loaded.files)
    typer.echo("In force now for new commands; restart a running service.")


@policies.command("list")
def list_files(context: typer.Context, index_dir: IndexDir = None) -> None:
    """List the loaded files, when they hold and what they lack."""
    from codesets.policies.store import read_infos

    infos = read_infos(_folder(context, index_dir))
    if not infos:
        typer.echo("no policy file is loaded: results say `not checked`")
        return
    _print_files(infos)


@policies.command("remove")
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name from the list.")],
    index_dir: IndexDir = None,
) -> None:
    """Take a loaded file out of force."""
    from codesets.policies.store import remove as take_out

    removed = take_out(_folder(context, index_dir), name)
    typer.echo(f"removed {removed.name}; restart a running service")


@policies.command("check")
def check(
    context: typer.Context,
    codes: Annotated[
        list[str],
        typer.Argument(metavar="CODE...", help="99213-25, 11721-59x1: CODE-MODIFIERxUNITS."),
    ],
    diagnoses: Annotated[
        str, typer.Option(metavar="CODES", help="ICD-10-CM codes with commas between: E11.9,I10.")
    ] = "",
    day: Annotated[
        datetime | None,
        typer.Option("--date", formats=_DAY, help="Date of service. [default: the newest files]"),
    ] = None,
    claim: Annotated[
        Claim, typer.Option(metavar="CLAIM", help="professional or facility.")
    ] = Claim.PROFESSIONAL,
    index_dir: IndexDir = None,
) -> None:
    """Hold a claim's codes against the loaded policies; exit with 1 if there is an error."""
    from codesets.policies.look_up import load_policies
    from coding.edits.code_list import edited

    folder, on = _folder(context, index_dir), _date(day)
    registry = _registry(context, folder)
    draft = _claim(codes, diagnoses.split(",") if diagnoses.strip() else [], registry, on)
    loaded = load_policies(folder)
    findings = edited(draft, loaded, registry, on, claim).findings
    _print_findings(findings)
    names = ", ".join(info.name for info in loaded.files()) or "none"
    typer.echo(f"findings: {len(findings)}; policy files loaded: {names}")
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _claim(
    codes: Sequence[str], diagnoses: Sequence[str], registry: CodeSystems, on: date | None
) -> Draft:
    """The code list as a draft. Raises: InputError, UnknownCode, NotValidOn naming the field."""
    from coding.edits.code_list import claim_draft, read_diagnosis, read_line
    from coding.edits.modifiers_known import require_known_modifiers

    lines = [read_line(text, place) for place, text in enumerate(codes)]
    require_known_modifiers(lines, registry.newest())
    found = [read_diagnosis(text, place) for place, text in enumerate(diagnoses)]
    return claim_draft(lines, found, registry, on)


def _registry(context: typer.Context, folder: Path) -> CodeSystems:
    from codesets.registry import load_registry
    from service.config import load_config

    return load_registry(folder, cpt=load_config(context.obj).engine.cpt, licensed_text=True)


def _folder(context: typer.Context, index_dir: Path | None) -> Path:
    return index_dir or configured_index_dir(context)


def _print_files(infos: Sequence[PolicyInfo]) -> None:
    """Files as a table, and below it what each lacks and where it is from."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("Name", "From", "To"):
        table.add_column(head, no_wrap=True)
    for head in ("Rows", "Codes"):
        table.add_column(head, justify="right", no_wrap=True)
    for info in infos:
        last = str(info.valid_to) if info.valid_to else "open"
        counts = f"{info.rows:,}", f"{info.codes:,}"
        table.add_row(info.name, str(info.valid_from), last, *counts)
    Console().print(table)
    for info in infos:
        names = ", ".join(dict.fromkeys(name for name, _ in info.sources))
        typer.echo(f"{info.name}: from {names}")
        if info.partial:
            typer.echo(f"    in part: {info.partial}")


def _print_findings(findings: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.text import Text

    from service.table import SEVERITY_STYLE

    console = Console()
    for finding in findings:
        line = Text(f"{finding.severity}: ", style=SEVERITY_STYLE[finding.severity])
        codes = " ".join(code.value for code in finding.codes)
        line.append(f"{codes} " if codes else "", style="bold")
        line.append(finding.message, style="not bold")
        console.print(line.append(f" [{finding.rule}; {finding.citation}]", style="dim"))


def _variant(name: str | None) -> Variant | None:
    """Whose claims, as the operator names it. Raises: BadParameter."""
    from codesets.policies.values import VARIANTS, Kind, Variant

    if name is None:
        return None
    if name.lower() not in VARIANTS[Kind.LIMITS]:
        raise typer.BadParameter(f"must be {_VARIANTS}", param_hint="--variant")
    return Variant(name.lower())


def _date(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
