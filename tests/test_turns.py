"""Turns between threads, and across a fork."""

import subprocess
import sys

FORK = """
import os, threading
from ner_service.turns import Turn

turn, inside, forking = Turn(), threading.Event(), threading.Event()

def work():
    with turn:
        inside.set()
        forking.wait()

threading.Thread(target=work).start()
inside.wait()
os.register_at_fork(before=forking.set)  # the hook that came last is called first
child = os.fork()
if not child:
    with turn:
        os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
with turn, turn:
    print("the parent goes on")
"""


def test_a_child_never_waits_for_a_thread_that_it_lacks() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "7\nthe parent goes on\n"
