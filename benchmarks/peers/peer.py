"""What a peer is: a search over listed names, with the thresholds that make it comparable.

Standard library only, since some peers run in environments of their own. A peer's packages are imported when
its search is built, so that a missing one can be named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Search = Callable[[list[str], float], Iterable[tuple[int, str, float]]]
"""Names and a threshold in the peer's own scale -> (place of the name, reference, score)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One listed name, as written and folded."""

    reference: str
    kind: str
    name: str
    folded: str
    name_type: str
    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much a peer is asked: the slower it is, the less.

    Attributes:
        timed: Distinct names, for speed and memory.
        per_class: Planted variants of each manipulation.
        innocents: Invented people.
    """

    timed: int
    per_class: int
    innocents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One row of the board.

    Attributes:
        key: Its name in results and options.
        title: Its name in the table.
        distributions: What must be installed, for the versions.
        build: Makes the search from the list.
        sizes: How much it is asked.
        threshold: From this score a pair is an alert; in the peer's own scale.
        why: Where that threshold comes from.
        default: The threshold of its own documentation, in words.
        lowest: Scores below are not collected for the comparison at equal alerts.
        folded: Gets names folded to lower-case ASCII without punctuation, outside its time.
        requirements: What its own environment holds, if it cannot live in ours.
    """

    key: str
    title: str
    distributions: tuple[str, ...]
    build: Callable[[list[Listed]], Search]
    sizes: Sizes
    threshold: float
    why: str
    default: str
    lowest: float
    folded: bool
    requirements: tuple[str, ...] = ()
