"""The body of a request, read under a hard limit of size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from coding.errors import NoteTooLong
from service.http_errors import RequestTimeout, UnsupportedMediaType

# A body over the limit is read on and thrown away up to this many times the limit: most clients
# hear an answer only after they have sent everything.
_DRAIN = 4


async def read_body(request: Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """The whole body, at most `max_bytes` of it ever held.

    Raises: UnsupportedMediaType, NoteTooLong, RequestTimeout.
    """
    _require_json(request.headers.get("content-type", ""))
    if _announced(request) > max_bytes * _DRAIN:
        raise _too_long(max_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            return await _read(request, max_bytes)
    except TimeoutError:
        raise RequestTimeout(f"the body did not arrive within {timeout_s:g} s") from None


async def _read(request: Request, max_bytes: int) -> bytes:
    body = bytearray()
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length <= max_bytes:
            body += chunk
        else:
            body.clear()
        if length > max_bytes * _DRAIN:
            break
    if length > max_bytes:
        raise _too_long(max_bytes)
    return bytes(body)


def _require_json(content_type: str) -> None:
    """JSON is UTF-8 (RFC 8259); another declared encoding would be read wrongly."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [p.removeprefix("charset=").strip('"') for p in parameters if "charset=" in p]
    if kind != "application/json" or any(charset != "utf-8" for charset in charsets):
        raise UnsupportedMediaType("send the note as JSON, with Content-Type: application/json")


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _too_long(max_bytes: int) -> NoteTooLong:
    return NoteTooLong(f"the body is longer than {max_bytes} bytes, the most allowed")
