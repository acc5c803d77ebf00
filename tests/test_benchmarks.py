"""The benchmarks: exponents are those of the law, a missing peer is named, pages say what was measured."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.names.comparison import SCORE_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
RESULTS = sorted((BENCHMARKS / "results").glob("*.json"))
SIZES = [10, 100, 1_000, 20_000]
LOADED = ("machine", "growth", "curves", "worst", "reading", "spark", "peers.board")


@pytest.fixture(scope="module")
def loaded() -> Iterator[dict[str, ModuleType]]:
    """Modules of `benchmarks/`, which are scripts beside each other and no package."""
    before = dict(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield {name: importlib.import_module(name) for name in LOADED}
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name, module in list(sys.modules.items()):
            if BENCHMARKS in Path(getattr(module, "__file__", None) or "/").parents:
                del sys.modules[name]
        sys.modules.update(before)


@pytest.fixture(scope="module")
def growth(loaded: dict[str, ModuleType]) -> Any:
    return loaded["growth"]


@pytest.fixture(scope="module")
def board(loaded: dict[str, ModuleType]) -> Any:
    return loaded["peers.board"]


@pytest.fixture(scope="module")
def questions(board: Any, sample_list: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("questions")
    sizes = board.Sizes(timed=30, per_class=1, innocents=5)
    board.write_questions(folder, sample_list, sizes=sizes, seed=1)
    return folder


# --- exponents -------------------------------------------------------------------------------------------


@given(st.floats(-2, 3), st.floats(1e-3, 1e3))
def test_the_exponent_of_a_power_law_is_its_power(growth: Any, power: float, factor: float) -> None:
    fitted = growth.fit_exponent(SIZES, [factor * size**power for size in SIZES])
    for slope in (fitted.value, fitted.low, fitted.high):
        assert slope == pytest.approx(power, abs=1e-6)


@given(st.lists(st.floats(1e-3, 1e3), min_size=4, max_size=4), st.floats(1e-3, 1e3), st.floats(1e-2, 1e2))
def test_units_do_not_change_the_exponent(growth: Any, costs: list[float], unit: float, scale: float) -> None:
    fitted = growth.fit_exponent(SIZES, costs)
    other = growth.fit_exponent([scale * size for size in SIZES], [unit * cost for cost in costs])
    for name in ("value", "low", "high"):
        assert getattr(other, name) == pytest.approx(getattr(fitted, name), abs=1e-6)


@given(st.lists(st.floats(1e-3, 1e3), min_size=4, max_size=4))
def test_the_exponent_lies_between_the_flattest_and_the_steepest_step(
    growth: Any, costs: list[float]
) -> None:
    fitted = growth.fit_exponent(SIZES, costs)
    assert fitted.low - 1e-9 <= fitted.value <= fitted.high + 1e-9


def test_one_point_has_no_exponent_and_nonsense_is_refused(growth: Any) -> None:
    assert growth.fit_exponent([10], [1.0]) is None
    assert growth.fit_exponent([], []) is None
    for sizes, costs in (([1, 2], [0, 1]), ([2, 1], [1, 1]), ([1, 1], [1, 1]), ([1, 2], [1])):
        with pytest.raises(ValueError, match="size"):
            growth.fit_exponent(sizes, costs)


# --- the board -------------------------------------------------------------------------------------------


def peer(board: Any, key: str) -> Any:
    return next(peer for peer in board.all_peers() if peer.key == key)


def test_a_peer_without_its_package_is_named_as_not_installed(board: Any, questions: Path) -> None:
    # EMM pins RapidFuzz below ours, so that it cannot be installed beside it
    emm = replace(peer(board, "emm"), requirements=())
    result = board.run(emm, questions, divisor=10_000)
    assert result["status"] == "not installed"
    assert "emm" in result["because"]
    row = board.row_of(emm, result, {})
    assert f"| {emm.title} | not installed |" in board.table({"rows": [row]})


def test_a_peer_without_its_environment_is_named_as_not_installed(
    board: Any, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["peers.environments"], "FOLDER", tmp_path)
    result = board.run(peer(board, "logic_v2"), questions, divisor=10_000)
    assert result["status"] == "not installed"
    assert "nomenklatura" in result["because"]


def test_a_peer_that_breaks_is_a_row_with_its_reason(board: Any, tmp_path: Path) -> None:
    broken = peer(board, "extract")
    result = board.run(broken, tmp_path, divisor=10_000)
    assert result["status"] == "failed"
    assert "listed.json" in result["because"]
    assert f"| {broken.title} | failed |" in board.table({"rows": [board.row_of(broken, result, {})]})


def test_a_peer_that_is_there_is_measured(board: Any, questions: Path) -> None:
    sort = peer(board, "cdist_token_sort_ratio")
    result = board.run(sort, questions, divisor=10_000)
    assert result["status"] == "measured"
    exact = [score for manipulation, score in result["planted"] if manipulation == "exact"]
    assert exact == [100.0]


def test_every_peer_of_the_plan_has_a_row(board: Any) -> None:
    keys = [peer.key for peer in board.all_peers()]
    assert keys[0] == "ours"
    assert len(set(keys)) == len(keys)
    assert {
        "cdist_token_sort_ratio", "cdist_token_set_ratio", "cdist_WRatio", "extract", "sparse_dot_topn",
        "emm", "logic_v2", "duckdb", "splink",
    } <= set(keys)  # fmt: skip


scores = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(scores, st.integers(0, 31))
def test_the_threshold_at_so_many_alerts_raises_no_more(
    board: Any, innocents: list[float], alerts: int
) -> None:
    threshold = board.threshold_for(alerts, innocents, 0.0)
    assert sum(score >= threshold for score in innocents) <= alerts


def test_recall_is_the_mean_of_the_manipulations(board: Any) -> None:
    planted = [("case", 0.9), ("case", 0.8), ("case", 0.7), ("glued", 0.1)]
    assert board.recall(planted, 0.75) == pytest.approx((2 / 3 + 0) / 2)


# --- curves and pages ------------------------------------------------------------------------------------


def test_curves_rise_and_the_dearest_inputs_are_what_they_say(
    loaded: dict[str, ModuleType], sample_list: Path
) -> None:
    curves, worst = loaded["curves"], loaded["worst"]
    for curve in curves.CURVES:
        for sizes in (curve.sizes, curve.smoke):
            assert all(before < after for before, after in pairwise(sizes))
    sanctions = curves.read_un_list(sample_list)
    made = {case.key: case.make(sanctions, 20) for case in worst.CASES}
    assert all(0 < len(names) <= 20 for names in made.values())
    assert all(names.n_unique() == len(names) for names in made.values())
    assert set(made["names_58"].str.split(" ").list.len()) == {58}
    assert made["one_letter"].str.len_chars().max() == worst.MAX_CHARACTERS
    assert made["longest_texts"].str.len_chars().max() == worst.MAX_TEXT


def test_a_point_over_the_limit_is_shown_and_ends_its_curve(
    loaded: dict[str, ModuleType], sample_list: Path
) -> None:
    curves = loaded["curves"]
    bench = curves.Bench(sample_list, replace(curves.SMOKE, limit=0.001))
    measured = bench.curve(curves.CURVES[2], (10, 20))
    assert [point["status"] for point in measured["points"]] == ["over the limit"]
    assert measured["exponents"]["seconds"] is None
    assert "over 0.001" in curves.table({"curves": [measured], "worst": []})


def test_the_floor_of_reading_is_of_what_is_read(loaded: dict[str, ModuleType], tmp_path: Path) -> None:
    reading = loaded["reading"]
    file = tmp_path / "payments.parquet"
    payments = pl.DataFrame(
        {
            "transaction_id": ["1"],
            "booked_at": ["2026-03-01T09:00:00Z"],
            "amount": ["1"],
            "currency": ["EUR"],
            "originator_name": ["Jo Example"],
            "originator_party_id": ["P1"],  # nothing but rules read it
            "uetr": ["f81d4fae"],  # nothing reads it
        }
    )
    payments.write_parquet(file)
    listed, every = (reading.columns(file, rules=rules) for rules in (False, True))
    assert set(every) - set(listed) == {"originator_party_id"}
    assert "uetr" not in every
    bytes_read = [reading.bytes_of(file, names) for names in (listed, every, payments.columns)]
    assert bytes_read == sorted(set(bytes_read))
    assert bytes_read[-1] < file.stat().st_size
    for key in ("decoded for the list", "decoded for all"):
        assert reading.spend(key, file, file)["cpu_seconds"] >= 0


def test_the_goals_say_of_spark_what_was_measured(loaded: dict[str, ModuleType]) -> None:
    spark = loaded["spark"]
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| Spark, list channel"))
    assert f"{spark.GOAL_ROWS:,} payments: {spark.GOAL} times" in row
    results = json.loads((BENCHMARKS / "results" / "spark.json").read_text(encoding="utf-8"))
    for measured in results["points"]:
        assert f"{spark.times_nothing(measured, 'list channel'):.2f}" in row
    (of_goal,) = [measured for measured in results["points"] if measured["rows"] == spark.GOAL_ROWS]
    met = spark.times_nothing(of_goal, "list channel") <= spark.GOAL
    assert ("| yes |" if met else "| no |") in row


def test_the_performance_page_is_what_the_results_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "performance_doc.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", RESULTS, ids=lambda file: file.name)
def test_results_say_what_they_were_measured_on_and_name_no_place(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    results = json.loads(text)
    assert set(results) >= {"machine", "python", "date", "commit", "score_version", "versions", "list"}
    assert re.fullmatch(r"\d+ cores, \d+ GiB, \w+", results["machine"])
    assert not re.search(r"(?<![\w.])/(?:work|home|tmp|root|usr)/", text)


def test_results_tell_the_version_of_the_score_and_the_page_says_where_the_library_has_another(
    loaded: dict[str, ModuleType],
) -> None:
    assert loaded["machine"].score_version() == SCORE_VERSION
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    scored = [json.loads(file.read_text(encoding="utf-8"))["score_version"] for file in RESULTS]
    older = sum(version != SCORE_VERSION for version in scored)
    assert page.count(f"**The library's score is version {SCORE_VERSION}: measure anew") == older
