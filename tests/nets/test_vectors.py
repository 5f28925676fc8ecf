"""Word vectors in word2vec's text format."""

from pathlib import Path

import numpy as np
import pytest

from ner_service.errors import ModelError
from ner_service.nets.vectors import load_vectors


def test_a_word_has_its_vector_whatever_its_case(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("2 2\nда 1 2\nНет 3 4\n", encoding="utf-8")
    found = load_vectors(str(path)).of(["ДА", "нет", "может"])
    np.testing.assert_array_equal(found, [[1, 2], [3, 4], [0, 0]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": holds no word vectors"),
        ("да 1 2\nнет 3\n", ":2: 1 numbers, not 2"),
        ("да\nнет\n", ":1: expected a word and its finite numbers"),
        ("да 1 2\nнет nan 4\n", ":2: expected a word and its finite numbers"),
        ("да 1 2\nнет inf 4\n", ":2: expected a word and its finite numbers"),
        ("да 1 два\n", ": not word vectors in word2vec's text format"),
    ],
)
def test_what_is_no_vector_is_named(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=f"^{path}{message}"):
        load_vectors(str(path))
