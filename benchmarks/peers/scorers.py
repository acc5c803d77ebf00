"""RapidFuzz: every name against every listed one by `cdist`, and by `process.extract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peers.peer import Listed, Search

CHUNK = 500
WORKERS = 2
HAIR = 1e-3  # a score of exactly the cutoff can get lost


def cdist(scorer: str) -> Callable[[list[Listed]], Search]:
    """Every pair, in matrices of some names by all listed ones."""

    def build(listed: list[Listed]) -> Search:
        import numpy as np
        from rapidfuzz import fuzz, process

        choices, references = [x.folded for x in listed], [x.reference for x in listed]
        measure = getattr(fuzz, scorer)

        def search(names: list[str], threshold: float) -> Iterator[tuple[int, str, float]]:
            for start in range(0, len(names), CHUNK):
                part = names[start : start + CHUNK]
                scores = process.cdist(
                    part,
                    choices,
                    scorer=measure,
                    score_cutoff=threshold - HAIR,
                    dtype=np.float32,
                    workers=WORKERS,
                )
                for row, place in zip(*np.nonzero(scores >= threshold), strict=True):
                    yield start + int(row), references[place], float(scores[row, place])

        return search

    return build


def extract(listed: list[Listed]) -> Search:
    """One name after the other, as most code on the internet does it: the five best by WRatio."""
    from rapidfuzz import process

    choices, references = [x.folded for x in listed], [x.reference for x in listed]

    def search(names: list[str], threshold: float) -> Iterator[tuple[int, str, float]]:
        for number, name in enumerate(names):
            for _, score, place in process.extract(name, choices, score_cutoff=threshold):
                yield number, references[place], score

    return search


def _peer(scorer: str, sizes: Sizes, threshold: float, why: str) -> Peer:
    return Peer(
        key=f"cdist_{scorer}",
        title=f"RapidFuzz `cdist({scorer})`",
        distributions=("rapidfuzz",),
        build=cdist(scorer),
        sizes=sizes,
        threshold=threshold,
        why=why,
        default="none",
        lowest=threshold - 25,
        folded=True,
    )


PEERS = (
    _peer(
        "token_sort_ratio", Sizes(timed=60_000, per_class=60, innocents=20_000), 85, "usual with this scorer"
    ),
    _peer("token_set_ratio", Sizes(timed=4_000, per_class=30, innocents=4_000), 90, "usual with this scorer"),
    _peer("WRatio", Sizes(timed=2_000, per_class=15, innocents=2_000), 88, "usual with this scorer"),
    Peer(
        key="extract",
        title="RapidFuzz `process.extract` (WRatio, five best)",
        distributions=("rapidfuzz",),
        build=extract,
        sizes=Sizes(timed=2_000, per_class=10, innocents=2_000),
        threshold=88,
        why="as WRatio",
        default="none; five best",
        lowest=63,
        folded=True,
    ),
)
