from __future__ import annotations

import numpy as np
import pytest

from models.wording_vectors import WordingVectors, pack

RNG = np.random.default_rng(0)
CODES = ["A00.0", "B20", "B20", "S52.001A", "S52.009A"]


def unit(rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    vectors = RNG.normal(size=(rows, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit(len(CODES))
# Packed in another order than that of the codes.
ORDER = [3, 1, 4, 0, 2]
WORDINGS = WordingVectors.from_bytes(pack([CODES[i] for i in ORDER], VECTORS[ORDER]))


def test_a_wording_finds_its_own_code_first() -> None:
    for code, near in zip(CODES, WORDINGS.nearest(VECTORS, 3), strict=True):
        assert near[0].code == code
        assert near[0].similarity == pytest.approx(1, abs=0.01)
        assert len({n.code for n in near}) == 3, "a code comes once, however many wordings it has"


def test_what_is_found_does_not_depend_on_what_is_asked_beside_it() -> None:
    queries = unit(21)
    together = WORDINGS.nearest(queries, 4)
    assert together == [WORDINGS.nearest(query[None], 4)[0] for query in queries]


def test_more_neighbours_than_codes_gives_all() -> None:
    assert len(WORDINGS.nearest(VECTORS[:1], 50)[0]) == 4


def test_another_encounter_and_a_header_borrow_vectors() -> None:
    assert np.array_equal(WORDINGS.of("S52.001D"), WORDINGS.of("S52.001A"))
    assert len(WORDINGS.of("S52")) == 2
    assert len(WORDINGS.of("B20")) == 2
    assert len(WORDINGS.of("Z99")) == 0
    assert not WORDINGS.centre("Z99").any()


def test_codes_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in order of code"):
        WordingVectors(["B20", "A00.0"], np.ones((2, 4), dtype=np.int8))
