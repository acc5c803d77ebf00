"""Innocent payments: who pays whom, when, how much, through which channel and with which words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.reference.currencies import exponents
from screening.validation.people import rows_of
from screening.validation.world import World, hexadecimal, numbered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["innocent_payments", "shares"]

_START: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_DAYS: Final = 180

# channel: share, median amount in US dollars, spread
_CHANNELS: Final = {
    "wire": (0.38, 1800, 1.6), "instant": (0.19, 140, 1.3), "p2p": (0.07, 45, 1.0),
    "mobile": (0.06, 30, 1.0),
    "card_pos": (0.11, 38, 1.0), "card_atm": (0.04, 120, 0.6), "cash_dep": (0.04, 700, 1.0),
    "cash_wd": (0.03, 400, 0.9), "prepaid_load": (0.015, 100, 0.8), "loan_disb": (0.005, 9000, 0.9),
    "fx": (0.015, 2500, 1.3), "va": (0.01, 400, 1.5), "cheque": (0.015, 900, 1.1),
    "internal": (0.02, 500, 1.2),
}  # fmt: skip
_SAME_PARTY: Final = ("card_atm", "cash_dep", "cash_wd")
_STATUSES: Final = {"executed": 0.955, "rejected": 0.015, "returned": 0.01, "held": 0.01, "attempted": 0.01}
_MERCHANTS: Final = (
    "5411",
    "5812",
    "5541",
    "4829",
    "6051",
    "5999",
    "7011",
    "4511",
    "5732",
    "8398",
    "5732",
    "5045",
)
_PARTY: Final = (
    "name", "account", "party_id", "type", "address", "town", "country", "birth_date", "birth_place",
    "national_id", "customer_id", "lei",
)  # fmt: skip
_OTHERS: Final = {
    "ultimate_originator_name": 0.03,
    "ultimate_beneficiary_name": 0.03,
    "initiating_party_name": 0.02,
}


def innocent_payments(
    world: World, rng: np.random.Generator, n: int, *, first: int, window: tuple[float, float]
) -> pl.DataFrame:
    """`n` payments among the parties of a world, in order of time within their share of the window."""
    names = list(_CHANNELS)
    channel = rng.choice(len(names), n, p=shares(_CHANNELS[name][0] for name in names))
    same = np.isin(channel, [names.index(name) for name in _SAME_PARTY])
    originators = _busy(rng, n, world.parties.height)
    beneficiaries = np.where(
        rng.random(n) < 0.5,
        (originators * 31 + 7 + _busy(rng, n, 12)) % world.parties.height,  # those one pays again and again
        _busy(rng, n, world.parties.height),
    )
    shops = channel == names.index("card_pos")
    if world.companies.size:
        beneficiaries[shops] = world.companies[_busy(rng, int(shops.sum()), world.companies.size)]
    beneficiaries = np.where(same, originators, beneficiaries)
    one, two = (world.parties[pl.Series(side)] for side in (originators, beneficiaries))
    columns: dict[str, pl.Series] = {
        "transaction_id": numbered("T", np.arange(first + 1, first + n + 1, dtype=np.int64), 9),
        "booked_at": _times(rng, n, window),
        "status": pl.Series(list(_STATUSES), dtype=pl.String).gather(
            pl.Series(rng.choice(len(_STATUSES), n, p=shares(_STATUSES.values())))
        ),
        "channel": pl.Series(names, dtype=pl.String).gather(pl.Series(channel)),
        **_money(one, rng, channel),
    }
    columns |= {f"originator_{name}": one[name] for name in _PARTY}
    columns |= {f"beneficiary_{name}": two[name] for name in _PARTY}
    for name, share in _OTHERS.items():
        other = world.parties["name"].gather(pl.Series(_busy(rng, n, world.parties.height)))
        columns[name] = _some(other, rng.random(n) < share)
    columns |= {"originator_agent_bic": one["agent_bic"], "beneficiary_agent_bic": two["agent_bic"]}
    columns |= _message(rng, n, channel == names.index("wire"), two["agent_bic"])
    columns |= _context(rng, one, channel, originators)
    return pl.DataFrame({name: series.alias(name) for name, series in columns.items()})


def shares(parts: Iterable[float]) -> NDArray[np.float64]:
    """The parts as shares of their sum."""
    values = np.fromiter(parts, dtype=np.float64)
    total: np.float64 = values.sum()
    return values / total


def _busy(rng: np.random.Generator, n: int, parties: int) -> NDArray[np.int64]:
    """Places of parties, heavy-tailed: a few parties do most of the paying."""
    return (parties * rng.random(n) ** 2.3).astype(np.int64)


def _some(series: pl.Series, mask: NDArray[np.bool_]) -> pl.Series:
    """The series with null where the mask is false."""
    return pl.select(pl.when(pl.lit(pl.Series(mask))).then(pl.lit(series))).to_series()


def _times(rng: np.random.Generator, n: int, window: tuple[float, float]) -> pl.Series:
    seconds = np.sort(rng.uniform(window[0], window[1], n)) * _DAYS * 86_400
    start = int(_START.timestamp())
    return pl.Series((seconds.astype(np.int64) + start) * 1_000_000).cast(pl.Datetime("us", "UTC"))


def _money(one: pl.DataFrame, rng: np.random.Generator, channel: NDArray[np.int64]) -> dict[str, pl.Series]:
    n = one.height
    settings = list(_CHANNELS.values())
    median = np.array([setting[1] for setting in settings])[channel]
    spread = np.array([setting[2] for setting in settings])[channel]
    dollars = median * np.exp(spread * rng.standard_normal(n))
    foreign = rng.random(n)
    currency = pl.select(
        pl.when(pl.lit(pl.Series(foreign)) < 0.18)
        .then(pl.lit("USD"))
        .when(pl.lit(pl.Series(foreign)) < 0.28)
        .then(pl.lit("EUR"))
        .otherwise(pl.lit(one["currency"]))
    ).to_series()
    rates = {row["currency"]: float(row["rate"]) for row in rows_of("residence.csv")}
    major = dollars * currency.replace_strict(rates, return_dtype=pl.Float64).to_numpy()
    step = 10.0 ** np.clip(np.floor(np.log10(np.maximum(major, 1))) - 1, 0, None)
    cash = np.isin(channel, [list(_CHANNELS).index(name) for name in ("card_atm", "cash_wd", "cash_dep")])
    rounded = (rng.random(n) < 0.3) | cash
    major = np.where(rounded, np.maximum(np.round(major / step), 1) * step, major)
    units = 10 ** currency.replace_strict(exponents(), return_dtype=pl.Int64).to_numpy()
    minor = np.maximum(np.round(major * units), 1).astype(np.int64)
    balance = np.round(minor * rng.gamma(2.0, 3.0, n)).astype(np.int64)
    return {
        "amount": pl.Series(minor / units),
        "currency": currency,
        "balance_after": _some(pl.Series(balance / units), rng.random(n) < 0.9),
    }


def _message(
    rng: np.random.Generator, n: int, wire: NDArray[np.bool_], agents: pl.Series
) -> dict[str, pl.Series]:
    rows = rows_of("remittances.csv")
    drawn = pl.Series(rng.integers(0, len(rows), n))
    before, after, purpose = (
        pl.Series(
            [row[name].rstrip() if name == "after" else row[name] for row in rows], dtype=pl.String
        ).gather(drawn)
        for name in ("before", "after", "purpose")
    )
    text = before + pl.Series(rng.integers(100, 99_999, n)).cast(pl.String) + after
    uuid = pl.lit(hexadecimal(rng, n, 32)).str
    versions = (pl.lit("4") + uuid.slice(13, 3), pl.lit("a") + uuid.slice(17, 3))  # a random UUID says so
    groups = (uuid.slice(0, 8), uuid.slice(8, 4), *versions, uuid.slice(20, 12))
    uetr = pl.select(pl.concat_str(*groups, separator="-")).to_series()
    return {
        "intermediary_bics": _some(
            agents.gather(pl.Series(rng.permutation(n))), wire & (rng.random(n) < 0.25)
        ),
        "end_to_end_id": _some(
            "E2E" + pl.Series(rng.integers(10**9, 10**10, n)).cast(pl.String), rng.random(n) < 0.8
        ),
        "uetr": _some(uetr, wire),
        "purpose_code": _some(purpose, rng.random(n) < 0.6),
        "remittance_text": _some(text, rng.random(n) < 0.88),
    }


def _context(
    rng: np.random.Generator, one: pl.DataFrame, channel: NDArray[np.int64], originators: NDArray[np.int64]
) -> dict[str, pl.Series]:
    n = one.height

    def through(*names: str) -> NDArray[np.bool_]:
        return np.isin(channel, [list(_CHANNELS).index(name) for name in names])

    home = one["country"]
    abroad = home.gather(pl.Series(rng.permutation(n)))
    away = pl.select(
        pl.when(pl.lit(pl.Series(rng.random(n) < 0.05))).then(pl.lit(abroad)).otherwise(pl.lit(home))
    ).to_series()
    online = through("instant", "p2p", "mobile", "wire", "va")
    wallets = through("va")
    branch = home + pl.Series(rng.integers(1, 40, n)).cast(pl.String).str.zfill(3)
    return {
        "branch_id": _some(branch, through("cash_dep", "cash_wd", "cheque", "loan_disb")),
        "terminal_country": _some(away, through("card_pos", "card_atm")),
        "merchant_category_code": _some(
            pl.Series(_MERCHANTS).gather(pl.Series(rng.integers(0, len(_MERCHANTS), n))), through("card_pos")
        ),
        "device_id": _some(numbered("D", originators * 3 + rng.integers(0, 2, n), 9), online),
        "ip_country": _some(away, online),
        **{name: one[name] for name in ("phone_hash", "email_hash", "address_hash")},
        "wallet_from": _some("0x" + one["phone_hash"] + one["email_hash"] + "a1b2c3d4", wallets),
        "wallet_to": _some("0x" + hexadecimal(rng, n, 40), wallets),
        "wallet_kind": _some(
            pl.Series(["vasp", "vasp", "vasp", "unhosted", "unknown"]).gather(
                pl.Series(rng.integers(0, 5, n))
            ),
            wallets,
        ),
        "virtual_asset": _some(
            pl.Series(["BTC", "ETH", "USDT", "XMR"]).gather(
                pl.Series((4 * rng.random(n) ** 2).astype(np.int64))
            ),
            wallets,
        ),
        "travel_rule_complete": _some(pl.Series(rng.random(n) < 0.9), wallets),
    }
