"""Navec's table out of natasha's wheel."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from natasha.data import NEWS_EMBEDDING

from ner_service.nets import navec


def test_threads_that_load_at_once_share_one_table() -> None:
    navec._load.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        tables = list(pool.map(navec.load_navec, [Path(NEWS_EMBEDDING)] * 4))
    assert len(set(map(id, tables))) == 1
