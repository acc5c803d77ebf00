"""The documents: every example runs, every link leads somewhere, generated pages are fresh."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import polars as pl
import pytest

import screening
from screening.audit import MANIFEST
from screening.policy import Policy
from screening.rules import FAMILIES
from screening.schemas import ALERTS, FLAGS, HITS, REJECTS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "sanctions_lists").glob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("name", [name for name in NAMES if ">>>" in (ROOT / name).read_text()])
def test_examples_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(str(ROOT / name), module_relative=False, encoding="utf-8")
    assert tried > 0
    assert failed == 0


def test_the_readme_shows_python_and_the_command_line() -> None:
    readme = (ROOT / "README.md").read_text()
    for words in (
        ">>> result = screening.screen(",
        "make demo",
        "make test",
        "screening run",
        "UN list only",
    ):
        assert words in readme


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{name} links to {target}"


def test_the_command_line_page_is_what_the_commands_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "cli_docs.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_policies_shown_are_policies(name: str) -> None:
    for text in re.findall(r"```toml\n(.*?)```", (ROOT / name).read_text(), flags=re.DOTALL):
        Policy.from_dict(tomllib.loads(text))


def test_commands_shown_exist() -> None:
    known = re.findall(
        r"^## `screening ?([a-z ]*)`", (ROOT / "docs" / "cli.md").read_text(), flags=re.MULTILINE
    )
    for name in NAMES:
        for block in re.findall(r"```(?:sh)?\n(.*?)```", (ROOT / name).read_text(), flags=re.DOTALL):
            for line in re.findall(r"^screening ([a-z]+(?: show)?)", block, flags=re.MULTILINE):
                assert line in known, f"{name} shows `screening {line}`"


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    for name in NAMES:
        used = re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / name).read_text(), flags=re.MULTILINE)
        assert set(used) <= targets, name


def test_every_family_has_a_cap() -> None:
    assert set(Policy().outcomes.family_caps) == set(FAMILIES.values())


def rows_of(section: str) -> dict[str, str]:
    """The table in a section of the architecture page: what a first cell quotes -> the last cell."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    text = page.split(f"## {section}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {quoted: cells[-1] for cells in rows for quoted in quotes(cells[0])}


def quotes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_the_architecture_page_names_the_columns_of_every_output() -> None:
    named = {file: quotes(cell) for file, cell in rows_of("What a run leaves").items()}
    assert named.pop(MANIFEST) == []
    tables = {"alerts": ALERTS, "hits": HITS, "flags": FLAGS, "rejects": REJECTS}
    assert named == {f"{name}.parquet": schema.names() for name, schema in tables.items()}


def test_the_architecture_page_names_every_key_of_a_manifest(sample_list: Path) -> None:
    payments = pl.DataFrame(
        {
            "transaction_id": ["P1"],
            "booked_at": ["2026-03-01T09:00:00Z"],
            "amount": ["1.00"],
            "currency": ["EUR"],
            "originator_name": ["Jo Example"],
        }
    )
    manifest = screening.screen(payments, screening.NameIndex(screening.read_un_list(sample_list))).manifest
    assert set(rows_of("The manifest")) == {*manifest, "outputs"}


def test_no_document_names_a_place_of_its_making() -> None:
    for name in NAMES:
        text = (ROOT / name).read_text()
        assert not re.search(r"(?<![\w.])/(?:work|home|tmp)/", text), name
