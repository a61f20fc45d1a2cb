"""The outermost layer around every request: safe headers, a log without text, no bare failures."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http_errors import Failure, internal_error, log_defect

log = logging.getLogger("chartcode.http")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


# Asked every few seconds by whatever watches over the service; not worth a line each time.
_PROBES = {"/healthz", "/readyz"}


class Guard:
    """ASGI middleware.

    Each answer carries HEADERS, an X-Request-Id and, unless the route says otherwise, no-store.
    One line a request is logged: the route's pattern, never the address itself, since a path or a
    search may hold a patient's words.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Failure], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        started = time.perf_counter()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        scope.setdefault("state", {})["request_id"] = request_id
        try:
            await self._app(scope, receive, send_guarded)
        except ClientDisconnect:
            status = 499
        except Exception as error:
            log_defect(error, request_id)
            if status == 0:
                answer = self._answer(Failure(internal_error(error, "the request")))
                await answer(scope, receive, send_guarded)
        took_ms = (time.perf_counter() - started) * 1000
        log.log(
            logging.DEBUG if _pattern(scope) in _PROBES and status < 500 else logging.INFO,
            "request=%s %s %s status=%d ms=%.1f",
            request_id,
            _method(scope),
            _pattern(scope),
            status,
            took_ms,
        )


def _method(scope: Scope) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "OTHER"


def _pattern(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "-")
