"""What is said of tokens in arrays is what the definition says of each pair of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.index.meetings import Meetings
from screening.names.comparison import Meeting, meet
from screening.names.likeness import in_kind, likeness
from screening.names.normalise import prepare
from screening.names.tokens import KINDS, Token

WORDS = (
    "mohammed", "muhammad", "mohamed", "hassan", "husain", "hasan", "kim", "gim", "li", "ly", "lee", "al",
    "el", "bin", "ben", "dr", "doctor", "sheikh", "ltd", "llc", "co", "company", "tech.", "k", "k.", "2",
    "ii", "two", "two-one", "velkar", "velkari", "velkkar", "welkar", "vlkr", "abdulrahman", "qadir", "gadir",
    "kadir", "khalid", "khld", "v3lkar", "1971", "trading", "traders", "yusuf",
    "خالد", "خلید", "Халид", "халед", "金", "金永", "김", "יוסף", "Βέλκαρης", "ولکار", "قادر",
    "रहमान", "রহমান",
)  # fmt: skip
tokens = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(
    lambda words: list(dict.fromkeys(token for word in words for token in prepare(word).tokens))
)


def defined(a: Token, listed: list[Token], k: int) -> dict[int, Meeting]:
    """What a token meets, pair by pair."""
    found = ((u, in_kind(a, b, likeness(a, b), k)) for u, b in enumerate(listed))
    return {u: meet(a, listed[u], *alike, k) for u, alike in found if alike[0]}


@settings(max_examples=200)
@given(asked=tokens, listed=tokens, held=st.lists(st.booleans(), min_size=1, max_size=9))
def test_meetings_are_those_of_the_definition(
    asked: list[Token], listed: list[Token], held: list[bool]
) -> None:
    holds = np.resize(held, (len(listed), len(KINDS)))
    meetings = Meetings(listed, holds)
    for token in asked:
        for k in range(len(KINDS)):
            wanted = {u: met for u, met in defined(token, listed, k).items() if holds[u, k]}
            assert dict(meetings.among(token, range(len(listed)), k)) == wanted
            few = list(range(len(listed)))[::-2]
            assert meetings.among(token, few, k) == [(j, wanted[u]) for j, u in enumerate(few) if u in wanted]


def test_every_way_to_be_alike_is_among_them() -> None:
    every = list(dict.fromkeys(token for word in WORDS for token in prepare(word).tokens))
    meetings = Meetings(every, np.ones((len(every), len(KINDS)), dtype=bool))
    places = range(len(every))
    met = [dict(meetings.among(token, places, k)) for token in every for k in range(len(KINDS))]
    assert met == [defined(token, every, k) for token in every for k in range(len(KINDS))]
    assert {one.how for found in met for one in found.values()} == {
        "same", "initial", "romanisation", "typo", "romanisation and typo", "script", "consonants",
    }  # fmt: skip
    rare = {token for token in every if "known name" not in token.roles}
    spelled = {
        one.alike
        for token in rare
        for k in range(len(KINDS))
        for _, one in meetings.among(token, places, k)
        if one.how == "romanisation"
    }
    assert spelled == {0.97, 0.75}


def test_a_batch_gets_the_meetings_of_each_of_its_tokens_in_order() -> None:
    every = list(dict.fromkeys(token for word in WORDS for token in prepare(word).tokens))
    meetings = Meetings(every, np.ones((len(every), len(KINDS)), dtype=bool))
    meetings.of(every[:5])  # remembered
    which, table = meetings.of(every)
    code = which * 2 * len(every) + table[:, 0]
    assert (np.diff(code) > 0).all()
    assert np.bincount(which).tolist() == [
        sum(len(meetings.among(token, range(len(every)), k)) for k in range(len(KINDS))) for token in every
    ]
