"""The recall audit finds what an index loses, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from screening.designations import SanctionsList
from screening.index import NameIndex
from screening.validation.recall import DIFFERENCES, recall_audit

if TYPE_CHECKING:
    from collections.abc import Iterable

LISTED = [
    ("XXi.001", "individual", "Khalid Abdul-Rahman AL-TESTI"),
    ("XXi.001", "individual", "Abu Testi the Examiner"),
    ("XXe.002", "entity", "Testi General Trading Company"),
]
QUERIES = ["Khaled Abdulrahman Altesti", "Testi General Trading Co", "Jane Doe", ""]


class Forgetful:
    """An index that says something else than it should."""

    def __init__(self, index: NameIndex, change: pl.Expr | None, keep: pl.Expr) -> None:
        self._index, self._change, self._keep = index, change, keep
        self.names, self.threshold = index.names, index.threshold

    def search(self, names: Iterable[str], *, threshold: float | None = None) -> pl.DataFrame:
        found = self._index.search(names, threshold=threshold).filter(self._keep)
        return found if self._change is None else found.with_columns(score=self._change)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(SanctionsList.from_names(LISTED))


def test_an_exact_index_loses_nothing(index: NameIndex) -> None:
    for threshold in (0.6, 0.74, 1.0):
        audit = recall_audit(index, QUERIES, threshold=threshold)
        assert audit.clean
        assert audit.pairs == len(QUERIES) * len(LISTED)
        assert str(audit).startswith("0 lost of 12 pairs")
        assert audit.lost.schema == DIFFERENCES


def test_a_lost_pair_is_named(index: NameIndex) -> None:
    audit = recall_audit(Forgetful(index, None, pl.col("reference") != "XXe.002"), QUERIES)
    assert audit.lost.select("query", "reference").rows() == [("Testi General Trading Co", "XXe.002")]
    assert not audit.clean
    assert str(audit).startswith("1 lost of 12 pairs")


def test_another_score_is_told(index: NameIndex) -> None:
    audit = recall_audit(Forgetful(index, pl.col("score") * 0.99, pl.lit(value=True)), QUERIES)
    assert audit.lost.is_empty()
    assert audit.differing.height == audit.hits > 0
    assert "scored otherwise" in str(audit)


def test_a_repeated_name_is_audited_once(index: NameIndex) -> None:
    assert recall_audit(index, QUERIES * 3).pairs == recall_audit(index, QUERIES).pairs
