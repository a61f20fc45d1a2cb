"""The routes under /v1: suggestions for a note, and the code systems without any note."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from coding.errors import ChartcodeError, InvalidNote, UnknownCode
from coding.to_json import Json, dumps, result_to_json
from coding.types import System
from service.body import read_body
from service.code_entry import (
    ALL_SYSTEMS,
    code_named,
    entry_to_json,
    release_of,
    search,
    system_named,
)
from service.config import Config
from service.engine_pool import Engine, EnginePool
from service.http_errors import Failure, internal_error
from service.responses import CodeEntryModel, CodeQuery, CodeSearchModel, ResultModel, failures, ok
from service.schemas import parse_request

router = APIRouter(prefix="/v1")

_REQUEST_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SuggestionRequest"}}},
}


@router.post(
    "/suggestions",
    summary="Suggest codes for a note",
    response_class=Response,
    responses={200: ok(ResultModel), **failures(408, 413, 415, 422, 500, 503)},
    openapi_extra={"requestBody": _REQUEST_BODY},
)
async def suggestions(request: Request) -> Response:
    """Code one note: ranked codes with evidence and proof, and what was not coded and why.

    The answer is the same bytes as the command line's and the batch's for the same note.
    """
    config, pool = _config(request), _pool(request)
    with pool.admitted():
        engine = pool.engine()
        raw = await read_body(
            request, max_bytes=config.max_body_bytes, timeout_s=config.body_timeout_s
        )
        answer = await pool.run(lambda: _answer(engine, raw, config.engine.max_note_chars))
    if isinstance(answer, Failure):
        request.state.note_id = answer.note_id
        raise answer.error
    return Response(answer, media_type="application/json")


@router.get(
    "/codes/{system}/{code}",
    summary="Look up a code",
    response_class=Response,
    responses={200: ok(CodeEntryModel), **failures(404, 422, 500, 503)},
)
def look_up(
    request: Request,
    system: str,
    code: str,
    on: Annotated[date | None, Query(description="Give it as of this date of service.")] = None,
) -> Response:
    """Give a code in its newest loaded release; `E11.22` and `E1122` are the same code."""
    named = system_named(system)
    if named is None:
        raise UnknownCode(f"the code systems are {', '.join(System)}", field="system")
    codesets = _pool(request).engine().codesets
    entry = codesets.lookup(code_named(named, code), on)
    return _json(entry_to_json(release_of(codesets, entry, on), entry))


@router.get(
    "/codes",
    summary="Search codes by words",
    response_class=Response,
    responses={200: ok(CodeSearchModel), **failures(422, 500, 503)},
)
def search_codes(request: Request, query: Annotated[CodeQuery, Query()]) -> Response:
    """Find codes by words of their titles and other wordings, best first.

    `system=all` searches every loaded system. Of CPT at most 20 codes come at a time.
    """
    system = system_named(query.system)
    if system is None and query.system.lower() != ALL_SYSTEMS:
        known = ", ".join((*System, ALL_SYSTEMS))
        raise InvalidNote(f"system must be one of {known}", field="system")
    if not query.q.strip():
        raise InvalidNote("q must have at least one word", field="q")
    return _json(search(_pool(request).engine().codesets, system, query.q, query.limit))


def _answer(engine: Engine, raw: bytes, max_note_chars: int) -> bytes | Failure:
    """The result as it is sent. Nothing is raised: what quotes a note must not leave the thread."""
    note_id = None
    try:
        note, options = parse_request(raw, max_note_chars=max_note_chars)
        note_id = note.id
        return dumps(result_to_json(engine.code(note, options))).encode("utf-8")
    except ChartcodeError as error:
        return Failure(error, note_id)
    except Exception as error:
        return Failure(internal_error(error, "coding the note"), note_id)


def _json(value: Json) -> Response:
    return Response(dumps(value).encode("utf-8"), media_type="application/json")


def _pool(request: Request) -> EnginePool:
    pool: EnginePool = request.app.state.pool
    return pool


def _config(request: Request) -> Config:
    config: Config = request.app.state.config
    return config
