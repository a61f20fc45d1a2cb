from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.config import Config
from service.engine_pool import Engine
from tests.api.fakes import FakeCoder

NOTE = {"id": "n1", "text": "Diabetes today. Denies pain", "setting": "outpatient"}
MakeClient = Callable[..., TestClient]


@pytest.fixture
def make_client() -> Iterator[MakeClient]:
    """A client of a started service: make_client(coder, **settings)."""
    with ExitStack() as stack:

        def make(coder: Engine | None = None, **settings: int | float) -> TestClient:
            app = create_app(Config(**settings), coder or FakeCoder())  # type: ignore[arg-type]
            client = stack.enter_context(TestClient(app, raise_server_exceptions=True))
            while client.get("/readyz").status_code == 503:
                pass
            return client

        yield make


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    return make_client()


def send(client: TestClient, request: object = None, **changes: object):  # type: ignore[no-untyped-def]
    """Post a request: NOTE with changes, or the bytes or the object given."""
    if isinstance(request, bytes):
        body = request
    else:
        body = json.dumps({**NOTE, **changes} if request is None else request).encode()
    return client.post(
        "/v1/suggestions", content=body, headers={"Content-Type": "application/json"}
    )
