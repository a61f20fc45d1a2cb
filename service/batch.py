"""Codes a JSONL file: one answer for every line, in its order, whatever is wrong with a line.

The output is its own journal. Started again, a batch checks each line that is already there
against the input (a result names its note, the hash of its text and the configuration; a failure
of the input is the same bytes again), cuts off a torn last line and goes on with the next.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from coding.errors import ChartcodeError, InputError, InvalidNote, NoteTooLong
from coding.types import CodingOptions, Note
from service.schemas import MAX_ID_CHARS
from service.workers import Answer, Task, failure

ParseRequest = Callable[[bytes], tuple[Note, CodingOptions]]
Show = Callable[["Tally"], None]


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a batch has come. `kept` lines were there before; `bytes_read` is of the input."""

    lines: int = 0
    failed: int = 0
    kept: int = 0
    bytes_read: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """What made a result: it must not change between the start of a batch and its resumption."""

    software: str
    config_sha256: str


class Pool(Protocol):
    """Answers tasks in any order; service.workers.Workers does."""

    @property
    def idle(self) -> bool:
        """Whether a task can be given."""

    def give(self, task: Task) -> None:
        """Take a task. Called only while idle."""

    def collect(self) -> Iterable[Answer]:
        """Wait for something to happen to a task; the answers that came, perhaps none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of input, from 1, without its end; `body` is None where it is over the limit."""

    number: int
    body: bytes | None
    end: int


@dataclass(frozen=True, slots=True)
class Job:
    """A line as read: a task, or the failure that answers it."""

    work: Task | Answer
    end: int


def read_lines(source: BinaryIO, max_bytes: int) -> Iterator[Line]:
    """The lines of a stream, never holding more than `max_bytes` of one; blank ones at its end go.

    A byte order mark at the start is skipped. `end` is the number of bytes read so far.
    """
    number, end, blank = 0, 0, 0
    while piece := source.readline(max_bytes + 2):
        whole = piece
        end += len(piece)
        while not piece.endswith(b"\n") and (piece := source.readline(max_bytes)):
            whole = b""
            end += len(piece)
        if number + blank == 0:
            whole = whole.removeprefix(b"\xef\xbb\xbf")
        body = whole.removesuffix(b"\n").removesuffix(b"\r")
        if whole and not body.strip():
            blank += 1
            continue
        for _ in range(blank):
            number += 1
            yield Line(number, b"", end)
        blank = 0
        number += 1
        yield Line(number, body if whole and len(body) <= max_bytes else None, end)


def read_jobs(source: BinaryIO, parse: ParseRequest, max_bytes: int) -> Iterator[Job]:
    """What is to be done for each line. An id belongs to the first request that has it."""
    seen: set[bytes] = set()
    for line in read_lines(source, max_bytes):
        try:
            note, options = _parse(line, parse, max_bytes)
            _claim(note.id, seen)
        except ChartcodeError as error:
            said = failure(error, line=line.number, note_id=_note_id(line.body))
            yield Job(said, line.end)
        else:
            yield Job(Task(line.number, note, options), line.end)


def _parse(line: Line, parse: ParseRequest, max_bytes: int) -> tuple[Note, CodingOptions]:
    if line.body is None:
        raise NoteTooLong(f"the line is longer than {max_bytes} bytes")
    if not line.body:
        raise InvalidNote("the line is blank; each line is one JSON request")
    return parse(line.body)


def _claim(note_id: str, seen: set[bytes]) -> None:
    key = hashlib.blake2b(note_id.encode("utf-8"), digest_size=16).digest()
    if key in seen:
        raise InvalidNote("an earlier line has the same id", field="id")
    seen.add(key)


def _note_id(body: bytes | None) -> str | None:
    """The id of a request that is otherwise at fault, where it can be read."""
    try:
        note_id = json.loads(body or b"")["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    plain = isinstance(note_id, str) and len(note_id) <= MAX_ID_CHARS and note_id.isprintable()
    return note_id if plain else None


def resume(jobs: Iterator[Job], output: BinaryIO, identity: Identity) -> Tally:
    """Take the jobs that the output already answers, and leave it at the end of its last line.

    Raises: InputError where a line of the output does not answer its line of the input.
    """
    tally, good = Tally(), 0
    output.seek(0)
    for number, body in enumerate(iter(output.readline, b""), 1):
        if not body.endswith(b"\n"):
            break
        job = next(jobs, None)
        failed = None if job is None else _answers(job.work, body[:-1], identity)
        if job is None or failed is None:
            raise InputError(
                f"line {number} of the output does not answer line {number} of the input with the"
                " configuration at hand; remove the output, or write to another file"
            )
        good += len(body)
        tally = Tally(number, tally.failed + failed, number, job.end)
    output.seek(good)
    output.truncate()
    return tally


def _answers(work: Task | Answer, body: bytes, identity: Identity) -> bool | None:
    """Whether the body is a failure; None where it is no answer to this work."""
    if isinstance(work, Answer):
        return True if body == work.body else None
    try:
        said = json.loads(body)
        if said["note_id"] != work.note.id:
            return None
        if "error" in said:
            return True if said["line"] == work.line else None
        made_by = Identity(said["provenance"]["software"], said["provenance"]["config_sha256"])
        day = said["service_date"]
    except (ValueError, TypeError, KeyError):
        return None
    note = work.note
    same = (
        said.get("note_sha256") == hashlib.sha256(note.text.encode("utf-8")).hexdigest()
        and (said.get("setting"), said.get("claim")) == (note.setting, note.claim_type)
        and day == (note.service_date.isoformat() if note.service_date else None)
        and made_by == identity
    )
    return False if same else None


def run(
    jobs: Iterator[Job], output: BinaryIO, pool: Pool, *, window: int, start: Tally, show: Show
) -> Tally:
    """Answer the jobs that are left, a line each, flushed one by one. Returns the final tally.

    Raises: ConfigError where the pool cannot work. What was written until then stays.
    """
    tally = start
    for answer, end in in_order(jobs, pool, window):
        output.write(answer.body + b"\n")
        output.flush()
        tally = Tally(tally.lines + 1, tally.failed + answer.failed, tally.kept, end)
        show(tally)
    return tally


def in_order(jobs: Iterator[Job], pool: Pool, window: int) -> Iterator[tuple[Answer, int]]:
    """The answer to each job, in the order of the jobs, with where its line ends in the input.

    At most `window` jobs are held at a time, and the input is read no further ahead than that.
    """
    held: deque[Job] = deque()
    done: dict[int, Answer] = {}
    while True:
        if held and held[0].work.line in done:
            yield done.pop(held[0].work.line), held.popleft().end
            continue
        job = next(jobs, None) if len(held) < window and pool.idle else None
        if job is not None:
            held.append(job)
            if isinstance(job.work, Answer):
                done[job.work.line] = job.work
            else:
                pool.give(job.work)
        elif held:
            done.update((answer.line, answer) for answer in pool.collect())
        else:
            return
