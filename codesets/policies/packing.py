"""Codes as whole numbers in code order, so that millions of them fit in sorted arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PROCEDURE = 5  # characters of a CPT or HCPCS code
DIAGNOSIS = 7  # characters of the longest ICD-10-CM code, without its point
_SIGNS = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE = len(_SIGNS)
_VALUE = {sign: value for value, sign in enumerate(_SIGNS)}
_PROCEDURES: int = len(_SIGNS) ** PROCEDURE


def pack(code: str, width: int) -> int:
    """The number of a code of at most `width` characters; its point is left out.

    Raises: ValueError for what is no code of that width.
    """
    bare = code.replace(".", "")
    if not 0 < len(bare) <= width or " " in bare:
        raise ValueError("not a code")
    number = 0
    try:
        for sign in bare.ljust(width):
            number = number * _BASE + _VALUE[sign]
    except KeyError:
        raise ValueError("not a code") from None
    return number


def unpack(number: int, width: int) -> str:
    """The code of a number, without point."""
    signs = []
    for _ in range(width):
        number, value = divmod(number, _BASE)
        signs.append(_SIGNS[value])
    return "".join(reversed(signs)).rstrip()


def pack_pair(one: int, other: int) -> int:
    """One number for two packed procedure codes, in the order of the first; it fits 53 bits."""
    return one * _PROCEDURES + other


def unpack_pair(number: int) -> tuple[str, str]:
    """The two procedure codes of a packed pair."""
    one, other = divmod(number, _PROCEDURES)
    return unpack(one, PROCEDURE), unpack(other, PROCEDURE)


def places(column: NDArray[np.int64], number: int) -> range:
    """Where a number stands in a sorted column."""
    # A plain int would make numpy copy the whole column to another type.
    wanted = np.int64(number)
    first = int(np.searchsorted(column, wanted, "left"))
    last = int(np.searchsorted(column, wanted, "right")) if first < len(column) else first
    return range(first, last)


class PackedCodes:
    """A sorted column of ICD-10-CM codes as a set of them."""

    def __init__(self, column: NDArray[np.int64]) -> None:
        self._column = column

    def __contains__(self, value: object) -> bool:
        try:
            return isinstance(value, str) and bool(places(self._column, pack(value, DIAGNOSIS)))
        except ValueError:
            return False

    def __len__(self) -> int:
        return len(self._column)
