"""EMM, ING's Entity Matching Model, as it comes: its preprocessing and three indexers, no trained model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peers.peer import Listed, Search

CHUNK = 20_000


def build(listed: list[Listed]) -> Search:
    import logging

    import pandas as pd
    from emm import PandasEntityMatching

    logging.disable(logging.WARNING)
    references = [x.reference for x in listed]
    model = PandasEntityMatching(name_only=True, name_col="name", entity_id_col="id")
    model.fit(pd.DataFrame({"id": range(len(listed)), "name": [x.name for x in listed]}))

    def search(names: list[str], threshold: float) -> Iterator[tuple[int, str, float]]:
        for start in range(0, len(names), CHUNK):
            part = names[start : start + CHUNK]
            pairs = model.transform(
                pd.DataFrame({"id": range(start, start + len(part)), "name": part})
            ).dropna(subset=["gt_entity_id"])
            scores = pairs[["score_0", "score_1"]].max(axis=1).fillna(0.0)
            near = scores >= threshold
            chosen = pairs[near]
            for number, place, score in zip(
                chosen["entity_id"], chosen["gt_entity_id"], scores[near], strict=True
            ):
                yield int(number), references[int(place)], float(score)

    return search


PEERS = (
    Peer(
        key="emm",
        title="EMM, default indexers, no trained model",
        distributions=("emm", "sparse-dot-topn", "pandas", "rapidfuzz"),
        build=build,
        sizes=Sizes(timed=20_000, per_class=30, innocents=10_000),
        threshold=0.8,
        why="as TF-IDF",
        default="0; a model is to be trained",
        lowest=0.3,
        folded=False,
        requirements=("emm>=2.1",),
    ),
)
