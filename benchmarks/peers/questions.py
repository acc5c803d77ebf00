"""The names of the board: listed ones, distinct ones for speed, planted variants, innocents. All by seed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl
from anyascii import anyascii

from names import generated, list_measured
from screening.index import NameIndex
from screening.lists import read_un_list
from screening.validation.manipulations import manipulate
from screening.validation.people import people

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from peers.peer import Sizes

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def fold(name: str) -> str:
    """Lower-case ASCII words: what a careful user does to a name before a plain string scorer gets it."""
    return _NOT_A_WORD.sub(" ", anyascii(name).lower()).strip()


def write_questions(folder: Path, source: Path, *, sizes: Sizes, seed: int) -> dict[str, Any]:
    """Write everything the peers read into a folder; tell of the list."""
    sanctions = read_un_list(source)
    listed = NameIndex(sanctions).names.select("reference", "kind", "name", "name_type", "quality")
    planted = manipulate(sanctions.names, seed=seed, per_class=sizes.per_class).filter(
        pl.col("channel") == "name"
    )
    place = pl.int_range(pl.len()).over("manipulation")
    planted = planted.select("manipulation", "reference", place=place, name="query")
    _write(folder / "listed.json", listed.iter_rows(named=True))
    _write(folder / "planted.json", planted.iter_rows(named=True))
    innocents = people(sizes.innocents, seed=seed + 1).select("name")
    _write(folder / "innocents.json", innocents.iter_rows(named=True))
    timed = generated(sizes.timed, seed=seed).to_list()
    for form, names in (("name", timed), ("folded", map(fold, timed))):
        (folder / f"{form}.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    return list_measured(sanctions)


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    text = json.dumps([{**row, "folded": fold(row["name"])} for row in rows], ensure_ascii=False)
    file.write_text(text, encoding="utf-8")
