"""Where compiled kernels are kept, and what happens where they cannot be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core import caching

from ner_service.engine import jit, kernels, lstm


def test_without_a_folder_to_write_in_kernels_work_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    jit._warn_once.cache_clear()

    def double(x: int) -> int:
        return 2 * x

    assert [jit.compiled(double)(n) for n in (1, 2)] == [2, 4]
    (record,) = caplog.records
    assert "NUMBA_CACHE_DIR" in record.message


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Any]:
    """Makes the same kernel anew, as another process would."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))

    def half(x: float) -> float:
        return x / 2

    return lambda: jit.compiled(half)


def test_a_kernel_can_be_asked_to_come_from_disk(halves: Callable[[], Any]) -> None:
    with pytest.raises(jit.NotOnDisk), jit.from_disk():
        halves()(3.0)
    halves()(3.0)
    with jit.from_disk():
        assert halves()(3.0) == 1.5


def test_other_threads_may_compile_meanwhile(halves: Callable[[], Any]) -> None:
    with jit.from_disk(), ThreadPoolExecutor(1) as pool:
        assert pool.submit(halves(), 3.0).result() == 1.5


def test_what_cannot_be_kept_is_compiled_at_once(
    halves: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    with jit.from_disk():
        assert halves()(3.0) == 1.5


def test_both_files_of_kernels_have_the_same_tanh() -> None:
    assert (kernels.TANH_BOUND, kernels.TANH_TOP, kernels.TANH_BOTTOM) == (
        lstm.TANH_BOUND,
        lstm.TANH_TOP,
        lstm.TANH_BOTTOM,
    )
