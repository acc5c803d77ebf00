"""Payments with listed names planted in them, by seed, at any size, and the truth beside them.

    python -m screening.validation.payments --rows 1000 --list LIST.xml --out p.csv --truth t.csv

Reach for this to try a policy, to measure speed on a file of realistic shape, or to count what is found.
Everybody in it is invented but the planted names. The truth says what was planted; an invented party that
happens to bear a listed name is not in it, as in life.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from screening.designations import SanctionsList
from screening.errors import PolicyError, ScreeningError
from screening.lists import read_un_list
from screening.reference.currencies import exponents
from screening.validation.manipulations import manipulate
from screening.validation.traffic import innocent_payments, shares
from screening.validation.world import make_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


__all__ = ["TRUTH", "as_text", "flawed", "generate_payments", "main", "payment_parts", "write_payments"]

TRUTH: Final = pl.Schema(
    {
        "transaction_id": pl.String(),
        "role": pl.String(),  # as in HITS
        "field": pl.String(),  # column of the payments that holds the query
        "reference": pl.String(),
        "listed_name": pl.String(),
        "manipulation": pl.String(),
        "query": pl.String(),
    }
)
"""One row per planted name."""

_PART: Final = 1_000_000  # rows drawn at once; also what makes a part repeatable on its own
_VARIANTS: Final = 250  # per manipulation: enough that planted names seldom repeat
_PLACES: Final = {
    "originator_name": ("originator", 0.36),
    "beneficiary_name": ("beneficiary", 0.40),
    "ultimate_originator_name": ("ultimate_originator", 0.08),
    "ultimate_beneficiary_name": ("ultimate_beneficiary", 0.10),
    "initiating_party_name": ("initiating_party", 0.06),
}
_ABOUT_A_PERSON: Final = ("birth_date", "birth_place", "national_id", "lei")


def generate_payments(
    n: int,
    *,
    listed: pl.DataFrame | SanctionsList,
    seed: int,
    hit_rate: float = 0.001,
    distinct_parties: int | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Payments as a bank's system hands them over, and what was planted in them.

    Args:
        n: Rows.
        listed: Names to plant: a sanctions list, or a frame of LISTED_NAMES.
        seed: Same seed and arguments, same payments.
        hit_rate: Share of rows with a planted name.
        distinct_parties: People and companies in the world, a few of which do most of the paying;
            a third of `n` by default, at most a million.

    Returns:
        Payments, with amounts in major units and column names of TRANSACTIONS, in order of time; and
        the truth, a frame of TRUTH.

    Raises:
        PolicyError: A share is not between 0 and 1, a number is negative, or there is no name to plant.

    Example:
        >>> own = SanctionsList.from_names([("X.1", "individual", "Ardo Quellin Belvane")])
        >>> payments, truth = generate_payments(200, listed=own, seed=1, hit_rate=0.05)
        >>> payments.height, truth.height, truth["reference"].unique().to_list()
        (200, 10, ['X.1'])
    """
    parts = list(
        payment_parts(n, listed=listed, seed=seed, hit_rate=hit_rate, distinct_parties=distinct_parties)
    )
    return pl.concat([payments for payments, _ in parts]), pl.concat([truth for _, truth in parts])


