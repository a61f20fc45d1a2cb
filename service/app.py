"""The HTTP service: the application, its one table of errors to statuses, its OpenAPI document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException

from coding.build import EngineConfig, build_coder
from coding.errors import (
    ArtifactError,
    ChainBroken,
    ChartcodeError,
    CodeSetError,
    CodeSetMissing,
    Conflict,
    InputError,
    NoteTooLong,
    PipelineError,
    StoreError,
    UnknownCode,
)
from coding.to_json import dumps, failure_to_json
from coding.types import CodingFailure, ErrorBody, Note, Setting
from service import routes, routes_page
from service.config import Config
from service.engine_pool import Engine, EnginePool
from service.guard import Guard
from service.http_errors import (
    Busy,
    Failure,
    HttpError,
    MethodNotAllowed,
    NotFound,
    NotReady,
    RequestTimeout,
    UnsupportedMediaType,
    log_defect,
)
from service.schemas import SuggestionRequest
from service.validation import Problem, problem_error

# An error has the status of its nearest class that is listed.
STATUSES: Mapping[type[ChartcodeError], int] = {
    ChartcodeError: 500,
    InputError: 422,
    NoteTooLong: 413,
    CodeSetError: 422,
    UnknownCode: 404,
    CodeSetMissing: 503,
    ArtifactError: 503,
    StoreError: 503,
    Conflict: 409,
    ChainBroken: 500,
    PipelineError: 500,
    HttpError: 400,
    NotFound: 404,
    MethodNotAllowed: 405,
    RequestTimeout: 408,
    UnsupportedMediaType: 415,
    Busy: 503,
    NotReady: 503,
}

RETRY_AFTER_S: Mapping[type[ChartcodeError], int] = {Busy: 1, NotReady: 2}

_PLACES = {"query", "path", "header", "body"}


def create_app(config: Config, coder: Engine | None = None) -> FastAPI:
    """The application. Where no coder is given, one is built in the background at start-up.

    Raises nothing at start-up for an engine that cannot be built: /readyz tells what is missing.
    """
    engine = config.engine.shared_by(config.workers)
    build = partial(_build, engine) if coder is None else lambda: coder
    app = FastAPI(
        title="Chartcode",
        version=version("chartcode"),
        description="A clinical note in, ranked medical codes with their evidence out.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # FastAPI's own traces and logs carry addresses and the messages of exceptions: both may
        # quote a note.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.config = config
    app.state.pool = EnginePool(build, threads=config.pool_threads, limit=config.queue_limit)
    app.include_router(routes.router)
    app.include_router(routes_page.router)
    app.add_exception_handler(ChartcodeError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_middleware(Guard, answer=error_response)
    app.openapi = partial(_openapi, app)  # type: ignore[method-assign]
    return app


def _build(config: EngineConfig) -> Engine:
    """The engine, having coded one note: whatever it loads late is loaded before it is ready."""
    coder = build_coder(config)
    coder.code(Note(id="first", text="Gout. No complaints.", setting=Setting.OUTPATIENT))
    return coder


def status_of(error: ChartcodeError) -> int:
    """The HTTP status of an error."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def error_response(failure: Failure) -> Response:
    """The answer to a request that failed: the body that batch puts in the place of a result."""
    error = failure.error
    said = ErrorBody(type(error).__name__, error.stage, error.message, error.field)
    wait_s = RETRY_AFTER_S.get(type(error))
    return Response(
        dumps(failure_to_json(CodingFailure(failure.note_id, said))).encode("utf-8"),
        status_of(error),
        {"Retry-After": str(wait_s)} if wait_s else None,
        media_type="application/json",
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Answer from the first moment while the engine loads."""
    pool: EnginePool = app.state.pool
    loading = asyncio.create_task(pool.load_in_background())
    yield
    await loading
    await asyncio.to_thread(pool.close)


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChartcodeError)
    if status_of(error) >= 500 and error.__cause__ is not None:
        log_defect(error, request.state.request_id)
    return error_response(Failure(error, getattr(request.state, "note_id", None)))


async def _answer_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    loc = tuple(part for part in first["loc"] if part not in _PLACES)
    problem = Problem(first["type"], loc, first["msg"], first.get("ctx", {}))
    return error_response(Failure(problem_error(problem)))


async def _answer_http(_: Request, error: Exception) -> Response:
    """What the router refuses by itself."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return error_response(Failure(NotFound("there is nothing at this address")))
    if error.status_code == 405:
        response = error_response(Failure(MethodNotAllowed("the address has other methods")))
        response.headers.update(error.headers or {})
        return response
    return error_response(Failure(HttpError("the request cannot be served")))


def _openapi(app: FastAPI) -> dict[str, object]:
    """The OpenAPI document, with the request body that the service reads by itself."""
    if not app.openapi_schema:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        body = SuggestionRequest.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document["components"]["schemas"]
        schemas.update(body.pop("$defs", {}))
        schemas["SuggestionRequest"] = body
        app.openapi_schema = document
    return app.openapi_schema
