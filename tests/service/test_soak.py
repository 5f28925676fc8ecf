"""Memory stays flat under ever-new words."""

import asyncio
from pathlib import Path

import pytest

from ner_service.engine.cache import WORDS
from tests.serving import memory_of, running
from tests.soak import ask_long, soak


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("tagger", ["natasha", "spacy", "bilstm"])
def test_ever_new_words_leave_nothing_behind(tagger: str) -> None:
    with running(taggers=tagger, log_level="warning", timeout_s=600) as service:
        memory = asyncio.run(soak(service, [tagger], 20_000, 2_000))
    assert max(memory[5:]) < 1.03 * memory[4], memory


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_taggers_take_less_than_450_megabytes_though_their_kernels_are_not_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    taggers = ["natasha", "bilstm"]
    with running(taggers=",".join(taggers), log_level="warning", timeout_s=600) as service:
        asyncio.run(soak(service, taggers, WORDS // 4, WORDS // 4))  # six words of it to each
        ask_long(service, taggers)
        assert memory_of(service.process.pid, "VmHWM") < 450_000_000  # 435 with second threads
    assert [*tmp_path.rglob("*.nbc")]
