"""A reload lets a running service follow what its settings, files and folders say now."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict

from ner_service.errors import Code, NerError, Refused
from ner_service.service.api.keys import Keys
from ner_service.service.api.schemas import Reloaded
from ner_service.service.queue.exchange import Changes, Exchange
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import Roster, read_roster
from ner_service.service.telemetry.metrics import Metrics

log = logging.getLogger(__name__)


class Reload:
    """A reload loads what has changed, and changes nothing where any of it fails.

    `spread` asks the other processes for the same.
    """

    def __init__(
        self,
        settings: Settings,
        roster: Roster,
        exchange: Exchange,
        keys: Keys,
        metrics: Metrics,
        spread: Callable[[], None],
    ) -> None:
        self._settings, self._roster = settings, roster
        self._exchange, self._keys, self._metrics = exchange, keys, metrics
        self._spread = spread
        self._one_at_a_time = asyncio.Lock()

    async def answer(self) -> Reloaded:
        """Loads models and keys anew: those whose files or settings have changed since.

        Other processes of the service follow within seconds.
        """
        try:
            changes = await self()
        except NerError as error:
            raise Refused(Code.RELOAD_FAILED, f"nothing has changed: {error}") from None
        self._spread()
        return Reloaded(**asdict(changes))

    async def __call__(self) -> Changes:
        """Reloads this process; raises the `NerError` of what failed, which is logged as well."""
        async with self._one_at_a_time:
            try:
                roster = await asyncio.to_thread(read_roster, self._settings)
                changes = await self._follow(roster)
            except NerError as error:
                log.error("the reload failed, and nothing has changed: %s", error)
                self._metrics.reloaded("failed")
                raise
            log.info("reloaded", extra={"fields": asdict(changes)})
            self._metrics.reloaded("done")
            return changes

    async def _follow(self, roster: Roster) -> Changes:
        changes = await self._exchange.follow(roster.taggers)
        self._keys.names, self._keys.admins = roster.keys, roster.admins
        self._roster = roster
        return changes

    async def watch(self) -> None:
        """Reloads, without end, whenever what is served has changed and has come to rest."""
        before = refused = None
        while True:
            await asyncio.sleep(self._settings.watch_s)
            now = await asyncio.to_thread(self._look)
            if now == before and now not in (self._roster, refused):
                refused = now
                try:
                    await self()
                    self._spread()
                except NerError:  # logged, and not tried again until something changes
                    continue
            before = now

    def _look(self) -> Roster | str:
        try:
            return read_roster(self._settings)
        except NerError as error:
            return str(error)
