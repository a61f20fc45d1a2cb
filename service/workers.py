"""Worker processes that code notes: spawned, each with a Coder of its own, replaced when they die.

Each worker talks over a pipe of its own. Whoever dies, the other side sees the pipe's end: the
parent then knows which note was being coded, and a worker never outlives its parent.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Protocol

from coding.errors import ChartcodeError, ConfigError, PipelineError
from coding.to_json import dumps, failure_to_json, result_to_json
from coding.types import CodingFailure, CodingOptions, CodingResult, ErrorBody, Note

MAX_TRIES = 2
_SPAWN = multiprocessing.get_context("spawn")


class NoteCoder(Protocol):
    """What a worker needs of a coder; coding.pipeline.Coder has it."""

    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Raises: ChartcodeError."""


CoderFactory = Callable[[], NoteCoder]
"""Builds a coder in the worker; it is pickled, so it is a function of a module or a partial."""


@dataclass(frozen=True, slots=True)
class Task:
    """A note to code; `line` is its place in the input, from 1."""

    line: int
    note: Note
    options: CodingOptions


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of output, without its newline; `failed` tells a failure from a result."""

    line: int
    body: bytes
    failed: bool


def failure(error: ChartcodeError, *, line: int, note_id: str | None) -> Answer:
    """The answer to a line that could not be coded."""
    body = ErrorBody(type(error).__name__, error.stage, error.message, error.field)
    said = failure_to_json(CodingFailure(note_id, body, line))
    return Answer(line, dumps(said).encode("utf-8"), failed=True)


def answer(coder: NoteCoder, task: Task) -> Answer:
    """Code one note. Whatever goes wrong with it is its answer and touches no other note."""
    try:
        result = coder.code(task.note, task.options)
        return Answer(task.line, dumps(result_to_json(result)).encode("utf-8"), failed=False)
    except ChartcodeError as error:
        return failure(error, line=task.line, note_id=task.note.id)
    except Exception as error:
        ours = PipelineError("coding", task.note.id, type(error).__name__)
        return failure(ours, line=task.line, note_id=task.note.id)


def _work(pipe: Connection, factory: CoderFactory) -> None:
    """The life of a worker: build a coder, say so, answer tasks until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group: the parent acts
    try:
        coder = factory()
    except ChartcodeError as error:
        pipe.send(ConfigError(error.message, field=error.field))
        return
    pipe.send(None)
    try:
        while True:
            pipe.send(answer(coder, pipe.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    task: Task | None = None
    tries: int = 0


class Workers:
    """Up to `count` workers, started as tasks come: give tasks, collect answers."""

    def __init__(self, factory: CoderFactory, count: int) -> None:
        self._factory = factory
        self._count = count
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            if kind is not None:
                worker.process.terminate()
            worker.process.join()

    @property
    def idle(self) -> bool:
        """Whether a worker is free to take a task, or may still be started."""
        free = any(worker.task is None for worker in self._workers)
        return free or len(self._workers) < self._count

    def give(self, task: Task) -> None:
        """Give a task to a worker that is free, else to a new one. Call it only while idle."""
        worker = next((worker for worker in self._workers if worker.task is None), None)
        if worker is None:
            worker = self._start()
            self._workers.append(worker)
        self._give(worker, task, tries=1)

    def collect(self) -> Iterator[Answer]:
        """Wait until some worker says something; the answers that came, perhaps none.

        Raises: ConfigError where a worker cannot build its coder or dies while it tries.
        """
        by_pipe = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe)):
            worker = by_pipe[pipe]  # type: ignore[index]
            try:
                said = worker.pipe.recv()
            except (EOFError, ConnectionResetError):
                yield from self._replace(worker)
                continue
            if isinstance(said, ChartcodeError):
                raise said
            if isinstance(said, Answer):
                worker.task = None
                yield said
            else:
                worker.ready = True

    def _start(self) -> _Worker:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_work, args=(theirs, self._factory), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _give(self, worker: _Worker, task: Task, *, tries: int) -> None:
        worker.task, worker.tries = task, tries
        # A dead worker cannot take it: collect() sees the end of its pipe and replaces it.
        with suppress(BrokenPipeError, ConnectionResetError):
            worker.pipe.send(task)

    def _replace(self, dead: _Worker) -> Iterator[Answer]:
        """Put a fresh worker in the place of a dead one and try its note there once more."""
        if not dead.ready:
            raise ConfigError(
                "a worker ended before it was ready, for lack of memory perhaps; try fewer"
                " workers, and `chartcode doctor`"
            )
        dead.process.join()
        dead.pipe.close()
        fresh = self._start()
        self._workers[self._workers.index(dead)] = fresh
        if dead.task is None:
            return
        if dead.tries < MAX_TRIES:
            self._give(fresh, dead.task, tries=dead.tries + 1)
            return
        note_id = dead.task.note.id
        yield failure(
            PipelineError("coding", note_id, "the end of its process"),
            line=dead.task.line,
            note_id=note_id,
        )
