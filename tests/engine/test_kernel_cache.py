"""Compiled kernels are kept where nobody else can put any, and no damaged file stops a start."""

import importlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import pytest
from numba.core import caching

from ner_service.engine import jit, kernel_cache
from ner_service.errors import ConfigError
from ner_service.files import folder_open_to_others


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Any]:
    """Makes the same kernel anew, as another process would."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    kernel_cache.check_folder.cache_clear()

    def half(x: float) -> float:
        return x / 2

    return lambda: jit.compiled(half)


def test_a_folder_that_others_may_write_to_is_refused_and_nothing_of_it_executed(
    halves: Callable[[], Any], tmp_path: Path
) -> None:
    halves()(3.0)
    tmp_path.chmod(0o777)
    kernel_cache.check_folder.cache_clear()
    with pytest.raises(ConfigError, match=r"^NUMBA_CACHE_DIR: .*: others may write to .* chmod"):
        halves()
    tmp_path.chmod(0o755)
    assert halves()(3.0) == 1.5


@pytest.mark.parametrize("mode", [0o777, 0o757, 0o1777])
def test_the_last_folder_may_not_be_open_whatever_its_sticky_bit(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    assert folder_open_to_others(tmp_path) == tmp_path


def test_what_a_user_has_in_a_sticky_folder_is_his_own(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    tmp_path.chmod(0o1777)
    assert folder_open_to_others(own) is None
    tmp_path.chmod(0o777)
    assert folder_open_to_others(own) == tmp_path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    os.chown(own, 12345, 12345)
    assert folder_open_to_others(own) == own


def test_a_damaged_cache_is_compiled_again(halves: Callable[[], Any], tmp_path: Path) -> None:
    halves()(3.0)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".nbi", ".nbc"}
    for damaged in (b"", b"damaged", pickle.dumps(numba.__version__) + b"damaged", pickle.dumps(1)):
        for path in files:
            path.write_bytes(damaged)
            assert halves()(3.0) == 1.5
    with jit.from_disk():
        assert halves()(3.0) == 1.5  # what was compiled last is whole


DOUBLES = """
import sys
import numpy as np
from ner_service.engine.jit import compiled

def double(numbers):
    doubled = np.empty(len(numbers))
    for n in range(len(numbers)):
        doubled[n] = 2 * numbers[n]
    return doubled

print(*compiled(double)(np.arange(3.0)), "numba.cpython.setobj" in sys.modules)
"""


@pytest.mark.slow
def test_a_kernel_on_disk_is_loaded_without_what_would_compile_it(tmp_path: Path) -> None:
    program = tmp_path / "doubles.py"
    program.write_text(DOUBLES)
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    for compiles in (True, False):
        done = subprocess.run(
            [sys.executable, program], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"0.0 2.0 4.0 {compiles}\n"


@pytest.mark.slow
def test_kernels_that_were_installed_are_read_where_nothing_can_be_written(
    halves: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = tmp_path / "program" / "one_kernel.py"
    module.parent.mkdir()
    module.write_text("def half(x):\n    return x / 2\n")
    space: dict[str, Any] = {}
    exec(compile(module.read_text(), module, "exec"), space)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [caching.InTreeCacheLocator])
    assert jit.compiled(space["half"])(3.0) == 1.5
    assert [*(module.parent / "__pycache__").glob("*.nbi")]
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])  # a read-only file system
    with jit.from_disk():
        assert jit.compiled(space["half"])(3.0) == 1.5
    monkeypatch.undo()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "empty"))
    with jit.from_disk():
        assert jit.compiled(space["half"])(3.0) == 1.5
    assert not [*(tmp_path / "empty").rglob("*.nbi")]


def test_a_full_disk_leaves_a_kernel_that_works(
    halves: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "save", fail)
    assert halves()(3.0) == 1.5


def test_a_kernel_is_compiled_again_when_a_module_beside_it_has_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, used = tmp_path / "own.py", tmp_path / "used.py"
    own.write_text("def half(x):\n    return x / part()\n")
    used.write_text("def part():\n    return 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    space: dict[str, Any] = {"part": importlib.import_module("used").part}
    exec(compile(own.read_text(), own, "exec"), space)
    assert kernel_cache.imported_sources(space["half"]) == [used]
    stamps = []
    for text in ("# two\n", "# three\n"):
        used.write_text(text)
        kernel_cache._digest_source.cache_clear()
        stamps.append(kernel_cache.KernelCache(space["half"])._cache_file._source_stamp)
    assert stamps[0] != stamps[1]
