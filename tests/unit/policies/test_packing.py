from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codesets.policies.load import Order, load_policies_from
from codesets.policies.look_up import load_policies
from codesets.policies.packing import (
    DIAGNOSIS,
    PROCEDURE,
    PackedCodes,
    pack,
    pack_pair,
    places,
    unpack,
    unpack_pair,
)
from codesets.policies.values import Variant
from tests.unit.policies.policy_kit import ptp, written

PROCEDURES = st.from_regex(r"\A([0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})\Z")
DIAGNOSES = st.from_regex(r"\A[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?\Z")
FEW = st.sampled_from(("11111", "22222", "33333", "A1111"))
DAYS = st.integers(0, 400).map(lambda n: date(2031, 1, 1) + timedelta(days=n))
EDITS = st.tuples(FEW, FEW, DAYS, st.none() | DAYS, st.sampled_from((0, 1, 9)))


@given(PROCEDURES, PROCEDURES)
def test_packing_keeps_codes_and_their_order(one: str, other: str) -> None:
    first, second = pack(one, PROCEDURE), pack(other, PROCEDURE)
    assert (unpack(first, PROCEDURE), unpack(second, PROCEDURE)) == (one, other)
    assert (first < second) == (one < other)
    assert unpack_pair(pack_pair(first, second)) == (one, other)


@given(st.frozensets(DIAGNOSES, max_size=20), DIAGNOSES)
def test_a_packed_set_has_what_was_put_in(codes: frozenset[str], other: str) -> None:
    column = np.array(sorted({pack(code, DIAGNOSIS) for code in codes}), dtype=np.int64)
    packed = PackedCodes(column)
    assert all(code in packed and code.replace(".", "") in packed for code in codes)
    assert (other in packed) == (other in codes)
    assert len(packed) == len(codes)


@pytest.mark.parametrize("code", ["", "123456", "11 11", "1111é", "11a11"])
def test_what_is_no_code_is_not_packed(code: str) -> None:
    with pytest.raises(ValueError, match="not a code"):
        pack(code, PROCEDURE)


def test_places_of_what_stands_several_times_and_of_what_does_not() -> None:
    column = np.array([1, 3, 3, 9], dtype=np.int64)
    assert [list(places(column, n)) for n in (0, 1, 3, 9, 10)] == [[], [0], [1, 2], [3], []]


def _shown(last: date | None) -> str:
    return "*" if last is None else f"{last:%Y%m%d}"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(EDITS, min_size=1, max_size=12), FEW, FEW, DAYS)
def test_look_up_finds_what_a_walk_over_the_rows_finds(
    tmp_path: Path,
    edits: list[tuple[str, str, date, date | None, int]],
    one: str,
    other: str,
    on: date,
) -> None:
    rows = [
        f"{a}\t{b}\t\t{first:%Y%m%d}\t{_shown(last)}\t{indicator}\tx"
        for a, b, first, last, indicator in edits
    ]
    path = written(tmp_path, "ccipra-v370r0-f1.txt", ptp(rows))
    load_policies_from([path], tmp_path / "index", Order())
    found = load_policies(tmp_path / "index").pair(one, other, on, Variant.PRACTITIONER)
    expected = {
        (a, b, indicator)
        for a, b, first, last, indicator in edits
        if {a, b} == {one, other} and indicator != 9 and first <= on <= (last or on)
    }
    if found is None:
        assert not expected
    else:
        assert (found.column1, found.column2, found.indicator) in expected
