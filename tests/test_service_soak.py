"""Memory stays flat under ever-new words."""

import asyncio

import pytest

from tests.serving import running
from tests.soak import soak


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("tagger", ["natasha", "spacy", "bilstm"])
def test_ever_new_words_leave_nothing_behind(tagger: str) -> None:
    with running(taggers=tagger, log_level="warning") as service:
        memory = asyncio.run(soak(service, 20_000, 2_000))
    assert max(memory[5:]) < 1.03 * memory[4], memory
