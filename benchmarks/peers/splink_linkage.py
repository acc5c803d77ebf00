"""splink: probabilistic linkage of first word, last word and the words in common.

Its documents say that it is not made for a single column of names; this is the nearest model to one. It is
trained on what it is asked, and that is part of its time. The weights of true matches stay at its defaults,
since the names that are asked hold next to none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peers.peer import Listed, Search

THREADS = 2


def build(listed: list[Listed]) -> Search:
    import logging
    import warnings

    import duckdb
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")

    def records(names: list[str]) -> Any:
        words = [name.split() or [""] for name in names]
        columns = {"first": [w[0] for w in words], "last": [w[-1] for w in words], "words": words}
        return pa.table({"unique_id": range(len(names)), **columns})

    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.ForenameSurnameComparison("first", "last"),
            cl.ArrayIntersectAtSizes("words", [3, 2]),
        ],
        blocking_rules_to_generate_predictions=[block_on("words", arrays_to_explode=["words"])],
    )
    references = [x.reference for x in listed]
    known = records([x.folded for x in listed])

    def search(names: list[str], threshold: float) -> Iterable[tuple[int, str, float]]:
        backend = DuckDBAPI(connection=duckdb.connect(config={"threads": THREADS}))
        tables = [
            backend.register(table, dataset_display_name=name)
            for name, table in (("asked", records(names)), ("listed", known))
        ]
        linker = Linker(tables, settings)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        pairs = linker.inference.predict(threshold_match_probability=threshold).as_pandas_dataframe()
        columns = ("unique_id_l", "unique_id_r", "match_probability")
        for number, place, score in zip(*(pairs[column] for column in columns), strict=True):
            yield int(number), references[int(place)], float(score)

    return search


PEERS = (
    Peer(
        key="splink",
        title="splink, first and last word and words in common",
        distributions=("splink", "duckdb", "pandas"),
        build=build,
        sizes=Sizes(timed=20_000, per_class=30, innocents=4_000),
        threshold=0.9,
        why="as in its examples",
        default="none",
        lowest=0.001,
        folded=True,
    ),
)
