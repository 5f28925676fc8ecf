"""Where compiled kernels are kept, and what happens where they cannot be."""

import pytest
from numba.core import caching

from ner_service.engine import jit


def test_without_a_folder_to_write_in_kernels_work_and_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    jit._tell.cache_clear()

    def double(x: int) -> int:
        return 2 * x

    assert [jit.compiled(double)(n) for n in (1, 2)] == [2, 4]
    (record,) = caplog.records
    assert "NUMBA_CACHE_DIR" in record.message
