"""Table contracts: the columns, types and meaning of every table that crosses a border.

A column of a contract is always present in an output, in this order, null where unknown.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from screening.errors import SchemaError

__all__ = [
    "ALERTS",
    "CHANNELS",
    "COVERAGE",
    "FLAGS",
    "HITS",
    "LISTED_NAMES",
    "NAME_COLUMNS",
    "REJECTS",
    "REQUIRED_COLUMNS",
    "SEARCH",
    "STATUSES",
    "TEXT_COLUMNS",
    "TEXT_SEARCH",
    "TRANSACTIONS",
    "WARNINGS",
    "require_columns",
]

STATUSES: Final = ("attempted", "held", "rejected", "executed", "returned")
CHANNELS: Final = (
    "wire", "instant", "p2p", "mobile", "card_pos", "card_atm", "cash_dep", "cash_wd", "prepaid_load",
    "loan_disb", "fx", "va", "cheque", "internal",
)  # fmt: skip

_TIME = pl.Datetime("us", "UTC")

_PARTY: dict[str, pl.DataType] = {
    "name": pl.String(),
    "account": pl.String(),
    "party_id": pl.String(),
    "type": pl.String(),  # person, npo, ...: means of payments/data/party_types.csv, or a word of one's own
    "address": pl.String(),
    "town": pl.String(),
    "country": pl.String(),  # ISO 3166-1 alpha-2, upper case
    "admin1": pl.String(),  # ISO 3166-2
    "birth_date": pl.String(),  # as `births.Birth` writes it: 1970-07-01, 1970, about 1970, 1968..1972
    "birth_place": pl.String(),
    "national_id": pl.String(),
    "customer_id": pl.String(),
    "lei": pl.String(),
    "bic": pl.String(),
}

TRANSACTIONS: Final = pl.Schema(
    {
        "transaction_id": pl.String(),
        "booked_at": _TIME,
        "status": pl.String(),  # one of STATUSES
        "channel": pl.String(),  # one of CHANNELS
        "amount_minor": pl.Int64(),  # minor units of `currency`, by its ISO 4217 exponent
        "currency": pl.String(),  # ISO 4217
        "amount_base_minor": pl.Int64(),  # minor units of the bank's base currency, where supplied
        **{f"originator_{name}": kind for name, kind in _PARTY.items()},
        **{f"beneficiary_{name}": kind for name, kind in _PARTY.items()},
        "ultimate_originator_name": pl.String(),
        "ultimate_beneficiary_name": pl.String(),
        "initiating_party_name": pl.String(),
        "originator_agent_bic": pl.String(),
        "beneficiary_agent_bic": pl.String(),
        "intermediary_bics": pl.String(),  # separated by blanks or commas
        "end_to_end_id": pl.String(),
        "uetr": pl.String(),
        "purpose_code": pl.String(),  # ISO 20022, or a country's own
        "remittance_text": pl.String(),
        "branch_id": pl.String(),
        "terminal_country": pl.String(),
        "terminal_admin1": pl.String(),
        "merchant_category_code": pl.String(),
        "device_id": pl.String(),
        "ip_country": pl.String(),
        "phone_hash": pl.String(),
        "email_hash": pl.String(),
        "address_hash": pl.String(),
        "wallet_from": pl.String(),
        "wallet_to": pl.String(),
        "wallet_kind": pl.String(),  # vasp, unhosted, mixer, unknown
        "virtual_asset": pl.String(),
        "travel_rule_complete": pl.Boolean(),
        "balance_after_minor": pl.Int64(),
        "originator_opened_at": _TIME,  # when the account was opened
        "beneficiary_opened_at": _TIME,
        "originator_residence": pl.String(),  # ISO 3166-1; `country` where it is absent
        "beneficiary_residence": pl.String(),
        "originator_occupation": pl.String(),
        "originator_income_minor": pl.Int64(),  # by month, in base currency
        "terminal_id": pl.String(),
        "terminal_latitude": pl.Float64(),
        "terminal_longitude": pl.Float64(),
        "ip_admin1": pl.String(),
        "card_id": pl.String(),
        "passenger_name": pl.String(),
        "booking_reference": pl.String(),
        "destination_country": pl.String(),  # of a journey
        "campaign_id": pl.String(),
        "vasp_id": pl.String(),  # the other side's provider of virtual-asset services
        "vasp_country": pl.String(),
        "vasp_licensed": pl.Boolean(),
        "invoice_reference": pl.String(),
        "goods_country": pl.String(),
    }
)
"""One row per payment. Columns that the user's table lacks are absent from a conformed table, not null,
so that a rule can tell "not supplied" from "empty"."""

REQUIRED_COLUMNS: Final = (
    "transaction_id",
    "booked_at",
    "status",
    "channel",
    "amount_minor",
    "currency",
)


def require_columns(table: pl.DataFrame, whose: str) -> None:
    """Refuse a table of payments without one of REQUIRED_COLUMNS.

    Raises:
        SchemaError: One is missing; `details` hold `missing` and `found`.
    """
    missing = [name for name in REQUIRED_COLUMNS if name not in table.columns]
    if missing:
        raise SchemaError(
            f"{whose} lack {', '.join(missing)}; screening.payments.conform makes the table",
            missing=missing,
            found=table.columns,
        )


NAME_COLUMNS: Final = {
    "originator_name": "originator",
    "beneficiary_name": "beneficiary",
    "ultimate_originator_name": "ultimate_originator",
    "ultimate_beneficiary_name": "ultimate_beneficiary",
    "initiating_party_name": "initiating_party",
    "passenger_name": "passenger",
}
"""Column that holds a party's name -> the role of that party in HITS."""

