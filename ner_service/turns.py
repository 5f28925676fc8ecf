"""Turns let several threads use one object, one after the other, and let no fork come between."""

import os
from threading import RLock
from weakref import WeakSet


class Turn:
    """A turn is a lock for `with`, which a fork waits for.

    A child process has but one thread, and would wait for ever for what another one had locked.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        _turns.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *raised: object) -> None:
        self._lock.release()


_turns: WeakSet[Turn] = WeakSet()
_taken: list[Turn] = []  # by the thread that forks


def _take_all() -> None:
    for turn in sorted(_turns, key=id):  # in one order, should several threads fork
        turn.__enter__()
        _taken.append(turn)


def _give_all_back() -> None:
    while _taken:
        _taken.pop().__exit__()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(
        before=_take_all, after_in_parent=_give_all_back, after_in_child=_give_all_back
    )
