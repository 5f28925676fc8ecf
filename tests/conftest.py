"""Fixtures that the whole suite shares."""

import os
from pathlib import Path

import pytest

from ner_service import corpora


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
