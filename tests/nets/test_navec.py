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


def test_numbers_are_the_same_for_words_asked_for_again_and_for_more_than_are_kept() -> None:
    words = navec.load_navec(Path(NEWS_EMBEDDING)).words
    index = navec.WordIndex(["а", "бег", "вол", *(f"слово{n}" for n in range(2 * navec.RECENT))])
    many = [f"слово{n}" for n in range(0, 2 * navec.RECENT, 3)]
    expected = [3 + n for n in range(0, 2 * navec.RECENT, 3)]
    for asked, ids in (
        (["бег", "нет", "бег"], [1, -1, 1]),
        (many, expected),
        (["вол", "бег", "нет"], [2, 1, -1]),
        (many * 2, expected * 2),
        ([], []),
    ):
        assert index.ids(asked).tolist() == ids
    assert len(index._recent) <= navec.RECENT < len(many) * 2
    assert words.ids(["москва"]).tolist() == words.ids(["москва"]).tolist() != [-1]
