"""Innocent people and companies of many naming cultures, by seed, at any size.

Reach for this when a measurement needs names that are nobody on a list. Names follow the structure of
their culture (`data/structures.csv`): patronymics, particles, one to four parts, family name first,
double surnames, some in their own script. They are invented by combining common parts; a namesake of a
real person is chance.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["COMPANIES", "COUNTRIES", "CULTURES", "PEOPLE", "companies", "people", "rows_of"]

PEOPLE: Final = pl.Schema({"name": pl.String(), "culture": pl.String()})
COMPANIES: Final = pl.Schema({"name": pl.String(), "country": pl.String()})

_SKEW: Final = 1.6  # common parts are much more common than rare ones; 1 would make all equally likely
_SCRIPT_WEIGHT: Final = 0.35  # most payments carry Latin letters
_SLOT: Final = re.compile(r"\{(\w)\}")


def rows_of(file: str) -> list[dict[str, str]]:
    """Rows of one of the data files of this package."""
    text = (resources.files("screening.validation") / "data" / file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _pools() -> dict[tuple[str, str], pl.Series]:
    """(culture, part) -> names, Faker's first and ours interleaved by order of the files."""
    parts: dict[tuple[str, str], dict[str, None]] = {}
    for file in ("names_own.csv", "names_faker.csv"):
        for row in rows_of(file):
            pool = parts.setdefault((row["culture"], row["part"]), {})
            pool.update(dict.fromkeys(row["names"].split("|")))
    return {key: pl.Series(list(names), dtype=pl.String) for key, names in parts.items()}


@cache
def _structures() -> dict[str, list[tuple[float, str]]]:
    """Culture -> weighted structures, such as `{m} bin {m} al-{s}`."""
    structures: dict[str, list[tuple[float, str]]] = {}
    for row in rows_of("structures.csv"):
        structures.setdefault(row["culture"], []).append((float(row["weight"]), row["structure"]))
    return structures


@cache
def _company_words() -> dict[tuple[str, str], list[str]]:
    return {(row["key"], row["part"]): row["names"].split("|") for row in rows_of("company_words.csv")}


CULTURES: Final = tuple(sorted(_structures()))
"""Naming cultures that `people` knows; those ending in `_script` are not in Latin letters."""

COUNTRIES: Final = tuple(sorted(key for key, part in _company_words() if part == "set"))
"""Countries (ISO 3166-1 alpha-2) that `companies` knows."""


def people(n: int, *, seed: int, cultures: Sequence[str] | None = None) -> pl.DataFrame:
    """Distinct names of invented people.

    Args:
        n: How many.
        seed: Same seed, same names in the same order.
        cultures: Some of CULTURES; all by default, scripts other than Latin less often.

    Returns:
        A frame of PEOPLE: name, culture.

    Raises:
        PolicyError: A culture is unknown.

    Example:
        >>> people(3, seed=1, cultures=["vietnamese", "somali"]).columns
        ['name', 'culture']
        >>> people(1000, seed=1)["name"].n_unique()
        1000
    """
    chosen = _checked(cultures, CULTURES, "culture")
    weights = [
        _SCRIPT_WEIGHT if culture.endswith("_script") and cultures is None else 1.0 for culture in chosen
    ]
    return _distinct(n, seed=seed, groups=chosen, weights=weights, draw=_draw_people, schema=PEOPLE)


def companies(n: int, *, seed: int, countries: Sequence[str] | None = None) -> pl.DataFrame:
    """Distinct names of invented companies, shops and charities, with the legal forms of their countries.

    Args:
        n: How many.
        seed: Same seed, same names in the same order.
        countries: Some of COUNTRIES; all by default.

    Returns:
        A frame of COMPANIES: name, country.

    Raises:
        PolicyError: A country is unknown.

    Example:
        >>> companies(500, seed=1, countries=["DE", "AE"])["name"].n_unique()
        500
    """
    chosen = _checked(countries, COUNTRIES, "country")
    weights = [1.0] * len(chosen)
    return _distinct(n, seed=seed, groups=chosen, weights=weights, draw=_draw_companies, schema=COMPANIES)


def _checked(asked: Sequence[str] | None, known: tuple[str, ...], what: str) -> tuple[str, ...]:
    if asked is None:
        return known
    unknown = sorted(set(asked) - set(known))
    if unknown or not asked:
        raise PolicyError(f"unknown {what} {', '.join(unknown) or '(none given)'}; known: {', '.join(known)}")
    return tuple(asked)