TEXT_COLUMNS: Final = {
    "originator_address": "originator",
    "beneficiary_address": "beneficiary",
    "remittance_text": "message",
}
"""Free-text column -> role in HITS."""

LISTED_NAMES: Final = pl.Schema(
    {
        "reference": pl.String(),  # permanent reference number, such as "QDi.001"
        "kind": pl.String(),  # individual, entity
        "name": pl.String(),  # one clean name, in any script
        "name_type": pl.String(),  # primary, alias, former, original_script, acronym
        "quality": pl.String(),  # the list's own word: Good, Low, a.k.a., f.k.a., or empty
        "weak": pl.Boolean(),  # low-quality alias: may not suspend on its own by default
        "note": pl.String(),  # what stood around the name: "combat name", "born 1 Jan. 1953", ...
    }
)
"""Names of a sanctions list, one row per clean name; the table a NameIndex is built from."""

SEARCH: Final = pl.Schema(
    {
        "query_id": pl.UInt32(),  # position of the name in the input
        "query": pl.String(),
        "status": pl.String(),  # hit, unscreenable
        "reference": pl.String(),
        "listed_name": pl.String(),
        "name_type": pl.String(),
        "quality": pl.String(),
        "weak": pl.Boolean(),
        "score": pl.Float64(),  # 0 to 1; null when unscreenable
    }
)
"""What NameIndex.search returns: one row per (query, designation), by its best name."""

TEXT_SEARCH: Final = pl.Schema(
    {**SEARCH, "start": pl.Int64(), "end": pl.Int64()}  # characters of the text, end not included
)
"""What NameIndex.scan_text returns: one row per (text, designation), by its best place."""

HITS: Final = pl.Schema(
    {
        "transaction_id": pl.String(),
        "role": pl.String(),  # originator, beneficiary, ultimate_originator, ..., passenger, message
        "field": pl.String(),  # column of TRANSACTIONS that was screened
        "query": pl.String(),  # the text as it stood in the payment
        "status": pl.String(),  # hit, unscreenable
        "reference": pl.String(),
        "listed_name": pl.String(),
        "name_type": pl.String(),
        "quality": pl.String(),
        "weak": pl.Boolean(),
        "score": pl.Float64(),
        "reasons": pl.List(pl.String()),
        "corroboration": pl.List(pl.String()),  # what else speaks for or against it, in words
        "tier": pl.String(),  # outcome of this hit alone: SUSPEND, REVIEW, MONITOR
    }
)

FLAGS: Final = pl.Schema(
    {
        "transaction_id": pl.String(),
        "rule": pl.String(),  # such as TF-S01
        "value": pl.Float64(),
        "threshold": pl.Float64(),
        "window_start": _TIME,
        "window_end": _TIME,
        "evidence": pl.List(pl.String()),  # transaction ids, bounded
        "evidence_count": pl.Int64(),  # how many there were before the bound
        "reason": pl.String(),
        "weight": pl.Float64(),  # points of this flag, where a rule gives more than one weight
        "family": pl.String(),  # letter or word by which scores are capped
    }
)

COVERAGE: Final = pl.Schema(
    {
        "rule": pl.String(),
        "status": pl.String(),  # evaluable, not_evaluable, off
        "reason": pl.String(),  # why not, null for evaluable
        "missing": pl.List(pl.String()),  # columns that are not there; "a|b" where one would do
        "rows": pl.Int64(),  # payments of the batch; they add up to the batch for every rule
    }
)
"""What each rule could look at: a rule that could not look never counts as one that did not fire."""

ALERTS: Final = pl.Schema(
    {
        "transaction_id": pl.String(),
        "outcome": pl.String(),  # SUSPEND, HOLD, REVIEW, MONITOR
        "score": pl.Float64(),  # best hit score, 0 to 1; null without a hit
        "rule_score": pl.Float64(),  # capped sum of the rule families; null without a flag
        "references": pl.List(pl.String()),
        "rules": pl.List(pl.String()),
        "reasons": pl.List(pl.String()),
    }
)

REJECTS: Final = pl.Schema(
    {
        "source": pl.String(),
        "row": pl.Int64(),  # data row in the source, counted from 1
        "column": pl.String(),
        "value": pl.String(),
        "reason": pl.String(),
        "transaction_id": pl.String(),  # as far as it could be read
    }
)
"""Rows of the source that are no payment of TRANSACTIONS, one row for each."""

WARNINGS: Final = pl.Schema(
    {
        "column": pl.String(),
        "reason": pl.String(),
        "rows": pl.Int64(),
        "first_source": pl.String(),
        "first_row": pl.Int64(),
        "first_value": pl.String(),
    }
)
"""What was set aside or settled in payments that were kept, counted by column and reason."""
