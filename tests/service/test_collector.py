"""The collector of cycles passes over loaded taggers; each test has a process of its own."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from ner_service.service.queue import collector

class Tagger:
    def __init__(self):
        self.itself = self

tagger = Tagger()
gone = weakref.ref(tagger)
collector.spare()
assert gc.get_freeze_count() > 1000
assert gc.get_threshold() == collector.COLLECT_AFTER
objects, young, _ = gc.get_threshold()
assert objects * young <= 100_000  # which one collection looks at, and keeps the event loop from
del tagger
gc.collect()
assert gone() is not None  # it was frozen
collector.release()
assert gone() is None
assert gc.get_freeze_count() > 1000
"""


def test_what_is_loaded_is_passed_over_until_it_is_gone() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
