"""The dearest inputs, each with the bound it must stay under.

A name may cost 5 ms, as in the boards of the name engine, and a text as much per 500 characters; one that
somebody made to be dear may cost a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from names import generated
from screening.index.texts import MAX_TEXT
from screening.names.normalise import MAX_CHARACTERS, MAX_TOKENS, prepare
from screening.validation.manipulations import manipulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from screening.designations import SanctionsList

NAME_BOUND: Final = 5_000.0  # microseconds
TEXT_BOUND: Final = NAME_BOUND * MAX_TEXT / MAX_CHARACTERS
HOSTILE_BOUND: Final = 1_000_000.0
HIT_BOUND: Final = 50.0  # 20,000 names a second
HOT_BOUND: Final = 3.0  # times the same rows spread over many accounts

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_BESIDE: Final = ("'", "-", "\u200d", "\u2019", " ", "|")
"""What parts words, what joins them, what may do either, and a stroke, which may be a letter."""
_ONE_SOUND: Final = tuple("\u674e\u7406\u91cc\u529b\u5229\u7acb\u4e3d\u9ece\ub9ac")
"""Han characters and a Hangul syllable that are all read li."""
_COMMON_ARABIC: Final = (
    "\u0645\u062d\u0645\u062f", "\u0639\u0628\u062f", "\u0627\u0644\u0644\u0647", "\u0627\u062d\u0645\u062f",
    "\u0639\u0644\u064a", "\u0627\u0644\u0631\u062d\u0645\u0646",
)  # fmt: skip
"""Mohammed, Abd, Allah, Ahmed, Ali, al-Rahman."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Names or texts that cost more than others.

    Attributes:
        key: Its name in results and options.
        title: What it is, in words.
        channel: Asked for as names, or read as texts.
        bound: Microseconds that one of them may cost.
        make: (list, how many) -> distinct names or texts.
        share: Part of the usual number that is made.
    """

    key: str
    title: str
    channel: Literal["name", "text"]
    bound: float
    make: Callable[[SanctionsList, int], pl.Series]
    share: float = 0.1


def near_listed(sanctions: SanctionsList, n: int) -> pl.Series:
    """Manipulated listed names, every manipulation as often as any other."""
    made = manipulate(sanctions.names, seed=1, per_class=max(1, n // 25))
    queries = made.filter(pl.col("channel") == "name")["query"].unique(maintain_order=True)
    return queries.sample(min(n, len(queries)), seed=1, shuffle=True)


def _words(sanctions: SanctionsList) -> list[str]:
    words = sanctions.names["name"].str.split(" ").explode(empty_as_null=False, keep_nulls=False)
    words = words.filter(words.str.len_chars() > 2).unique().sort()
    return [word for word in words if len(prepare(word).tokens) == 1]


def _of_listed_words(count: int) -> Callable[[SanctionsList, int], pl.Series]:
    def make(sanctions: SanctionsList, n: int) -> pl.Series:
        rng, words = Random(1), _words(sanctions)
        names = [" ".join(rng.choices(words, k=count))[:MAX_CHARACTERS] for _ in range(n)]
        return pl.Series(names).unique(maintain_order=True)

    return make


def _text(words: list[str], rng: Random) -> str:
    chosen = rng.choices(words, k=MAX_TEXT // 3)
    return " ".join(chosen)[:MAX_TEXT]


def text_of_listed_words(sanctions: SanctionsList, n: int) -> pl.Series:
    rng, words = Random(1), _words(sanctions)
    return pl.Series([_text(words, rng) for _ in range(n)])


def text_of_strangers(_: SanctionsList, n: int) -> pl.Series:
    rng = Random(1)
    words = [word for name in generated(5_000, seed=3) for word in name.split()]
    return pl.Series([_text(words, rng) for _ in range(n)])


def _text_of(words: Sequence[str], between: Sequence[str]) -> Callable[[SanctionsList, int], pl.Series]:
    """Texts of a few words that meet many listed names, repeated at random."""

    def make(_: SanctionsList, n: int) -> pl.Series:
        rng = Random(1)
        made = [
            "".join(rng.choice(words) + rng.choice(between) for _ in range(MAX_TEXT))[:MAX_TEXT]
            for _ in range(n)
        ]
        return pl.Series(made)

    return make


def one_letter(_: SanctionsList, n: int) -> pl.Series:
    """aaa..., of every letter, the longest first."""
    made = [_LETTERS[i % 26] * (MAX_CHARACTERS - i // 26) for i in range(min(n, 26 * MAX_CHARACTERS))]
    return pl.Series(made)


def initials(_: SanctionsList, n: int) -> pl.Series:
    rng = Random(1)
    made = [" ".join(rng.choices(_LETTERS, k=MAX_TOKENS)) for _ in range(n)]
    return pl.Series(made).unique(maintain_order=True)


CASES: Final = (
    Case(
        key="all_hits",
        title="every name resembles a listed one",
        channel="name",
        bound=HIT_BOUND,
        make=near_listed,
        share=1.0,
    ),
    Case(
        key="longest_names",
        title=f"names of {MAX_TOKENS} listed words, the most that are screened",
        channel="name",
        bound=NAME_BOUND,
        make=_of_listed_words(MAX_TOKENS),
    ),
    Case(
        key="names_58",
        title="names of 58 listed words: unscreenable",
        channel="name",
        bound=NAME_BOUND,
        make=_of_listed_words(58),
    ),
    Case(
        key="texts_58",
        title="the same, read as texts",
        channel="text",
        bound=NAME_BOUND,
        make=_of_listed_words(58),
        share=0.001,
    ),
    Case(
        key="one_letter",
        title=f"one letter up to {MAX_CHARACTERS} times",
        channel="name",
        bound=NAME_BOUND,
        make=one_letter,
    ),
    Case(
        key="initials",
        title=f"{MAX_TOKENS} initials",
        channel="name",
        bound=NAME_BOUND,
        make=initials,
    ),
    Case(
        key="initials_in_text",
        title="the same, read as texts",
        channel="text",
        bound=NAME_BOUND,
        make=initials,
    ),
    Case(
        key="longest_texts",
        title=f"texts of {MAX_TEXT:,} characters, words of invented people",
        channel="text",
        bound=TEXT_BOUND,
        make=text_of_strangers,
        share=0.0001,
    ),
    Case(
        key="longest_texts_listed",
        title=f"texts of {MAX_TEXT:,} characters, listed words only",
        channel="text",
        bound=TEXT_BOUND,
        make=text_of_listed_words,
        share=0.00005,
    ),
    *(
        Case(
            key=key,
            title=f"texts of {MAX_TEXT:,} characters, {title}",
            channel="text",
            bound=HOSTILE_BOUND,
            make=_text_of(words, between),
            share=0.00005,
        )
        for key, title, words, between in (
            ("short_letters", "three letters beside strokes and signs", "ail", _BESIDE),
            ("lookalikes", "two letters, Latin and Cyrillic, beside the same", "a\u0430l\u043b", _BESIDE),
            ("common_arabic", "six common Arabic names beside the same", _COMMON_ARABIC, _BESIDE),
            ("slashes", "three letters and slashes", "ail", ("/", " ")),
            ("one_sound", "Han and Hangul of one sound, no blanks", _ONE_SOUND, ("",)),
        )
    ),
)
