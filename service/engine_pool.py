"""The engine of one process: loaded once, off the event loop, and shared by a few threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

from coding.errors import ChartcodeError
from coding.protocols import CodeSystems
from coding.types import CodingOptions, CodingResult, Note, Provenance
from service.http_errors import Busy, NotReady, internal_error, log_defect

T = TypeVar("T")


class Engine(Protocol):
    """What the service needs of coding.pipeline.Coder."""

    @property
    def codesets(self) -> CodeSystems: ...
    @property
    def provenance(self) -> Provenance: ...
    def code(self, note: Note, options: CodingOptions | None = None) -> CodingResult:
        """Raises: ChartcodeError."""


class EnginePool:
    """Loads the engine in the background and runs work on it in a bounded number of threads.

    `limit` requests are in hand at a time, read, waiting or running; `threads` of them run.
    """

    def __init__(self, build: Callable[[], Engine], *, threads: int, limit: int) -> None:
        self._build = build
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="coder")
        self._limit = limit
        self._in_hand = 0
        self._engine: Engine | None = None
        self._problem: ChartcodeError | None = None

    def load(self) -> None:
        """Build the engine; what goes wrong is kept for whoever asks for it."""
        try:
            self._engine = self._build()
        except ChartcodeError as error:
            self._problem = error
        except Exception as error:
            self._problem = internal_error(error, "loading the engine")
            log_defect(error, "startup")

    async def load_in_background(self) -> None:
        """Load the engine without holding up the event loop."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self.load)

    def close(self) -> None:
        """Take no further work and let what runs come to its end."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    @property
    def missing(self) -> str | None:
        """What stands in the way of an answer; None when the engine is ready."""
        if self._engine is not None:
            return None
        return self._problem.message if self._problem else "the engine is still loading"

    def engine(self) -> Engine:
        """The engine. Raises: NotReady."""
        if self._engine is None:
            raise NotReady(f"not ready: {self.missing}")
        return self._engine

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """A place among the requests in hand. Raises: Busy."""
        if self._in_hand >= self._limit:
            raise Busy(f"{self._limit} requests are in hand, the most allowed; try again shortly")
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """Run work in one of the threads; it must not raise errors that quote a note."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
