"""The page at /, what it loads, and the two addresses that say how the service is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from coding.to_json import Json, dumps
from coding.types import Provenance
from service.engine_pool import EnginePool
from service.http_errors import NotFound
from service.responses import HealthModel, ReadinessModel, ok

router = APIRouter()

_KINDS: Mapping[str, str] = {
    "index.html": "text/html; charset=utf-8",
    "app.css": "text/css; charset=utf-8",
    **dict.fromkeys(
        ("app.js", "cards.js", "dom.js", "note.js", "procedures.js", "result.js"),
        "text/javascript; charset=utf-8",
    ),
    "icon.svg": "image/svg+xml",
    "samples.json": "application/json",
}


@router.get("/healthz", responses={200: ok(HealthModel)}, response_class=Response)
async def healthz() -> Response:
    """Say that the process is up; nothing else is looked at."""
    return _json({"status": "ok"})


@router.get(
    "/readyz",
    response_class=Response,
    responses={
        200: ok(ReadinessModel),
        503: {"model": ReadinessModel, "description": "Not ready; `missing` says why"},
    },
)
async def readyz(request: Request) -> Response:
    """Say whether notes can be coded, and what is missing where they cannot."""
    pool: EnginePool = request.app.state.pool
    if pool.missing is not None:
        waiting: Json = {"ready": False, "missing": [pool.missing], "provenance": None}
        return _json(waiting, 503)
    provenance = _provenance(pool.engine().provenance)
    return _json({"ready": True, "missing": [], "provenance": provenance})


@router.get("/", include_in_schema=False)
async def page(request: Request) -> Response:
    """The page where someone pastes a note."""
    return _file(request, "index.html")


@router.get("/static/{name}", include_in_schema=False)
async def static(request: Request, name: str) -> Response:
    """What the page loads."""
    if name not in _KINDS:
        raise NotFound("there is nothing at this address")
    return _file(request, name)


def _file(request: Request, name: str) -> Response:
    content, tag = _read(name)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_KINDS[name])


@cache
def _read(name: str) -> tuple[bytes, str]:
    content = files("service").joinpath("web", name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _provenance(provenance: Provenance) -> Json:
    return {
        "software": provenance.software,
        "model": provenance.model,
        "codesets": dict(provenance.codesets),
        "config_sha256": provenance.config_sha256,
    }


def _json(value: Json, status: int = 200) -> Response:
    return Response(dumps(value).encode("utf-8"), status, media_type="application/json")
