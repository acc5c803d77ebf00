"""Fixtures that several parts of the test suite share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("screening", deadline=None, derandomize=True)
settings.load_profile("screening")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real lists and labelled names, kept outside the project (CONTRIBUTING.md)."""
    folder = Path(os.environ.get("SCREENING_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set SCREENING_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def sample_list() -> Path:
    """The fictional list in the UN layout."""
    return ROOT / "sanctions_lists" / "sample" / "consolidated.xml"
