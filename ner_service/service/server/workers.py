"""The server as several processes under gunicorn, which replaces those that die.

Taggers are loaded once, before the processes fork, so that they share the memory of the models.
"""

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from prometheus_client.multiprocess import mark_process_dead
from uvicorn_worker import UvicornWorker

from ner_service.errors import ConfigError, NerError
from ner_service.service.app import create_app
from ner_service.service.queue.loading import load, probe
from ner_service.service.server.address import check_address
from ner_service.service.server.draining import DrainingServer, ignore_hangups
from ner_service.service.server.single import (
    KEEP_ALIVE_S,
    collect_rarely,
    uvicorn_options,
)
from ner_service.service.settings import Settings
from ner_service.types import Tagger

HEARTBEAT_S = 1
HUNG_S = 60  # a process whose event loop stands still for so long is replaced


def run(settings: Settings, metrics_folder: Path) -> None:
    """Serves until a signal stops it; raises `ConfigError` as the single process does."""
    collect_rarely()
    check_address(settings)
    load_tagger = preload(settings.specs.values())
    gc.collect()
    gc.freeze()  # what is here now is shared: the collector must not write to it
    GunicornApplication(settings, partial(create_app, settings, load_tagger, metrics_folder)).run()


def preload(specs: Iterable[str]) -> Callable[[str], Tagger]:
    """Returns a loader that hands out each tagger loaded ahead once, and then loads it anew."""
    try:
        taggers = {spec: probe(load(spec)) for spec in specs}  # what it compiles is shared, too
    except NerError as error:
        raise ConfigError(f"NER_TAGGERS: {error}") from None
    return lambda spec: taggers.pop(spec, None) or load(spec)


class GunicornApplication(BaseApplication):  # type: ignore[misc]
    """The gunicorn application, configured by our settings alone."""

    def __init__(self, settings: Settings, make_app: Callable[[], FastAPI]) -> None:
        self._settings, self.load = settings, make_app  # each worker loads an application
        super().__init__()

    def load_config(self) -> None:
        """Sets gunicorn's options."""
        s = self._settings
        host = f"[{s.host}]" if ":" in s.host else s.host
        chosen: dict[str, Any] = {
            "bind": f"{host}:{s.port}",
            "workers": s.workers,
            "worker_class": worker_class_of(s),
            "logger_class": RootLogger,
            "loglevel": s.log_level,
            "keepalive": KEEP_ALIVE_S,
            "timeout": HUNG_S,
            "graceful_timeout": int(s.timeout_s + s.drain_s) + 5,
            "child_exit": lambda _, ended: mark_process_dead(ended.pid),  # type: ignore[no-untyped-call]
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)


class RootLogger(Logger):  # type: ignore[misc]
    """A gunicorn logger that leaves handlers and formats to the root logger."""

    def setup(self, cfg: Any) -> None:
        """Sets the loggers up without handlers of their own."""
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True


def worker_class_of(settings: Settings) -> type[UvicornWorker]:
    """Returns a class of gunicorn workers that serve as the single process does."""

    class Worker(UvicornWorker):  # type: ignore[misc]
        CONFIG_KWARGS = uvicorn_options(settings) | {"timeout_notify": HEARTBEAT_S}

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            logging.getLogger("uvicorn.error").propagate = True

        def init_signals(self) -> None:
            """Sets uvicorn's handlers; gunicorn's first process alone reloads at SIGHUP."""
            super().init_signals()
            ignore_hangups()

        async def _serve(self) -> None:
            """Serves as `UvicornWorker` does, by a server that drains."""
            self.config.app = self.wsgi
            server = DrainingServer(self.config, settings.drain_s)
            self._install_sigquit_handler()
            await server.serve(sockets=self.sockets)
            if not server.started:
                sys.exit(Arbiter.WORKER_BOOT_ERROR)

        async def callback_notify(self) -> None:
            """Says that the event loop still turns, and ends where nobody needs the process."""
            await super().callback_notify()
            if not self.alive or os.getppid() != self.ppid:  # asked to stop, or left behind
                signal.raise_signal(signal.SIGTERM)

    return Worker
