"""What pieces of texts meet is found in two ways, each where it is cheaper; both find the same."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from screening.index import windows
from screening.validation.people import people

if TYPE_CHECKING:
    from screening.index import NameIndex
    from screening.index.batch import Ints
    from screening.index.windows import _Flat


def _sorted(met: tuple[Ints, Ints, Ints]) -> list[tuple[int, ...]]:
    return sorted(zip(*(side.tolist() for side in met), strict=True))


@pytest.mark.parametrize("words", [3, 12, 400])
def test_pieces_meet_the_same_names_piece_by_piece_and_name_by_name(
    words: int, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_piece, met = windows._met_by_piece, []

    def both(flat: _Flat, which: Ints, names: Ints) -> tuple[Ints, Ints, Ints]:
        found = by_piece(flat, which, names)
        assert _sorted(found) == _sorted(windows._met_by_name(flat, which, names))
        met.append(len(found[0]))
        return found

    rng = Random(words)
    held = [word for name in (*index.names["name"], *people(50, seed=1)["name"]) for word in name.split()]
    asked = [" ".join(rng.choices(held, k=words)) for _ in range(20)]
    monkeypatch.setattr(windows, "_met_by_piece", both)
    monkeypatch.setattr(windows, "_by_name", lambda *_: False)
    index.scan_text(asked, threshold=0.6)
    assert sum(met)
