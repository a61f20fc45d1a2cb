"""`chartcode batch`: a JSONL file of requests, answered line by line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from coding.errors import InputError

if TYPE_CHECKING:
    from service.batch import Identity, Show, Tally
    from service.config import Config

# Notes read ahead of the first unanswered one, for each worker: a long note holds up few others.
WINDOW_PER_WORKER = 8
EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130


def batch(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A request on each line; - is standard input.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="OUT", help="An answer on each line; - is standard output.")
    ],
    workers: Annotated[
        int, typer.Option(min=1, help="Processes; more than there are cores does not help.")
    ] = 1,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 if any line could not be coded.")
    ] = False,
) -> None:
    """Code a JSONL file, one answer for every line, in its order.

    Killed half way and started again with the same files, it goes on where it stopped.
    """
    from service.config import load_config

    config = load_config(context.obj)
    try:
        tally = _run(source, target, workers, config)
    except KeyboardInterrupt:
        again = "" if target == "-" else "; run the same command again to go on"
        typer.echo(f"interrupted{again}", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    typer.echo(_summary(tally), err=True)
    if strict and tally.failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def _run(source: str, target: str, workers: int, config: Config) -> Tally:
    from functools import partial

    from coding.build import build_coder
    from service import batch as engine
    from service.schemas import parse_request
    from service.workers import Workers

    parse = partial(parse_request, max_note_chars=config.engine.max_note_chars)
    with ExitStack() as stack:
        read, size = _open_input(source, stack)
        write = _open_output(target, source, stack)
        jobs = engine.read_jobs(read, parse, config.max_body_bytes)
        start = engine.Tally()
        if target != "-":
            start = engine.resume(jobs, write, _identity(config))
        pool = stack.enter_context(
            Workers(partial(build_coder, config.engine.shared_by(workers)), workers)
        )
        show = stack.enter_context(_progress(size, start))
        window = WINDOW_PER_WORKER * workers
        return engine.run(jobs, write, pool, window=window, start=start, show=show)


def _identity(config: Config) -> Identity:
    """What a result of this software under this configuration says made it."""
    from coding.build import config_sha256
    from service.batch import Identity

    return Identity(f"chartcode {version('chartcode')}", config_sha256(config.engine))


def _open_input(source: str, stack: ExitStack) -> tuple[BinaryIO, int | None]:
    """The input, with its size in bytes where that is known."""
    if source == "-":
        return sys.stdin.buffer, None
    path = Path(source)
    try:
        return stack.enter_context(path.open("rb")), path.stat().st_size or None
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror}") from None


def _open_output(target: str, source: str, stack: ExitStack) -> BinaryIO:
    """The output, for reading and appending, locked against a second run. Raises: InputError."""
    if target == "-":
        return sys.stdout.buffer
    import fcntl

    path = Path(target)
    if source != "-" and path.exists() and path.samefile(source):
        raise InputError("input and output are the same file; write to another one")
    try:
        output = stack.enter_context(path.open("a+b"))
        fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"another run is writing {target}; wait for its end") from None
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from None
    return output


@contextmanager
def _progress(size: int | None, start: Tally) -> Iterator[Show]:
    """A progress bar on stderr where that is a terminal: by bytes of input, with lines counted."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[lines]} lines, {task.fields[failed]} failed"),
        BarColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=size, lines=start.lines, failed=start.failed)

        def show(tally: Tally) -> None:
            bar.update(task, completed=tally.bytes_read, lines=tally.lines, failed=tally.failed)

        yield show


def _summary(tally: Tally) -> str:
    if tally.kept and tally.kept == tally.lines:
        said = f"already complete: {tally.lines} lines answered"
    elif tally.kept:
        said = f"{tally.lines} lines answered, {tally.kept} of them by an earlier run"
    else:
        said = f"{tally.lines} lines answered"
    return f"{said}; {tally.failed} failed"
