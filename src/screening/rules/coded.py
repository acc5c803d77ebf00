"""Texts held as numbers: each different text once, and for every payment which of them it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from screening.rules.windows import NO_KEY
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "ABSENT",
    "SAMPLE",
    "Coded",
    "encode",
    "encode_together",
    "first_known",
    "hold",
    "in_common",
    "is_text",
    "seldom_repeats",
    "shared",
    "with_numbers",
]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of texts.

    Attributes:
        numbers: For every payment the position of its text; `len(texts)` stands for null.
        texts: The different texts.
    """

    numbers: npt.NDArray[Any]
    texts: pl.Series

    @property
    def size(self) -> int:
        """How many different values there are, null counted as one."""
        return len(self.texts) + 1

    @property
    def with_null(self) -> pl.Series:
        """The different texts, and null in the place that stands for it."""
        return self.texts.extend_constant(None, 1)

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Whether a payment holds a text."""
        truth: npt.NDArray[np.bool_] = self.numbers != len(self.texts)
        return truth

    def series(self, rows: npt.NDArray[np.int64] | None = None) -> pl.Series:
        """The texts themselves, of all payments or of some rows."""
        numbers = self.numbers if rows is None else self.numbers[rows]
        return self.with_null.gather(numbers)

    def at(self, order: npt.NDArray[np.int64] | None) -> Coded:
        """Some rows, or all of them in another order."""
        return self if order is None else Coded(self.numbers[order], self.texts)

    def keys(self) -> npt.NDArray[np.uint32]:
        """As keys of windows: `NO_KEY` for null."""
        if not len(self.texts):
            return np.full(len(self.numbers), NO_KEY, np.uint32)
        if not self.known.all():
            table = np.append(np.arange(len(self.texts), dtype=np.uint32), NO_KEY)
            keys: npt.NDArray[np.uint32] = table[self.numbers]
            return keys
        return self.numbers.astype(np.uint32)

    def renamed(self, texts: pl.Series) -> Coded:
        """Another text in place of each: equal ones become one, and null is none."""
        if not len(texts):
            return self
        new = encode(texts)
        table = np.append(new.numbers, np.array([len(new.texts)], new.numbers.dtype))
        return Coded(table[self.numbers], new.texts)

    def without_blank(self) -> Coded:
        """The same with null for the empty text."""
        return self.renamed(self.texts.replace("", None)) if (self.texts == "").any() else self


ABSENT: Final = pl.Series([], dtype=pl.String)
"""The texts of a column that is not there."""


SAMPLE: Final = 200_000  # rows in which a column shows whether its texts repeat
_MANY: Final = 20_000  # different texts among them from which they are told by their hashes

_IDS: Final = ("account", "party_id", "customer_id")


def is_text(kind: pl.DataType) -> bool:
    """Whether a column is held as numbers."""
    return isinstance(kind, pl.String | pl.Categorical | pl.Enum)


def shared(name: str) -> str:
    """Which columns are numbered together: the ids of both sides."""
    _, _, field = name.partition("_")
    return field if field in _IDS else name


def hold(payments: pl.DataFrame | pl.LazyFrame, pools: dict[str, pl.Categories]) -> pl.DataFrame:
    """TRANSACTIONS with texts as numbers, which is a small part of their size; ids stay as they are.

    Args:
        payments: A lazy frame is never held with its texts as they are: it is read piece by piece.
        pools: Columns -> the texts that have numbers; filled here, so that two tables can share them.
    """
    lazy, schema = payments.lazy(), payments.collect_schema()
    if any(name not in schema for name in REQUIRED_COLUMNS):
        return lazy.collect()  # refused later, by one who can say what it is
    chosen = with_numbers(lazy.select(name for name in schema if name in TRANSACTIONS), pools)
    return chosen.collect(engine="streaming") if isinstance(payments, pl.LazyFrame) else chosen.collect()


def with_numbers(payments: pl.LazyFrame, pools: dict[str, pl.Categories]) -> pl.LazyFrame:
    """The same columns with texts as numbers, but for ids."""
    texts = [
        name
        for name, kind in payments.collect_schema().items()
        if isinstance(kind, pl.String) and name != "transaction_id"
    ]
    return payments.with_columns(
        pl.col(name).cast(pl.Categorical(pools.setdefault(shared(name), pl.Categories.random())))
        for name in texts
    )


def encode(values: pl.Series) -> Coded:
    """A column of texts as numbers."""
    return encode_together([values])[0]


def encode_together(columns: list[pl.Series]) -> list[Coded]:
    """Several columns of texts as numbers, with one numbering."""
    size = sum(map(len, columns))
    if sum(values.null_count() for values in columns) == size:
        return [Coded(np.zeros(len(values), np.uint8), ABSENT) for values in columns]
    if any(
        not isinstance(values.dtype, pl.Categorical) or values.dtype != columns[0].dtype for values in columns
    ):
        columns = [values.cast(pl.String) for values in columns]
        if any(map(seldom_repeats, columns)):
            return _by_hash(columns)
        kind = pl.Categorical(pl.Categories.random())
        columns = [values.cast(kind) for values in columns]
    codes = [values.to_physical() for values in columns]
    last = max(int(code.max()) for code in codes if code.null_count() < len(code))  # type: ignore[arg-type]
    row = np.full(last + 2, -1, np.int64)  # of some payment that holds each text, in all columns together
    begin = 0
    for code in codes:
        row[code.fill_null(last + 1).to_numpy()] = np.arange(begin, begin + len(code))
        begin += len(code)
    places = np.flatnonzero(row[:-1] >= 0)
    texts = pl.concat([values.alias("text") for values in columns]).gather(row[places]).cast(pl.String)
    count = len(places)
    width = np.min_scalar_type(count)
    result = []
    for code in codes:
        numbers = code.fill_null(last + 1).to_numpy()
        if last + 1 != count:  # other columns have texts of the pool that these have not
            table = np.full(last + 2, count, width)
            table[places] = np.arange(count)
            numbers = table[numbers]
        result.append(Coded(numbers.astype(width, copy=False), texts))
    return result


def seldom_repeats(texts: pl.Series) -> bool:
    """Whether a column holds many different texts, as far as its first rows tell."""
    sample = texts.head(SAMPLE).drop_nulls()
    return len(sample) > _MANY and sample.n_unique() > _MANY


def _by_hash(columns: list[pl.Series]) -> list[Coded]:
    """The same for texts that seldom repeat: sorting their hashes takes half as long as a table of them.

    Equal texts have equal hashes, and are told by as much of a hash as fits beside the number of the row.
    What has that in common with another text is found, and numbered apart.
    """
    values = pl.concat([values.alias("text") for values in columns])
    known = values.is_not_null().arg_true().to_numpy() if values.null_count() else None
    texts = values if known is None else values.drop_nulls()
    mask = np.uint64((1 << len(texts).bit_length()) - 1)
    packed = _hashes(texts) & ~mask
    packed |= np.arange(len(texts), dtype=np.uint64)
    packed.sort()
    fresh = np.ones(len(packed), np.bool_)
    fresh[1:] = packed[1:] ^ packed[:-1] > mask
    packed &= mask
    order = packed.view(np.int64)
    different = texts.gather(order[fresh])
    numbers = np.empty(len(texts), np.uint32)
    numbers[order] = np.cumsum(fresh, dtype=np.uint32) - np.uint32(1)
    del packed, order, fresh
    others = (different.gather(numbers) != texts).arg_true().to_numpy()
    if len(others):
        apart = encode(texts.gather(others).cast(pl.Categorical(pl.Categories.random())))
        numbers[others] = apart.numbers.astype(np.uint32) + np.uint32(len(different))
        different = pl.concat([different, apart.texts])
    width = np.min_scalar_type(len(different))
    found = numbers.astype(width, copy=False)
    if known is not None:
        found = np.full(len(values), len(different), width)
        found[known] = numbers
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return [Coded(part, different) for part in np.split(found, ends)]


def _hashes(texts: pl.Series) -> npt.NDArray[np.uint64]:
    return texts.hash().to_numpy()


def in_common(*parts: Coded) -> list[Coded]:
    """Several columns with one numbering, so that equal texts have equal numbers."""
    if all(part.texts is parts[0].texts for part in parts):
        return list(parts)
    every = encode(pl.concat([part.texts.alias("text") for part in parts]))
    null = np.array([len(every.texts)], every.numbers.dtype)
    result, begin = [], 0
    for part in parts:
        table = np.append(every.numbers[begin : begin + len(part.texts)], null)
        begin += len(part.texts)
        result.append(Coded(table[part.numbers], every.texts))
    return result


def first_known(*parts: Coded) -> Coded:
    """For every payment the first of several columns that holds a text."""
    if len(parts) == 1:
        return parts[0]
    first, *others = in_common(*parts)
    numbers = first.numbers.copy()
    for other in others:
        gaps = numbers == len(first.texts)
        if not gaps.any():
            break
        numbers[gaps] = other.numbers[gaps]
    return Coded(numbers, first.texts)
