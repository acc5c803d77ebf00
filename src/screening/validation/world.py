"""An invented world to draw payments from: parties with accounts, banks, homes and documents.

Every account, number and code is fictional; account numbers of IBAN countries carry valid check digits,
so that a checker has nothing to complain about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.validation.people import companies, people, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["World", "hexadecimal", "make_world", "numbered"]

_PEOPLE_SHARE: Final = 0.62
_UPPER_SHARE: Final = 0.4  # of names are written in capitals, as core banking systems do
_FOLDED_SHARE: Final = 0.45  # of Latin names lose their diacritics, as in the SWIFT character set
_STRIDE: Final = 7_777_777_777  # shares no factor with 9 * 10**9
_BANKS: Final = 6  # per country
_LATIN: Final = r"^[\p{Latin}\p{Common}\p{Inherited}]+$"
_NPO: Final = "Charit|Foundation|Relief|Welfare|Yayasan|Trust"
_STREETS: Final = (
    "Main Street", "High Street", "Station Road", "Market Road", "Airport Road", "Church Lane", "Mall Road",
    "Rue de la République", "Rue du Marché", "Bahnhofstraße", "Hauptstraße", "Calle Mayor", "Avenida Central",
    "Via Roma", "Corso Italia", "Rua das Flores", "Atatürk Caddesi", "King Fahd Road", "Al Wasl Road",
    "Corniche Road", "Hamra Street", "Tahrir Street", "Jalan Merdeka", "Nguyễn Huệ", "Nevsky pr.",
    "ul. Lenina", "Long Street", "Nanjing Road", "Queen's Road", "Storgatan", "Kirkegata", "ulica Długa",
    "P.O. Box",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All parties there are.

    Attributes:
        parties: One row per party, most active first.
        people: Places of people in `parties`.
        companies: Places of companies and charities.
    """

    parties: pl.DataFrame
    people: NDArray[np.int64]
    companies: NDArray[np.int64]


def numbered(prefix: str, numbers: NDArray[np.int64], width: int) -> pl.Series:
    """Ids such as "C00000042"."""
    return prefix + pl.Series(numbers).cast(pl.String).str.zfill(width)


