"""The public names: all of them, nothing else, loaded only when used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import screening


def test_all_lists_exactly_the_public_names() -> None:
    assert sorted(screening.__all__) == sorted({*screening._HOME_OF, "__version__"})
    assert dir(screening) == sorted(screening.__all__)
    for name in screening.__all__:
        assert getattr(screening, name) is not None


def test_what_type_checkers_see_is_what_is_loaded() -> None:
    tree = ast.parse(Path(screening.__file__).read_text())
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("screening.")
        for alias in node.names
    }
    assert seen == screening._HOME_OF


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'blacklist'"):
        screening.blacklist  # noqa: B018  # the access is what is tested


def test_importing_loads_no_data_frame_library() -> None:
    code = "import sys, screening; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert {"polars", "numpy", "lxml", "rapidfuzz"}.isdisjoint(loaded.split())


def test_every_package_names_what_it_exports() -> None:
    packages = sorted(Path(screening.__file__).parent.glob("*/__init__.py"))
    assert packages
    for path in packages:
        source = path.read_text()
        imports = any(isinstance(node, ast.ImportFrom) for node in ast.parse(source).body)
        assert "__all__" in source or not imports, f"{path} imports names but has no __all__"
