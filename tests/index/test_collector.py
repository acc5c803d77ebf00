"""The collector of cycles stands after a search as the caller had set it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from screening.designations import SanctionsList
from screening.errors import PolicyError
from screening.index import NameIndex
from screening.index.collector import collector_paused

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(params=[True, False], ids=["running", "stopped by the caller"])
def running(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    gc.enable() if request.param else gc.disable()
    yield request.param
    gc.enable() if before else gc.disable()


def test_a_search_leaves_the_collector_as_it_was(running: bool) -> None:  # noqa: FBT001
    index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", "Khalid Dormani")]))
    index.search(["Khalid Dormani", "Jane Doe"])
    index.scan_text(["rent for Khalid Dormani"])
    assert gc.isenabled() is running


def test_a_failure_leaves_the_collector_as_it_was(running: bool) -> None:  # noqa: FBT001
    index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", "Khalid Dormani")]))
    with pytest.raises(PolicyError):
        index.scan_text(["rent"], threshold=2.0)
    assert gc.isenabled() is running


def test_the_collector_pauses_meanwhile(running: bool) -> None:  # noqa: FBT001
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled() is running
