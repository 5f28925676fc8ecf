"""The server as several processes under gunicorn, which replaces those that die.

Taggers are loaded once, before the processes fork, so that they share the memory of the models.
"""

import gc
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from prometheus_client.multiprocess import mark_process_dead
from uvicorn_worker import UvicornWorker

from ner_service.errors import ConfigError, NerError
from ner_service.service.api.shares import Shares
from ner_service.service.app import create_app, shares_of
from ner_service.service.queue.loading import load, probe
from ner_service.service.server.address import find_port
from ner_service.service.server.draining import DrainingServer
from ner_service.service.server.hangup import hold_hangups, release_hangups
from ner_service.service.server.open_files import raise_file_limit
from ner_service.service.server.single import uvicorn_options
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import Roster, Source, read_roster
from ner_service.types import Tagger

HEARTBEAT_S = 1
HUNG_S = 60  # a process whose event loop stands still for so long is replaced


def run(settings: Settings, metrics_folder: Path) -> None:
    """Serves until a signal stops it; raises `ConfigError` as the single process does."""
    hold_hangups()
    raise_file_limit(settings.max_connections)
    settings = settings.model_copy(update={"port": find_port(settings)})
    preloaded = Preloaded(settings)
    gc.collect()
    gc.freeze()  # what is here now is shared: the collector must not write to it
    GunicornApplication(settings, preloaded, metrics_folder, shares_of(settings)).run()


class Preloaded:
    """Taggers are loaded here before the processes fork, each of which takes every one once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._taggers: dict[Source, Tagger] = {}
        self.roster = read_roster(settings)
        self._load(self.roster)

    def renew(self) -> None:
        """Loads for processes to come what has changed; raises `NerError`, and changes nothing."""
        roster = read_roster(self._settings)
        self._load(roster)
        self.roster = roster

    def _load(self, roster: Roster) -> None:
        taggers = self._taggers
        try:  # what is compiled here is shared, too
            self._taggers = {
                source: taggers.get(source) or probe(load(source.spec))
                for source in roster.taggers.values()
            }
        except NerError as error:
            raise ConfigError(f"NER_TAGGERS: {error}") from None

    def take(self, spec: str) -> Tagger:
        """Returns a tagger that was loaded ahead, once, or loads it anew."""
        ahead = [source for source in self._taggers if source.spec == spec]
        return self._taggers.pop(ahead[0]) if ahead else load(spec)


class ReloadingArbiter(Arbiter):  # type: ignore[misc]
    """The first process of gunicorn's, which at a hangup has the others reload, and ends none."""

    def init_signals(self) -> None:
        """Sets gunicorn's handlers, also for hangups that came before."""
        super().init_signals()
        release_hangups()

    def spawn_worker(self) -> Any:
        """Forks a process, in which a hangup waits until it can be followed."""
        hold_hangups()
        try:
            return super().spawn_worker()
        finally:
            release_hangups()

    def handle_hup(self) -> None:
        """Loads what has changed for processes to come, and then has those that are there do so."""
        try:
            self.app.preloaded.renew()
        except NerError as error:
            self.log.error("the reload failed, and nothing has changed: %s", error)
        else:
            self.kill_workers(signal.SIGHUP)


def hang_up_parent() -> None:
    """Has all processes of the service reload."""
    os.kill(os.getppid(), signal.SIGHUP)


class GunicornApplication(BaseApplication):  # type: ignore[misc]
    """The gunicorn application, configured by our settings alone."""

    def __init__(
        self,
        settings: Settings,
        preloaded: Preloaded,
        metrics_folder: Path,
        shares: Shares | None,
    ) -> None:
        self._settings, self._metrics_folder, self._shares = settings, metrics_folder, shares
        self.preloaded = preloaded
        super().__init__()

    def load(self) -> FastAPI:
        """Builds the application of one process."""
        ahead = self.preloaded
        return create_app(
            self._settings,
            ahead.take,
            self._metrics_folder,
            ahead.roster,
            hang_up_parent,
            self._shares,
        )

    def run(self) -> None:
        """Serves until a signal stops it."""
        ReloadingArbiter(self).run()

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
            "keepalive": s.keep_alive_s,
            "timeout": HUNG_S,
            "graceful_timeout": int(s.timeout_s + s.drain_s) + 5,
            "child_exit": lambda _, ended: mark_process_dead(ended.pid),  # type: ignore[no-untyped-call]
            "control_socket_disable": True,
            # else libuv accepts all that wait at once: of a burst of connections, one process had
            # 48 and the others 15, 1 and none; so they have 18, 17, 15 and 14
            "reuse_port": True,
            "when_ready": lambda arbiter: arbiter.log.info("listening at %s", self.cfg.bind[0]),
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
