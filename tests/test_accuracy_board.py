"""The board: a worse row fails, and is frozen only with a reason."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from screening.lists import read_un_list
from screening.policy import Policy
from screening.validation.manipulations import MANIPULATIONS
from screening.validation.people import CULTURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
RARE = {"missing_kunya"}  # applies to no name of the fictional list
MODULES = ("board", "yardsticks", "measures", "readings", "curve", "names", "accuracy")


@pytest.fixture(scope="module")
def loaded() -> Iterator[dict[str, ModuleType]]:
    """Modules of `benchmarks/`, which are scripts beside each other and no package."""
    before = {name: sys.modules.get(name) for name in MODULES}
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name, module in before.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


@pytest.fixture
def board(loaded: dict[str, ModuleType]) -> Any:
    return loaded["board"]


@pytest.fixture
def row(board: Any) -> Any:
    return board.share("a list", "recall", "typo", 97, 100)


def test_a_row_is_judged_by_the_side_that_is_better(board: Any, row: Any) -> None:
    lower = replace(row, better="lower")
    for value, expected in ((0.98, "better"), (0.96, "worse"), (0.97, "same")):
        assert board.verdict(replace(row, value=value), row) == expected
    assert board.verdict(replace(lower, value=0.98), lower) == "worse"
    assert board.verdict(replace(row, of=200, found=194), row) == "counts"
    assert board.verdict(row, None) == "new"


def test_what_cannot_be_measured_any_more_is_worse(board: Any, row: Any) -> None:
    assert board.verdict(replace(row, value=None), row) == "worse"
    assert board.verdict(row, replace(row, value=None)) == "better"


def test_a_row_that_vanishes_is_gone_unless_its_whole_list_is_elsewhere(board: Any, row: Any) -> None:
    other = replace(row, item="case")
    far = replace(row, section="another list")
    assert [sign for *_, sign in board.compare([row], [row, other, far])] == ["same", "gone", "elsewhere"]


def test_a_worse_row_is_frozen_with_a_reason_only(board: Any, row: Any) -> None:
    worse = replace(row, value=0.9)
    with pytest.raises(board.UnexplainedLossError, match="typo"):
        board.refreeze([worse], [row], reason="")
    kept = board.refreeze([worse], [row], reason="fewer false alerts")
    assert [each.reason for each in kept] == ["fewer false alerts"]
    assert board.refreeze([worse], kept, reason="")[0].reason == "fewer false alerts"
    assert board.refreeze([row], kept, reason="")[0].reason == ""


def test_freezing_without_the_real_list_leaves_its_rows_alone(board: Any, row: Any) -> None:
    far = replace(row, section="another list")
    assert board.refreeze([row], [far], reason="") == [row, far]


def test_frozen_rows_read_back_as_written(board: Any, row: Any, tmp_path: Path) -> None:
    rows = [row, board.plain("a list", "F1", "all, of them", None, better="lower", reach=0.84)]
    board.write(rows, tmp_path / "frozen.csv")
    assert board.read(tmp_path / "frozen.csv") == rows
    assert board.read(tmp_path / "absent.csv") == []


def test_a_rate_of_nothing_is_no_number(board: Any) -> None:
    assert board.share("a list", "precision", "all", 0, 0).value is None


def test_an_interval_holds_its_share(board: Any) -> None:
    for found, of in ((0, 20), (7, 20), (20, 20)):
        low, high = board.interval(found, of)
        assert low <= found / of <= high


def test_regions_name_real_cultures(loaded: dict[str, ModuleType]) -> None:
    measures: Any = loaded["measures"]
    assert set(measures.REGION_OF) <= set(CULTURES)
    assert {measures.region_of(culture) for culture in CULTURES} > set(measures.REGION_OF.values())


def test_a_small_board_is_deterministic_and_falls_with_the_threshold(
    loaded: dict[str, ModuleType], sample_list: Path
) -> None:
    measures: Any = loaded["measures"]
    size = measures.Size(per_class=3, weak_per_class=1, people=200, companies=50, recombined=50, texts=10)
    sanctions = read_un_list(sample_list)
    once, again = (measures.measure(sanctions, size=size, seed=1) for _ in range(2))
    readings: Any = loaded["readings"]
    rows = readings.rows_of(once, "fictional list", Policy())
    assert rows == readings.rows_of(again, "fictional list", Policy())
    assert next(row.value for row in rows if row.item == "exact") == 1.0
    table = loaded["curve"].table(once)
    for column in ("recall", "people", "companies", "recombined", "Good", "Low", "others"):
        assert table[column].is_sorted(descending=True), column


def test_every_manipulation_is_frozen(board: Any) -> None:
    rows = board.read(BENCHMARKS / "frozen" / "accuracy.csv")
    for section in {row.section for row in rows}:
        frozen = {row.item for row in rows if row.section == section and "manipulated names" in row.measure}
        assert {m.name for m in MANIPULATIONS} - frozen <= RARE, section


def test_the_curve_marks_the_default_of_the_policy() -> None:
    page = BENCHMARKS.parent / "docs" / "threshold.md"
    assert f"| **{Policy().names.threshold:.2f}** |" in page.read_text()
