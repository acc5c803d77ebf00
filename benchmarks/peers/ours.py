"""This library: `NameIndex.search`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peers.peer import Listed, Search


def build(listed: list[Listed]) -> Search:
    import polars as pl

    from screening.designations import SanctionsList
    from screening.index import NameIndex

    rows = [(x.reference, x.kind, x.name, x.name_type, x.quality) for x in listed]
    index = NameIndex(SanctionsList.from_names(rows))

    def search(names: list[str], threshold: float) -> Iterable[tuple[int, str, float]]:
        found = index.search(pl.Series(names), threshold=threshold).filter(pl.col("status") == "hit")
        return found.select("query_id", "reference", "score").iter_rows()

    return search


PEERS = (
    Peer(
        key="ours",
        title="**screening** (this library)",
        distributions=("screening",),
        build=build,
        sizes=Sizes(timed=1_000_000, per_class=60, innocents=20_000),
        threshold=0.75,
        why="default policy",
        default="0.75",
        lowest=0.6,
        folded=False,
    ),
)
