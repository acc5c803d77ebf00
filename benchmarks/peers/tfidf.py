"""Letter trigrams weighted by TF-IDF and multiplied by sparse_dot_topn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peers.peer import Listed, Search

CHUNK = 20_000
THREADS = 2
BEST = 10  # candidates kept per name, as in EMM


def build(listed: list[Listed]) -> Search:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sparse_dot_topn import sp_matmul_topn

    references = [x.reference for x in listed]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3))
    weighted = vectors.fit_transform(x.folded for x in listed).T.tocsr()

    def search(names: list[str], threshold: float) -> Iterator[tuple[int, str, float]]:
        for start in range(0, len(names), CHUNK):
            asked = vectors.transform(names[start : start + CHUNK])
            near = sp_matmul_topn(asked, weighted, top_n=BEST, threshold=threshold, n_threads=THREADS).tocoo()
            for row, place, score in zip(near.row, near.col, near.data, strict=True):
                yield start + int(row), references[place], float(score)

    return search


PEERS = (
    Peer(
        key="sparse_dot_topn",
        title="sparse_dot_topn, TF-IDF of letter trigrams, ten best",
        distributions=("sparse-dot-topn", "scikit-learn"),
        build=build,
        sizes=Sizes(timed=200_000, per_class=60, innocents=20_000),
        threshold=0.8,
        why="default of string_grouper, which wraps it",
        default="none",
        lowest=0.3,
        folded=True,
    ),
)