def _distinct(
    n: int,
    *,
    seed: int,
    groups: tuple[str, ...],
    weights: list[float],
    draw: Callable[[np.random.Generator, str, int, int], pl.Series],
    schema: pl.Schema,
) -> pl.DataFrame:
    """Draw until `n` names differ. Later rounds draw flatter and longer names, so that it always ends."""
    rng = np.random.default_rng(seed)
    column = schema.names()[1]
    shares = np.array(weights) / sum(weights)
    found = pl.DataFrame(schema=schema)
    attempt = 0
    while found.height < n:
        counts = rng.multinomial(int((n - found.height) * 1.1) + 8, shares)
        fresh = [
            pl.DataFrame({"name": draw(rng, group, int(count), attempt), column: group}, schema=schema)
            for group, count in zip(groups, counts, strict=True)
            if count
        ]
        batch = pl.concat(fresh)
        batch = batch[rng.permutation(batch.height)]
        found = pl.concat([found, batch]).unique("name", keep="first", maintain_order=True)
        attempt += 1
    return found.head(n)


def _pick(rng: np.random.Generator, pool: pl.Series, n: int, attempt: int) -> pl.Series:
    skew = _SKEW if attempt < 3 else 1.0
    places: NDArray[np.int64] = (len(pool) * rng.random(n) ** skew).astype(np.int64)
    return pool.gather(pl.Series(places))


def _lengthened(structure: str, attempt: int) -> str:
    """The structure with its first slot repeated once a culture's short names are used up."""
    first = _SLOT.search(structure)
    return (first.group(0) + " ") * (attempt // 4) + structure if first else structure


def _filled(
    rng: np.random.Generator, structure: str, pools: Mapping[str, pl.Series], n: int, attempt: int
) -> list[pl.Series | str]:
    """The pieces of `n` names of one structure; a slot that occurs twice is drawn twice."""
    return [
        _pick(rng, pools[piece], n, attempt) if place % 2 else piece
        for place, piece in enumerate(_SLOT.split(_lengthened(structure, attempt)))
    ]


def _joined(pieces: list[pl.Series | str]) -> pl.Series:
    frame = pl.DataFrame({str(p): piece for p, piece in enumerate(pieces) if isinstance(piece, pl.Series)})
    parts = [pl.lit(piece) if isinstance(piece, str) else pl.col(str(p)) for p, piece in enumerate(pieces)]
    return frame.select(pl.concat_str(parts).str.strip_chars()).to_series()


def _shares(rng: np.random.Generator, n: int, weights: Iterable[float]) -> list[int]:
    parts = np.array(list(weights), dtype=float)
    return [int(count) for count in rng.multinomial(n, parts / parts.sum())]


def _draw_people(rng: np.random.Generator, culture: str, n: int, attempt: int) -> pl.Series:
    pools = {part: pool for (owner, part), pool in _pools().items() if owner == culture}
    structures = _structures()[culture]
    shares = _shares(rng, n, (weight for weight, _ in structures))
    return pl.concat(
        [
            _joined(_filled(rng, structure, pools, count, attempt)).alias("name")
            for (_, structure), count in zip(structures, shares, strict=True)
            if count
        ]
    )


def _draw_companies(rng: np.random.Generator, country: str, n: int, attempt: int) -> pl.Series:
    words = _company_words()
    language, culture = words[country, "set"]
    structures = words[language, "o"]
    prefixed = (country, "form") not in words
    forms = pl.Series(words[country, "preform" if prefixed else "form"])
    pools = {
        "s": _pools()[culture, "s" if (culture, "s") in _pools() else "m"],  # some cultures have no surnames
        "i": _initials(),
        "p": pl.Series(words[country, "p"]),
        **{part: pl.Series(words[language, part]) for part in "tbx"},
    }
    drawn = []
    for structure, count in zip(structures, _shares(rng, n, [1.0] * len(structures)), strict=True):
        if count:
            core = _filled(rng, structure, pools, count, attempt)
            form = _pick(rng, forms, count, attempt)
            drawn.append(_joined([form, " ", *core] if prefixed else [*core, " ", form]).alias("name"))
    return pl.concat(drawn)


@cache
def _initials() -> pl.Series:
    letters = "ABCDEFGHIJKLMNOPRSTUVWXZ"
    return pl.Series([a + b + c for a in letters for b in letters for c in ("", *letters[::3])])
