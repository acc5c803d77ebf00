"""Payments with terrorist-financing typologies planted in them, by seed, at any size, and the truth beside.

Reach for this to see what a set of rules and parameters finds and whom it disturbs. Every rule has a pattern
that it must see and a near miss that it must not, acted out by parties that appear nowhere else, so that no
planting changes what is found in another or in the traffic around it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from screening.errors import PolicyError, SchemaError
from screening.payments import conform
from screening.reference.currencies import exponents
from screening.schemas import LISTED_NAMES, TRANSACTIONS, require_columns
from screening.validation.payments import generate_payments
from screening.validation.people import rows_of
from screening.validation.plantings.amounts import AMOUNTS
from screening.validation.plantings.behaviour import BEHAVIOUR
from screening.validation.plantings.messages import MESSAGES
from screening.validation.plantings.places import PLACES
from screening.validation.plantings.purposes import PURPOSES
from screening.validation.plantings.scene import Row, Scene, Typology, draw_names
from screening.validation.plantings.shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "TRUTH", "TYPOLOGIES", "UNPLANTED", "Labelled", "labelled_payments", "plant_typologies", "tally",
]  # fmt: skip

TRUTH: Final = pl.Schema(
    {
        "transaction_id": pl.String(),
        "rule": pl.String(),
        "case": pl.String(),  # fires, near miss
        "planting_id": pl.String(),  # such as "TF-S01 fires 2"
        "flag": pl.String(),  # whether that rule flags this payment: must, may, must not
    }
)
"""One row per planted payment."""

TYPOLOGIES: Final[Mapping[str, Typology]] = dict(
    sorted({**AMOUNTS, **BEHAVIOUR, **MESSAGES, **PLACES, **PURPOSES, **SHAPES}.items())
)
"""Rule -> how its pattern and its near miss look."""

UNPLANTED: Final[Mapping[str, str]] = {}
"""Evaluable rules without a planting, with the reason."""

_WINDOW: Final = (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 30, tzinfo=dt.UTC))
_MOST: Final = 1000  # plantings of a kind; their accounts are numbered


class Labelled(NamedTuple):
    """Payments with plantings.

    Attributes:
        payments: TRANSACTIONS, in order of time.
        truth: TRUTH.
        parties: What the bank knows of planted parties, for `assess(..., parties=...)`.
    """

    payments: pl.DataFrame
    truth: pl.DataFrame
    parties: pl.DataFrame


def labelled_payments(
    n: int, *, seed: int, rules: Iterable[str] | None = None, per_rule: int = 3
) -> Labelled:
    """Innocent payments with typologies planted in them.

    Args:
        n: Innocent payments; the planted ones come on top.
        seed: Same arguments, same payments.
        rules: Ids of rules, by default all of TYPOLOGIES.
        per_rule: Plantings of each kind: so many patterns and so many near misses by rule.

    Example:
        >>> payments, truth, parties = labelled_payments(100, seed=1, rules=["TF-S01"], per_rule=1)
        >>> truth["case"].value_counts().sort("case").rows()
        [('fires', 3), ('near miss', 3)]
        >>> payments.height
        106
    """
    invented, _ = generate_payments(n, listed=LISTED_NAMES.to_frame(), seed=seed, hit_rate=0)
    background = conform(invented).transactions.collect()
    return plant_typologies(_with_base(background), rules=rules, per_rule=per_rule, seed=seed)


def plant_typologies(
    payments: pl.DataFrame, *, rules: Iterable[str] | None = None, per_rule: int = 3, seed: int
) -> Labelled:
    """Plant typologies into payments of one's own.

    Patterns end within the time of the payments and may begin before. Amounts are in euros, and in base
    units only where the payments have them; without, a rule that needs base units cannot see its pattern.

    Args:
        payments: TRANSACTIONS; they are not changed, but get every column that a planting needs.
        rules: Ids of rules, by default all of TYPOLOGIES.
        per_rule: Plantings of each kind.
        seed: Same arguments, same plantings; a planting is the same whichever others are asked for.

    Raises:
        PolicyError: A rule is not among TYPOLOGIES, or `per_rule` is not from 0 to 1000.
        SchemaError: The payments lack a required column, or hold planted payments already.
    """
    require_columns(payments, "payments")
    chosen = _chosen(rules)
    if not 0 <= per_rule <= _MOST:
        raise PolicyError(f"per_rule is {per_rule}; it must be from 0 to {_MOST}")
    window = _window(payments)
    names = draw_names(seed)
    rows: list[Row] = []
    known: list[Row] = []
    for rule in chosen:
        for near_miss in (False, True):
            for number in range(per_rule):
                scene = Scene(rule=rule, near_miss=near_miss, number=number, names=names, seed=seed)
                rows += _planting(scene, window)
                known += scene.known
    return Labelled(_together(payments, rows), _truth(rows), _parties(known))


def _chosen(rules: Iterable[str] | None) -> Sequence[str]:
    if rules is None:
        return list(TYPOLOGIES)
    asked = set(rules)
    unknown = sorted(asked - set(TYPOLOGIES))
    if unknown:
        raise PolicyError(f"no typology to plant for {', '.join(unknown)}; there are {', '.join(TYPOLOGIES)}")
    return sorted(asked)


def _window(payments: pl.DataFrame) -> tuple[dt.datetime, dt.datetime]:
    first, last = payments["booked_at"].min(), payments["booked_at"].max()
    if isinstance(first, dt.datetime) and isinstance(last, dt.datetime):
        return first, last
    return _WINDOW


def tally(labelled: Labelled, flags: pl.DataFrame) -> pl.DataFrame:
    """What was found and who was disturbed, by rule.

    Args:
        labelled: Payments with plantings.
        flags: FLAGS of these payments, all of them screened in one go.

    Returns:
        One row per planted rule: `planted` patterns and `found` ones, in which every payment that must be
        flagged is; `near_misses` and `mistaken` ones, in which a payment is flagged that must not be;
        `innocent` payments and `disturbed` ones, flagged by that rule; `precision`, the share of its flags
        on payments of its own patterns. Flags on plantings of other rules count nowhere: a pattern may
        well show another one too.

    Example:
        >>> from screening.rules import assess
        >>> labelled = labelled_payments(100, seed=1, rules=["TF-S01"], per_rule=2)
        >>> flags = assess(labelled.payments, parties=labelled.parties).flags
        >>> tally(labelled, flags).select("rule", "planted", "found", "near_misses", "mistaken").rows()
        [('TF-S01', 2, 2, 2, 0)]
    """
    raised = flags.select("transaction_id", "rule", raised=pl.lit(value=True))
    seen = labelled.truth.join(raised, on=["transaction_id", "rule"], how="left").with_columns(
        pl.col("raised").fill_null(value=False)
    )
    fires, must, must_not = pl.col("case") == "fires", pl.col("flag") == "must", pl.col("flag") == "must not"
    plantings = seen.group_by("rule", "planting_id").agg(
        fires=fires.first(),
        hit=(pl.col("raised") | ~must).all(),
        mistaken=(pl.col("raised") & must_not).any(),
        own=(pl.col("raised") & fires).sum(),
        wrong=(pl.col("raised") & must_not).sum(),
    )
    fires = pl.col("fires")
    counted = plantings.group_by("rule").agg(
        planted=fires.sum(),
        found=(fires & pl.col("hit")).sum(),
        near_misses=(~fires).sum(),
        mistaken=(~fires & pl.col("mistaken")).sum(),
        own=pl.col("own").sum(),
        wrong=pl.col("wrong").sum(),
    )
    outside = raised.join(labelled.truth, on="transaction_id", how="anti").group_by("rule").len("disturbed")
    right, wrong = pl.col("own"), pl.col("wrong") + pl.col("disturbed")
    return (
        counted.join(outside, on="rule", how="left")
        .with_columns(
            pl.col("disturbed").fill_null(0), innocent=labelled.payments.height - labelled.truth.height
        )
        .select(
            "rule",
            *(pl.col(name).cast(pl.Int64) for name in ("planted", "found", "near_misses", "mistaken")),
            pl.col("innocent").cast(pl.Int64),
            pl.col("disturbed").cast(pl.Int64),
            precision=pl.when(right + wrong > 0).then(right / (right + wrong)),
        )
        .sort("rule")
    )


# --- one planting ----------------------------------------------------------------------------------------


def _planting(scene: Scene, window: tuple[dt.datetime, dt.datetime]) -> list[Row]:
    """Rows of TRANSACTIONS and TRUTH together."""
    typology = TYPOLOGIES[scene.rule]
    build, months = (
        (typology.near_miss, typology.near_miss_in)
        if scene.near_miss
        else (typology.fires, typology.fires_in)
    )
    rows = sorted(build(scene), key=lambda row: float(row["hour"]))
    if not scene.near_miss and not any(row.get("flag") == "must" for row in rows):
        rows[-1]["flag"] = "must"
    begin = _begin(scene, window, span=dt.timedelta(hours=rows[-1]["hour"]), months=months)
    case = "near miss" if scene.near_miss else "fires"
    planting = f"{scene.rule} {case} {scene.number + 1}"
    prefix = f"Z{scene.rule[3:]}{'N' if scene.near_miss else 'F'}{scene.number:03}"
    default = "must not" if scene.near_miss else "may"
    return [
        {
            **{name: value for name, value in row.items() if name in TRANSACTIONS},
            **({"originator_opened_at": _at(begin, row["opened"])} if "opened" in row else {}),
            "transaction_id": f"{prefix}{place:05}",
            "booked_at": _at(begin, row["hour"]),
            "amount_minor": round(row["amount"] * 100),
            "amount_base_minor": row.get("amount_base_minor", round(row["amount"] * 100)),
            "currency": row.get("currency", "EUR"),
            "rule": scene.rule,
            "case": case,
            "planting_id": planting,
            "flag": row.get("flag", default),
        }
        for place, row in enumerate(rows)
    ]


def _at(begin: dt.datetime, hour: float) -> dt.datetime:
    return begin + dt.timedelta(seconds=round(hour * 3600))


def _begin(
    scene: Scene, window: tuple[dt.datetime, dt.datetime], *, span: dt.timedelta, months: tuple[int, ...]
) -> dt.datetime:
    """When a planting begins, such that it ends within the window, and in one of the months if any."""
    first, last = window
    earliest = min(first + span, last)
    end = earliest + (last - earliest) * (scene.whole(0, 10**6) / 10**6)
    while months and end.month not in months:
        end -= dt.timedelta(days=1)
    return (end - span).replace(microsecond=0)


# --- all plantings together ------------------------------------------------------------------------------


def _together(payments: pl.DataFrame, rows: list[Row]) -> pl.DataFrame:
    used = {name for row in rows for name in row}
    if "amount_base_minor" not in payments.columns:
        used.discard("amount_base_minor")
    schema = {name: kind for name, kind in TRANSACTIONS.items() if name in used or name in payments.columns}
    planted = pl.DataFrame([[row.get(name) for name in schema] for row in rows], schema=schema, orient="row")
    ids = payments["transaction_id"].cast(pl.String)
    if planted["transaction_id"].is_in(ids.implode()).any():
        raise SchemaError("typologies are planted in these payments already; plant all in one go")
    both = pl.concat([payments, planted], how="diagonal")
    return both.select([*schema, *(name for name in payments.columns if name not in schema)]).sort(
        "booked_at", maintain_order=True
    )


def _truth(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([[row[name] for name in TRUTH] for row in rows], schema=TRUTH, orient="row")


def _parties(known: list[Row]) -> pl.DataFrame:
    fields = ("party_id", "holder_name", "holder_aliases", "expected_countries", "case_status", "officer_of")
    return pl.DataFrame(
        [[row.get(name) for name in fields] for row in known],
        schema=dict.fromkeys(fields, pl.String),
        orient="row",
    )


def _with_base(payments: pl.DataFrame) -> pl.DataFrame:
    """With amounts in euros, by the rates that the traffic was drawn with."""
    dollars = {row["currency"]: float(row["rate"]) for row in rows_of("residence.csv")}
    currency = pl.col("currency")
    rate = currency.replace_strict(dollars, return_dtype=pl.Float64)
    minor = pl.lit(10.0) ** currency.replace_strict(exponents(), return_dtype=pl.Float64)
    euros = pl.col("amount_minor") / minor / rate * dollars["EUR"]
    return payments.with_columns(amount_base_minor=(euros * 100).round().cast(pl.Int64).clip(1))
