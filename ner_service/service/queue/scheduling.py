"""Threads that tag are scheduled behind the event loop, which has little to do and answers all."""

import os
from contextlib import suppress


def yield_to_loop() -> None:
    """Keeps this thread from interrupting the event loop, which would only have to wait for it."""
    with suppress(AttributeError, OSError):  # Linux alone knows it, and some sandboxes forbid it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # of this thread alone