def hexadecimal(rng: np.random.Generator, n: int, width: int) -> pl.Series:
    """Random hexadecimal text; `width` must be even."""
    text = np.frombuffer(rng.bytes(n * width // 2).hex().encode(), dtype=f"S{width}")
    return pl.Series(text.astype(f"U{width}").tolist(), dtype=pl.String)


def make_world(n: int, *, seed: int) -> World:
    """A world of `n` parties, about three in five of them people.

    Example:
        >>> make_world(50, seed=1).parties["name"].n_unique()
        50
    """
    rng = np.random.default_rng([seed, 11])
    humans = round(n * _PEOPLE_SHARE)
    persons = _with_country(people(humans, seed=seed), rng)
    kind = pl.when(pl.col("name").str.contains(_NPO)).then(pl.lit("npo")).otherwise(pl.lit("company"))
    firms = companies(n - humans, seed=seed + 1).with_columns(type=kind)
    columns = ["name", "country", "type"]
    parties = pl.concat([persons.select(columns), firms.select(columns)])
    parties = _furnished(parties[rng.permutation(n)], rng)
    is_person = (parties["type"] == "person").to_numpy()
    return World(
        parties=parties,
        people=np.flatnonzero(is_person).astype(np.int64),
        companies=np.flatnonzero(~is_person).astype(np.int64),
    )


def _with_country(persons: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    homes = pl.DataFrame(
        [
            (culture, row["country"])
            for row in rows_of("residence.csv")
            for culture in row["cultures"].split("|")
        ],
        schema={"culture": pl.String, "country": pl.String},
        orient="row",
    )
    homes = homes.group_by("culture", maintain_order=True).agg(pl.col("country"))
    drawn = pl.Series("draw", rng.random(persons.height))
    return (
        persons.with_columns(drawn)
        .join(homes, on="culture", how="left", maintain_order="left")
        .with_columns(
            country=pl.col("country").list.get(
                (pl.col("draw") * pl.col("country").list.len()).cast(pl.Int64)
            ),
            type=pl.lit("person"),
        )
        .drop("draw")
    )


def _furnished(parties: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    n = parties.height
    places = np.arange(n, dtype=np.int64)
    bank = rng.integers(0, _BANKS, n)
    number = 10**9 + (places * _STRIDE + int(rng.integers(0, 10**9))) % (9 * 10**9)  # scattered, never twice
    birth = np.datetime64("1945-01-01") + rng.integers(0, 60 * 365, n).astype("timedelta64[D]")
    person = pl.col("type") == "person"
    draws = {name: rng.random(n) for name in ("upper", "folded", "town", "has_id", "has_lei", "born_at_home")}
    lei = rng.integers(10**17, 9 * 10**17, n)
    lei_check = 98 - (lei % 97) * 100 % 97
    return (
        parties.with_columns(
            party_id=numbered("P", places, 8),
            customer_id=numbered("C", rng.permutation(n).astype(np.int64), 8),
            bank=pl.Series(bank),
            number=pl.Series(number),
            address=_addresses(rng, n),
            birth_date=pl.Series(birth.astype("datetime64[us]")).cast(pl.Date).cast(pl.String),
            national_id=pl.Series(rng.integers(10**8, 10**9, n)).cast(pl.String),
            lei=pl.Series(lei).cast(pl.String) + pl.Series(lei_check).cast(pl.String).str.zfill(2),
            phone_hash=hexadecimal(rng, n, 16),
            email_hash=hexadecimal(rng, n, 16),
            address_hash=hexadecimal(rng, n, 16),
            **{name: pl.Series(drawn) for name, drawn in draws.items()},
        )
        .join(_countries(rng), on="country", how="left", maintain_order="left")
        .with_columns(
            name=_written(pl.col("name")),
            town=pl.col("towns").list.get((pl.col("town") * pl.col("towns").list.len()).cast(pl.Int64)),
            agent_bic=pl.col("bics").list.get(pl.col("bank")),
            account=pl.when(pl.col("iban")).then(_iban()).otherwise(pl.col("number").cast(pl.String)),
            birth_date=pl.when(person).then("birth_date"),
            national_id=pl.when(person & (pl.col("has_id") < 0.6)).then("national_id"),
            lei=pl.when(~person & (pl.col("has_lei") < 0.5)).then("lei"),
        )
        .with_columns(birth_place=pl.when(person & (pl.col("born_at_home") < 0.5)).then("town"))
        .drop(
            "bank", "number", "towns", "bics", "iban", "digits", *[name for name in draws if name != "town"]
        )
    )


def _addresses(rng: np.random.Generator, n: int) -> pl.Series:
    streets = pl.Series(_STREETS).gather(pl.Series(rng.integers(0, len(_STREETS), n)))
    return streets + " " + pl.Series(rng.integers(1, 300, n)).cast(pl.String)


def _countries(rng: np.random.Generator) -> pl.DataFrame:
    rows = []
    letters = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for row in rows_of("residence.csv"):
        country = row["country"]
        bics = [
            "".join(rng.choice(letters, 4)) + country + "".join(rng.choice(letters, 2)) for _ in range(_BANKS)
        ]
        rows.append(
            {
                "country": country,
                "currency": row["currency"],
                "rate": float(row["rate"]),
                "iban": row["iban"] == "yes",
                "towns": row["towns"].split("|"),
                "bics": [bic + ("XXX" if place % 3 == 0 else "") for place, bic in enumerate(bics)],
                "digits": int("".join(str(ord(letter) - 55) for letter in country)),
            }
        )
    return pl.DataFrame(rows)


def _iban() -> pl.Expr:
    """Country, check digits by ISO 7064, bank, account: the country as digits goes behind the account."""
    bank = (pl.col("bank") + 1) * 1000 + 101
    body = bank * 10**10 + pl.col("number")
    check = 98 - ((body % 97) * (10**6 % 97) + pl.col("digits") * 100) % 97
    return pl.concat_str("country", check.cast(pl.String).str.zfill(2), body.cast(pl.String).str.zfill(14))


def _written(name: pl.Expr) -> pl.Expr:
    folded = name.str.normalize("NFD").str.replace_all(r"\p{Mn}", "")
    latin = name.str.contains(_LATIN)
    name = pl.when(latin & (pl.col("folded") < _FOLDED_SHARE)).then(folded).otherwise(name)
    return pl.when(latin & (pl.col("upper") < _UPPER_SHARE)).then(name.str.to_uppercase()).otherwise(name)
