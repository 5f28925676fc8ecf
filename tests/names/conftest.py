"""An analyser, which takes a second to load, is shared by the tests of names."""

import pytest

from ner_service.names import Analyser


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    return Analyser()
