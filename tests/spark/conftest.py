"""One Spark session for all tests, and the sample list."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import screening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screening.index import NameIndex

SAMPLE = Path(__file__).parents[2] / "sanctions_lists" / "sample"


@pytest.fixture(scope="session")
def session() -> Iterator[Any]:
    pytest.importorskip("pyspark", reason="the extra screening[spark] is not installed")
    if shutil.which("java") is None:
        pytest.skip("no Java")
    from pyspark.sql import SparkSession  # noqa: PLC0415  # only where Spark is

    os.environ["PYSPARK_PYTHON"] = sys.executable  # the workers' python must hold this package

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    built = (
        builder.config("spark.sql.shuffle.partitions", "3")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.memory", "2g")
        .getOrCreate()
    )
    yield built
    built.stop()


@pytest.fixture(scope="session")
def index() -> NameIndex:
    return screening.NameIndex(screening.read_un_list(SAMPLE / "consolidated.xml"))
