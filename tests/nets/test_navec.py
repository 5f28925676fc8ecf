"""Navec's table out of natasha's wheel."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import natasha.data
import numpy as np
import pytest
from natasha.data import NEWS_EMBEDDING
from navec.navec import VOCAB
from navec.tar import Tar
from navec.vocab import Vocab

from ner_service.digest import digest
from ner_service.nets import natasha_files, navec


def test_threads_that_load_at_once_share_one_table() -> None:
    navec._load.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        tables = list(pool.map(navec.load_navec, [Path(NEWS_EMBEDDING)] * 4))
    assert len(set(map(id, tables))) == 1


def test_words_are_those_that_navec_itself_reads() -> None:
    with Tar(NEWS_EMBEDDING) as tar:
        words = Vocab.from_file(tar.load(VOCAB)).words
    table = navec.load_navec(Path(NEWS_EMBEDDING))
    assert words[table.unknown] == navec.UNKNOWN
    some = words[: table.unknown : 1000]
    assert np.array_equal(table.words.ids(some), np.arange(0, table.unknown, 1000))
    assert table.hash == digest(Path(NEWS_EMBEDDING))


def test_natashas_files_are_found_without_importing_natasha(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(natasha_files.sys.modules, "natasha.data")
    found = natasha_files.natasha_data.__wrapped__()
    assert found is not natasha.data
    for name in ("NEWS_EMBEDDING", "NEWS_NER", "NEWS_MORPH", "DICT_DIR", "FIRST"):
        assert Path(getattr(found, name)).samefile(getattr(natasha.data, name))


def test_without_natasha_its_files_are_an_import_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(natasha_files.sys.modules, "natasha.data")
    monkeypatch.setattr(natasha_files, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="natasha"):
        natasha_files.natasha_data.__wrapped__()


def test_the_table_has_its_words_and_no_others() -> None:
    words = navec.load_navec(Path(NEWS_EMBEDDING)).words
    asked = ["москва", "донской", "хургада", "", "донский", "хургад", "x" * 100]
    assert [words.find(word) >= 0 for word in asked] == [True] * 3 + [False] * 4
    assert [words.find(word) for word in asked] == words.ids(asked).tolist()


def test_counts_are_those_that_navec_itself_reads() -> None:
    table = navec.load_navec(Path(NEWS_EMBEDDING))
    with Tar(NEWS_EMBEDDING) as tar:
        vocab = Vocab.from_file(tar.load(VOCAB))
    counts = dict(zip(vocab.words, vocab.counts, strict=True))
    asked = ["москва", "игорь", "игор", "павля"]
    assert [table.count(word) for word in asked] == [counts.get(word, 0) for word in asked]
