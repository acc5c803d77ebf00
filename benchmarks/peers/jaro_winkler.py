"""DuckDB: a join on `jaro_winkler_similarity`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peers.peer import Listed, Search

THREADS = 2
JOIN = """
select number, reference, score from (
    select number, reference, jaro_winkler_similarity(asked.name, listed.name, $threshold) as score
    from asked, listed
) where score >= $threshold
"""


def build(listed: list[Listed]) -> Search:
    import duckdb
    import pyarrow as pa

    database = duckdb.connect(config={"threads": THREADS})
    table = pa.table({"reference": [x.reference for x in listed], "name": [x.folded for x in listed]})
    database.register("given", table)
    database.execute("create table listed as select * from given")

    def search(names: list[str], threshold: float) -> Iterable[tuple[int, str, float]]:
        database.register("questions", pa.table({"number": range(len(names)), "name": names}))
        database.execute("create or replace table asked as select * from questions")
        found: Iterable[tuple[int, str, float]] = database.execute(JOIN, {"threshold": threshold}).fetchall()
        return found

    return search


PEERS = (
    Peer(
        key="duckdb",
        title="DuckDB join on `jaro_winkler_similarity`",
        distributions=("duckdb",),
        build=build,
        sizes=Sizes(timed=20_000, per_class=60, innocents=10_000),
        threshold=0.9,
        why="first level of splink's Jaro-Winkler comparison",
        default="none",
        lowest=0.75,
        folded=True,
    ),
)
