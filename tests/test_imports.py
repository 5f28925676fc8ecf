"""What importing the service does not pull in."""

import subprocess
import sys

HEAVY = (
    "torch",
    "spacy",
    "natasha",
    "slovnet",
    "numba",
    "seqeval",
    "ner_service.training",
    "ner_service.nets",
)


def test_the_service_imports_no_tagger_library_until_one_is_needed() -> None:
    code = "import sys, ner_service.service.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stdout.split())


def test_serving_needs_no_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from ner_service.taggers.registry import load_tagger\n"
        "for name in ('natasha', 'bilstm'): print(len(load_tagger(name).tag(['Анна Иванова живёт в Москве.'])[0]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "2"]