def payment_parts(
    n: int,
    *,
    listed: pl.DataFrame | SanctionsList,
    seed: int,
    hit_rate: float = 0.001,
    distinct_parties: int | None = None,
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """The same as `generate_payments`, a million rows at a time, so that memory stays bounded."""
    if n < 0 or not 0 <= hit_rate <= 1 or (distinct_parties is not None and distinct_parties < 10):
        raise PolicyError(
            f"cannot make {n} payments with hit_rate {hit_rate} among {distinct_parties} parties: "
            "n must not be negative, hit_rate is from 0 to 1, and there must be 10 parties or more"
        )
    names = listed.names if isinstance(listed, SanctionsList) else listed
    variants = manipulate(names, seed=seed, per_class=_VARIANTS)
    if variants.is_empty() and hit_rate > 0 and n > 0:
        raise PolicyError("no names to plant: the list holds no strong name; or set hit_rate=0")
    world = make_world(distinct_parties or max(10, min(n // 3, 1_000_000)), seed=seed)
    for part, first in enumerate(range(0, max(n, 1), _PART)):
        rows = min(_PART, n - first)
        rng = np.random.default_rng([seed, 12, part])
        window = (first / max(n, 1), (first + rows) / max(n, 1))
        payments = innocent_payments(world, rng, rows, first=first, window=window)
        yield _planted(payments, variants, rng, hit_rate=hit_rate)


# --- planted names ---------------------------------------------------------------------------------------


def _planted(
    payments: pl.DataFrame, variants: pl.DataFrame, rng: np.random.Generator, *, hit_rate: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    hits = round(payments.height * hit_rate)
    rows = np.sort(rng.choice(payments.height, hits, replace=False)) if hits else np.zeros(0, np.int64)
    chosen = _chosen(variants, rng, hits)
    planted = pl.DataFrame({"row": pl.Series(rows, dtype=pl.Int64)}).hstack(chosen)
    for (field,), group in planted.group_by("field", maintain_order=True):
        column = str(field)
        values = group.select(pl.col("row"), pl.col("query"))
        payments = payments.with_columns(payments[column].scatter(values["row"], values["query"]))
        side = column.split("_", 1)[0]
        if column in ("originator_name", "beneficiary_name"):
            # what is known of the invented party does not speak for or against the planted one
            kinds = group["kind"].replace_strict({"individual": "person", "entity": "company"})
            payments = payments.with_columns(
                payments[f"{side}_type"].scatter(values["row"], kinds),
                *[payments[f"{side}_{name}"].scatter(values["row"], None) for name in _ABOUT_A_PERSON],
            )
    truth = planted.with_columns(transaction_id=payments["transaction_id"].gather(planted["row"]))
    return payments, truth.select(list(TRUTH))


def _chosen(variants: pl.DataFrame, rng: np.random.Generator, n: int) -> pl.DataFrame:
    """`n` variants, every manipulation as often as any other, each with the field it goes to."""
    classes = variants["manipulation"].unique(maintain_order=True)
    sizes = variants.group_by("manipulation", maintain_order=True).len()["len"].to_numpy()
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    kind = rng.integers(0, max(len(classes), 1), n)
    places = starts[kind] + (sizes[kind] * rng.random(n)).astype(np.int64) if n else np.zeros(0, np.int64)
    chosen = variants[pl.Series(places, dtype=pl.Int64)]
    fields = pl.Series(list(_PLACES)).gather(
        pl.Series(rng.choice(len(_PLACES), n, p=shares(share for _, share in _PLACES.values())))
    )
    addresses = pl.Series(["originator_address", "beneficiary_address"]).gather(
        pl.Series(rng.integers(0, 2, n))
    )
    roles: Mapping[str, str] = {
        **{field: role for field, (role, _) in _PLACES.items()},
        "originator_address": "originator",
        "beneficiary_address": "beneficiary",
        "remittance_text": "message",
    }
    return chosen.with_columns(
        field=pl.when(pl.col("manipulation") == "noise")
        .then(pl.lit("remittance_text"))
        .when(pl.col("channel") == "text")
        .then(pl.lit(addresses))
        .otherwise(pl.lit(fields))
    ).with_columns(role=pl.col("field").replace_strict(roles, return_dtype=pl.String))


def as_text(payments: pl.DataFrame) -> pl.DataFrame:
    """As a text file shows them: amounts with the decimals of their currency, times in ISO 8601."""
    exponent = pl.col("currency").replace_strict(exponents(), return_dtype=pl.Int64)

    def written(column: str) -> pl.Expr:
        minor = (pl.col(column) * 10.0**exponent).round().cast(pl.Int64).cast(pl.String)
        padded = minor.str.zfill(4)
        whole = padded.str.slice(0, padded.str.len_bytes() - exponent)
        return (
            pl.when(exponent == 0)
            .then(minor)
            .otherwise(whole.str.replace("^0+(\\d)", "$1") + "." + padded.str.tail(exponent))
            .alias(column)
        )

    return payments.with_columns(
        written("amount"), written("balance_after"), pl.col("booked_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    )


# --- command ---------------------------------------------------------------------------------------------

_FLAWS: Final = (
    ("amount", "12.345,6.7"),
    ("booked_at", "31/31/2026"),
    ("currency", "QQQ"),
    ("amount", "n/a"),
)


def flawed(payments: pl.DataFrame, truth: pl.DataFrame, n: int, *, seed: int) -> pl.DataFrame:
    """Text payments of which `n` rows, none of them planted, can no longer be read."""
    rng = np.random.default_rng([seed, 13])
    innocent = payments.with_row_index("row").join(truth, on="transaction_id", how="anti")["row"].sort()
    rows = innocent.gather(
        pl.Series(np.sort(rng.choice(len(innocent), min(n, len(innocent)), replace=False)))
    )
    for place, row in enumerate(rows):
        column, value = _FLAWS[place % len(_FLAWS)]
        payments = payments.with_columns(payments[column].scatter(row, value))
    return payments


def write_payments(
    parts: Iterator[tuple[pl.DataFrame, pl.DataFrame]],
    out: Path,
    truth: Path,
    *,
    flaws: int = 0,
    seed: int = 0,
) -> tuple[int, int]:
    """Write parts one after the other, CSV or Parquet by suffix; how many payments and planted names."""
    rows = planted = 0
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".payments-") as folder:
        pieces: list[tuple[Path, Path]] = []
        for payments, planted_names in parts:
            piece = (Path(folder) / f"{len(pieces):05}-payments", Path(folder) / f"{len(pieces):05}-truth")
            text = (
                flawed(as_text(payments), planted_names, flaws, seed=seed)
                if out.suffix == ".csv"
                else payments
            )
            _write(text, piece[0], out.suffix, header=not pieces)
            _write(planted_names, piece[1], truth.suffix, header=not pieces)
            pieces.append(piece)
            rows += payments.height
            planted += planted_names.height
        _join([payments for payments, _ in pieces], out)
        _join([names for _, names in pieces], truth)
    return rows, planted


def _write(frame: pl.DataFrame, path: Path, suffix: str, *, header: bool) -> None:
    if suffix == ".csv":
        frame.write_csv(path, include_header=header)
    else:
        frame.write_parquet(path)


def _join(pieces: list[Path], target: Path) -> None:
    if target.suffix == ".csv":
        with target.open("wb") as file:
            for piece in pieces:
                with piece.open("rb") as source:
                    shutil.copyfileobj(source, file)
    elif len(pieces) == 1:
        shutil.move(pieces[0], target)
    else:
        pl.scan_parquet(pieces).sink_parquet(target, row_group_size=250_000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m screening.validation.payments",
        description="Make payments by seed, plant names of a sanctions list in them, and keep the truth.",
        epilog="""examples:
  a file to try things on:
    python -m screening.validation.payments --rows 1000 --list LIST.xml --out payments.csv --truth truth.csv
  ten million rows for a benchmark, one in ten thousand planted:
    python -m screening.validation.payments --rows 10000000 --parties 1000000 --hit-rate 0.0001 \\
        --list LIST.xml --out payments.parquet --truth truth.parquet
the same arguments give the same bytes, always.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, required=True, help="number of payments")
    parser.add_argument(
        "--list", type=Path, required=True, dest="source", help="sanctions list in the UN's XML format"
    )
    parser.add_argument("--out", type=Path, required=True, help="payments: .csv or .parquet")
    parser.add_argument("--truth", type=Path, required=True, help="what was planted where: .csv or .parquet")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other payments (default 1)")
    parser.add_argument("--hit-rate", type=float, default=0.001, help="share of rows planted (default 0.001)")
    parser.add_argument("--parties", type=int, help="people and companies in the world (default: rows / 3)")
    parser.add_argument("--flaws", type=int, default=0, help="rows of a CSV that cannot be read (default 0)")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code: 0, or 2 and 3 as in the screening command."""
    parser = _parser()
    options = parser.parse_args(arguments)
    for path in (options.out, options.truth):
        if path.suffix not in (".csv", ".parquet"):
            parser.error(f"{path}: the suffix must be .csv or .parquet")
    if options.flaws and options.out.suffix != ".csv":
        parser.error("--flaws needs --out to be a .csv: Parquet cannot hold an amount that is not a number")
    try:
        parts = payment_parts(
            options.rows,
            listed=read_un_list(options.source),
            seed=options.seed,
            hit_rate=options.hit_rate,
            distinct_parties=options.parties,
        )
        rows, planted = write_payments(
            parts, options.out, options.truth, flaws=options.flaws, seed=options.seed
        )
    except (ScreeningError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    sys.stdout.write(f"{rows:,} payments -> {options.out}\n{planted:,} planted names -> {options.truth}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
