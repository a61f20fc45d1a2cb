"""Runs the service: one process, or several that share an address."""

from __future__ import annotations

from functools import partial

import uvicorn
from uvicorn.supervisors import Multiprocess

from service.app import create_app
from service.config import Config

# Standard error, no access log: service.guard logs each request without its address.
_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "chartcode": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
_SHUTDOWN_S = 30


def serve(config: Config) -> None:
    """Serve until stopped; whoever is being answered then still gets the answer."""
    settings = uvicorn.Config(
        partial(create_app, config),
        factory=True,
        host=config.host,
        port=config.port,
        workers=config.workers,
        log_config=_LOGGING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )
    if config.workers > 1:
        Multiprocess(settings, sockets=[settings.bind_socket()]).run()
    else:
        uvicorn.Server(settings).run()
