"""Which expressions say of a payment what they say of any other with the same texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import polars as pl

__all__ = ["looks_at_each_row_alone", "looks_beyond_its_row"]

_SCALARS: Final = frozenset({"Scalar", "Dyn"})
_PARTS: Final[dict[str, tuple[Any, ...]]] = {
    "BinaryExpr": ("left", "right"),
    "Ternary": ("predicate", "truthy", "falsy"),
    "Alias": (0,),
    "Cast": ("expr",),
}
"""Kind of expression -> where the expressions stand that it is made of."""
_PLAIN: Final = frozenset({"FillNull", "Coalesce"})
_TRUTHS: Final = frozenset(
    {"IsNull", "IsNotNull", "IsIn", "IsBetween", "Not", "AnyHorizontal", "AllHorizontal"}
)
_OF_MANY_TEXTS: Final = frozenset({"ConcatVertical"})
_BEYOND: Final = frozenset(
    {
        "Agg", "ConcatVertical", "CumCount", "CumMax", "CumMin", "CumProd", "CumSum", "Diff", "Filter",
        "Gather", "IsDuplicated", "IsFirstDistinct", "IsLastDistinct", "IsUnique", "Len", "Over", "Rank",
        "Reverse", "Rolling", "RollingExpr", "RollingExprBy", "Shift", "ShiftAndFill", "Sort", "SortBy",
        "Unique", "Window",
    }
)  # fmt: skip
"""What looks at other rows for certain; other things may."""


def looks_at_each_row_alone(expression: pl.Expr) -> bool:
    """Whether nothing in an expression looks beyond a row; what is not known to be so is not believed.

    polars has no answer to this: `Expr.meta.is_row_separable` holds a mean and a window for separable.

    Example:
        >>> import polars as pl
        >>> looks_at_each_row_alone(pl.col("currency").str.to_lowercase().is_in(["eur"]))
        True
        >>> looks_at_each_row_alone(pl.len().over("currency") > 1)
        False
    """
    try:
        return _alone(json.loads(expression.meta.serialize(format="json")))
    except Exception:  # noqa: BLE001 (functions written in Python cannot always be told: then no)
        return False


def looks_beyond_its_row(expression: pl.Expr) -> bool:
    """Whether something in an expression looks at other rows for certain.

    Example:
        >>> import polars as pl
        >>> looks_beyond_its_row(pl.len().over("currency") > 1)
        True
        >>> looks_beyond_its_row(pl.col("booked_at").dt.hour() > 1)
        False
    """
    try:
        return _beyond(json.loads(expression.meta.serialize(format="json")))
    except Exception:  # noqa: BLE001 (functions written in Python cannot always be told: then it is not certain)
        return False


def _beyond(node: Any) -> bool:
    if isinstance(node, dict):
        return any(
            kind in _BEYOND
            or (
                kind not in ("Literal", "Column")
                and (what in _BEYOND if isinstance(what, str) else _beyond(what))
            )
            for kind, what in node.items()
        )
    return isinstance(node, list) and any(map(_beyond, node))


def _alone(node: dict[str, Any]) -> bool:
    if len(node) != 1:
        return False
    ((kind, what),) = node.items()
    if kind == "Literal":
        return set(what) <= _SCALARS
    if kind == "Function":
        return _plain(what["function"]) and all(map(_alone, what["input"]))
    return kind == "Column" or (kind in _PARTS and all(_alone(what[part]) for part in _PARTS[kind]))


def _plain(function: str | dict[str, Any]) -> bool:
    if isinstance(function, str):
        return function in _PLAIN
    ((family, which),) = function.items()
    name = which if isinstance(which, str) else next(iter(which))
    return (family == "Boolean" and name in _TRUTHS) or (
        family == "StringExpr" and name not in _OF_MANY_TEXTS
    )
