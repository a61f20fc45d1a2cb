from __future__ import annotations

import numpy as np

from models.trees import Trees

# x0 <= 1 -> (x1 <= 5 -> -1, else 2), else 3; and a tree of one leaf.
TREES = Trees(
    feature=np.array([0, 1, 0, 0, 0, 0], dtype=np.int32),
    threshold=np.array([1.0, 5.0, 0, 0, 0, 0]),
    left=np.array([1, 3, 2, 3, 4, 5], dtype=np.int32),
    right=np.array([2, 4, 2, 3, 4, 5], dtype=np.int32),
    value=np.array([0, 0, 3.0, -1.0, 2.0, 0.5]),
    roots=np.array([0, 5], dtype=np.int32),
    depth=2,
    baseline=-0.5,
    models=1,
)
ROWS = np.array([[1.0, 5.0], [1.0, 5.1], [1.1, 0.0]])


def test_each_row_gets_the_values_of_its_leaves() -> None:
    assert TREES.log_odds(ROWS).tolist() == [-1.0, 2.0, 3.0]


def test_ensembles_are_averaged_and_survive_storage() -> None:
    again = Trees.from_bytes(TREES.to_bytes())
    assert again.log_odds(ROWS).tolist() == TREES.log_odds(ROWS).tolist()
