"""The house: imports go downward only, and importing the library loads nothing heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import screening

PACKAGE = Path(screening.__file__).parent
PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"

FLOORS = {
    "errors": 0,
    "policy": 1,
    "schemas": 1,
    "reference": 1,
    "births": 2,
    "names": 2,
    "designations": 2,
    "corroboration": 3,
    "index": 3,
    "lists": 3,
    "payments": 3,
    "party_fields": 3,
    "hit_reasons": 4,
    "identifiers": 4,
    "hits": 5,
    "rules": 5,
    "alerts": 6,
    "audit": 6,
    "notes": 6,
    "pipeline": 7,
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


def modules() -> set[str]:
    """First-level modules and packages of the library."""
    return {path.stem for path in PACKAGE.iterdir() if path.suffix in ("", ".py") and path.name[0] != "_"}


def floors_of_the_page() -> dict[str, int]:
    """Module -> floor, as the table at the head of the page has them."""
    table = PAGE.read_text().split("```")[1]
    floors: dict[str, int] = {}
    floor = -1
    for line in table.strip("\n").splitlines():
        found = re.fullmatch(r"(\d| )  (\w+(?:  \w+)*) {3,}\S.*", line)
        assert found, f"no line of the table of floors: {line!r}"
        floor = int(found[1]) if found[1].strip() else floor
        floors |= dict.fromkeys(found[2].split(), floor)
    return floors


def test_every_module_has_a_floor_and_every_floor_its_modules() -> None:
    assert set(FLOORS) == modules()


def test_the_page_names_the_floors_as_they_are() -> None:
    assert floors_of_the_page() == FLOORS


def test_imports_go_downward_only() -> None:
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if module in ("__init__", "__main__"):
            continue
        targets = imported_modules(path) - {module, "__version__"}
        upward = sorted(target for target in targets if FLOORS[target] >= FLOORS[module])
        wrong += [f"{path.relative_to(PACKAGE)} imports {target}" for target in upward]
    assert wrong == []


def test_importing_the_library_loads_neither_spark_nor_the_command_line() -> None:
    code = "import sys, screening; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {"pyspark", "typer", "click", "rich", "pandas", "pyarrow", "screening.cli"}
    assert heavy.isdisjoint(loaded.split())
