"""Fixtures that the whole suite shares."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpora_root() -> Path:
    """Where gold corpora lie; tests that need them skip without."""
    value = os.environ.get("NER_CORPORA")
    if not value:
        pytest.skip("NER_CORPORA is not set: it names the folder of the corpora")
    return Path(value)
