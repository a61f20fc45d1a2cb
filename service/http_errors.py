"""Errors of the HTTP service itself, and how an error nobody foresaw is told and logged."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from coding.errors import ChartcodeError

log = logging.getLogger("chartcode.http")


class HttpError(ChartcodeError):
    """The request cannot be served as it came over HTTP."""

    stage = "http"


class NotFound(HttpError):
    """There is nothing at this address."""


class MethodNotAllowed(HttpError):
    """The address does not know this method."""


class UnsupportedMediaType(HttpError):
    """The body is not sent as JSON."""


class RequestTimeout(HttpError):
    """The body took too long to arrive."""


class Busy(HttpError):
    """As many requests are in hand as the service takes on."""


class NotReady(ChartcodeError):
    """The engine is not loaded, or could not be."""

    stage = "startup"


@dataclass(frozen=True, slots=True)
class Failure:
    """An error and the id of the note it is about, where that is known."""

    error: ChartcodeError
    note_id: str | None = None


def internal_error(error: BaseException, doing: str) -> ChartcodeError:
    """What a client is told of an error nobody foresaw: its kind, and what was being done."""
    unforeseen = ChartcodeError(
        f"{doing} failed with {type(error).__name__}; this is a defect of ours"
    )
    unforeseen.__cause__ = error
    return unforeseen


def log_defect(error: BaseException, request_id: str) -> None:
    """Log where an error came from: kinds of errors, files and lines, never messages or values."""
    log.error("request=%s defect=%s", request_id, " | ".join(_places(error)))


def _places(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__, limit=-8)
        path = " > ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        yield f"{type(error).__name__} at {path or 'no place'}"
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
