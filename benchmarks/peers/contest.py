"""One peer over the names of a folder, in a process of its own: `python -m peers.contest KEY FOLDER DIVISOR`.

Standard library only, since some peers run in environments of their own. Prints one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from machine import Spent, peak_mib, versions
from peers.peer import Listed, Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MODULES = ("ours", "scorers", "tfidf", "entity_matching", "logic_v2", "jaro_winkler", "splink_linkage")


def all_peers() -> tuple[Peer, ...]:
    """Every row of the board, ours first."""
    return tuple(peer for name in MODULES for peer in importlib.import_module(f"peers.{name}").PEERS)


def scaled(sizes: Sizes, divisor: int) -> Sizes:
    """Smaller sizes for a smoke run; never nothing."""
    smaller = {name: max(1, getattr(sizes, name) // divisor) for name in Sizes.__slots__}
    return replace(sizes, **smaller)


def read_lines(file: Path, n: int) -> list[str]:
    with file.open(encoding="utf-8") as lines:
        return [line.removesuffix("\n") for line in islice(lines, n)]


def read_rows(file: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return rows


def best(found: Iterable[tuple[int, str, float]], n: int, own: Sequence[str | None]) -> list[float]:
    """Best score of each name: against its own entry if it has one, else against any."""
    scores = [0.0] * n
    for number, reference, score in found:
        if own[number] is None or own[number] == reference:
            scores[number] = max(scores[number], score)
    return scores


def contest(peer: Peer, folder: Path, divisor: int) -> dict[str, Any]:
    """Build, search cold with the clock running, then score the planted names and the innocents."""
    sizes = scaled(peer.sizes, divisor)
    form = "folded" if peer.folded else "name"
    listed = [Listed(**row) for row in read_rows(folder / "listed.json")]
    names = read_lines(folder / f"{form}.txt", sizes.timed)
    planted = [row for row in read_rows(folder / "planted.json") if int(row["place"]) < sizes.per_class]
    innocents = read_rows(folder / "innocents.json")[: sizes.innocents]
    with Spent() as building:
        search = peer.build(listed)
    with Spent() as searching:
        pairs = sum(1 for _ in search(names, peer.threshold))
    peak = peak_mib()
    asked = [row[form] for row in planted + innocents]
    own = [row["reference"] for row in planted] + [None] * len(innocents)
    scores = best(search(asked, peer.lowest), len(asked), own)
    return {
        "names": len(names),
        "build_seconds": building.wall,
        "seconds": searching.wall,
        "cpu_seconds": searching.cpu,
        "pairs": pairs,
        "peak_mib": peak,
        "versions": versions(peer.distributions),
        "planted": [
            [row["manipulation"], score] for row, score in zip(planted, scores[: len(planted)], strict=True)
        ],
        "innocents": scores[len(planted) :],
    }


def main(key: str, folder: str, divisor: str) -> None:
    peer = next(peer for peer in all_peers() if peer.key == key)
    try:
        result = contest(peer, Path(folder), int(divisor))
    except ImportError as error:
        result = {"missing": str(error)}
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
