"""Spark is an extra: without it the error says what to install."""

from __future__ import annotations

import sys

import polars as pl
import pytest

from screening import NameIndex, SanctionsList, spark
from screening.errors import MissingExtraError, RunError
from screening.spark import driver


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    index = NameIndex(SanctionsList.from_names([("TSi.001", "individual", "Ardo Belvane")]))
    with pytest.raises(MissingExtraError, match=r"extra `spark`"):
        spark.screen(None, index)


def test_workers_with_another_polars_end_the_run() -> None:
    tasks = pl.DataFrame({"polars": [pl.__version__, "0.1"]})
    with pytest.raises(RunError, match=r"0\.1"):
        driver._check_versions(tasks)
    driver._check_versions(tasks.head(1))
