"""Short numbers and their products against those of NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ner_service.engine import shorts
from ner_service.engine.shorts import MOST, PART, TAIL

pytestmark = pytest.mark.skipif(not shorts.AVAILABLE, reason="this processor has no short products")
sizes = st.tuples(st.integers(1, 19), st.integers(1, 2 * PART + 3), st.integers(1, 70))


def product(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    packed = shorts.pack(weight.astype(np.float32))
    out = np.zeros((len(x), packed.steps.shape[1]), dtype=np.float32)
    shorts.matmul(*shorts.shorten(x.astype(np.float32)), packed.panels, packed.steps, out)
    return out[:, : weight.shape[1]]


@settings(max_examples=8, deadline=None)
@given(sizes, st.integers(0, 99))
def test_products_differ_from_those_of_numpy_by_what_norms_allow(
    size: tuple[int, int, int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows, inner, columns = size
    x = rng.normal(size=(rows, inner)) * np.exp(rng.normal(size=(rows, 1)))
    weight = rng.normal(size=(inner, columns)) * np.exp(rng.normal(size=columns))
    error = abs(product(x, weight) - x @ weight)
    allowed = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(weight, axis=0)
    assert (error <= 2e-4 * allowed + 1e-6).all()


@pytest.mark.parametrize("inner", [1, 2, PART, PART + 1])
def test_no_sum_leaves_32_bits_where_rows_are_the_columns_themselves(inner: int) -> None:
    """A row that is a column has the greatest product that their norms allow."""
    for weight in (np.ones((inner, 3)), -np.ones((inner, 3)), 7.0 * np.eye(inner, 3)):
        for x in (weight.T, -weight.T):
            np.testing.assert_allclose(product(x, weight), x @ weight, rtol=1e-3, atol=1e-3)


def test_rows_and_columns_of_zeros_give_zeros() -> None:
    assert not product(np.ones((3, 0)), np.ones((0, 5))).any()  # words of a net with shapes alone
    assert not product(np.zeros((3, 9)), np.ones((9, 5))).any()
    assert not product(np.ones((3, 9)), np.zeros((9, 5))).any()


def test_a_row_is_the_same_to_the_bit_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(23, 150)), rng.normal(size=(150, 40))
    together = product(x, weight)
    for n in range(len(x)):
        np.testing.assert_array_equal(product(x[n : n + 1], weight)[0], together[n])


def test_a_stored_row_is_within_half_a_step_of_its_numbers() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(4, 64)), np.zeros((1, 64))]).astype(np.float32)
    out = np.empty((5, 64 + TAIL), dtype=np.int16)
    shorts.store(x, out)
    steps = np.ascontiguousarray(out[:, 64:66]).view(np.float32)
    np.testing.assert_allclose(steps[:, 0], abs(x).max(1) / MOST, rtol=1e-6)
    assert (abs(out[:, :64] * steps - x) <= 0.501 * steps).all()
