"""Fixtures that the whole suite shares."""

import gc
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from ner_service import corpora
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger

settings.register_profile("alike every time", derandomize=True)
settings.load_profile("alike every time")


def pytest_collection_finish() -> None:
    """Keeps the collector from going through all that was imported, again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def shipped() -> Callable[[str], Tagger]:
    """Loads a shipped tagger once for all tests that leave it as it is."""
    return cache(load_tagger)


@pytest.fixture(scope="session")
def corpora_root() -> Path:
    """Where gold corpora lie; tests that need them skip without."""
    value = os.environ.get("NER_CORPORA")
    if not value:
        pytest.skip("NER_CORPORA is not set: it names the folder of the corpora")
    return Path(value)


@pytest.fixture(scope="session")
def news(corpora_root: Path) -> list[str]:
    """Some real news."""
    documents = corpora.read(corpora.locate("factru_devset", corpora_root))
    return [document.text for document in documents][:12]
