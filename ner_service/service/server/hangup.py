"""A hangup (SIGHUP) lets a process load its taggers and keys again, and never ends it."""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable

from ner_service.errors import NerError

HANGUP = {signal.SIGHUP}


def hold_hangups() -> None:
    """Keeps a hangup, which would end the process, until the process can follow it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HANGUP)


def release_hangups() -> None:
    """Has a hangup reach the process, also one that was kept from it."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANGUP)


def reload_at_hangup(reload: Callable[[], Awaitable[object]]) -> None:
    """Has the running event loop reload at each hangup, and at one that came before."""
    if threading.current_thread() is not threading.main_thread():
        return  # where a program embeds the service, its signals are its own
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()  # which the event loop does not hold itself

    async def follow() -> None:
        try:
            await reload()
        except NerError:  # logged already
            return

    def begin() -> None:
        task = loop.create_task(follow())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    loop.add_signal_handler(signal.SIGHUP, begin)
    release_hangups()
