"""Kinds of merchants by their category code, as of the payment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = ["is_kind", "is_travel"]


def is_travel(book: Book) -> npt.NDArray[np.bool_]:
    """Whether a payment buys travel."""
    return is_kind(book, "travel")


def is_kind(book: Book, kind: str) -> npt.NDArray[np.bool_]:
    """Whether the merchant's category is of a class of the reference table of merchants."""

    def find(rows: list[Mapping[str, Any]], code: str | None) -> int:
        return int(any(row["class"] == kind and _covers(row["code"], code) for row in rows))

    def make() -> npt.NDArray[np.bool_]:
        truth: npt.NDArray[np.bool_] = book.as_of("merchants", "merchant_category_code", find) == 1
        return truth

    if not book.has("merchant_category_code"):
        return np.zeros(book.size, np.bool_)
    return book.keep(("merchants", kind), make)


def _covers(codes: str, code: str | None) -> bool:
    low, _, high = codes.partition("-")
    return code is not None and low <= code <= (high or low)
