"""The house: imports go downward only, and importing the library loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import screening

PACKAGE = Path(screening.__file__).parent

FLOORS = {
    "errors": 0,
    "policy": 1,
    "schemas": 1,
    "reference": 1,
    "names": 2,
    "designations": 2,
    "corroboration": 3,
    "index": 3,
    "lists": 3,
    "payments": 3,
    "party_fields": 3,
    "hit_reasons": 4,
    "hits": 5,
    "rules": 5,
    "alerts": 6,
    "audit": 6,
    "pipeline": 7,
    "parties": 7,
    "validation": 8,
    "runs": 8,
    "cli": 9,
    "spark": 9,
}


def imported_modules(path: Path) -> set[str]:
    """First-level modules of the package that a file imports at run time."""
    tree = ast.parse(path.read_text())
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "screening":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("screening."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("screening.")}
    return found


def test_imports_go_downward_only() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if module in ("__init__", "__main__"):
            continue
        assert module in FLOORS, f"{module} has no floor: add it to FLOORS and to docs/architecture.md"
        targets = imported_modules(path) - {module, "__version__"}
        upward = sorted(target for target in targets if FLOORS[target] >= FLOORS[module])
        wrong += [f"{path.relative_to(PACKAGE)} imports {target}" for target in upward]
    assert wrong == []


def test_importing_the_library_loads_neither_spark_nor_the_command_line() -> None:
    code = "import sys, screening; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {"pyspark", "typer", "click", "rich", "pandas", "pyarrow", "screening.cli"}
    assert heavy.isdisjoint(loaded.split())
