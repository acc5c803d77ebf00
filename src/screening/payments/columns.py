"""Which column of the user's table is which column of TRANSACTIONS."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from screening.errors import PolicyError, SchemaError
from screening.payments.words import plain, synonyms
from screening.schemas import NAME_COLUMNS, TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from screening.policy import PaymentsPolicy

__all__ = ["MAJOR", "match_columns", "unnamed_sides"]

MAJOR: Final = {
    "amount": "amount_minor",
    "amount_base": "amount_base_minor",
    "balance_after": "balance_after_minor",
    "originator_income": "originator_income_minor",
}
"""Column in major units that may be supplied -> column of TRANSACTIONS it becomes."""

_TARGETS: Final = (*TRANSACTIONS, *MAJOR)
_CODE_ENDS: Final = ("code", "cd")
_SIDES: Final = ("originator", "beneficiary")
_CLOSEST: Final = 3


def match_columns(found: Sequence[str], policy: PaymentsPolicy, *, source: str) -> dict[str, str]:
    """Canonical column -> the user's column, by the policy first and by known synonyms second.

    Raises:
        PolicyError: The policy maps a column that TRANSACTIONS does not have.
        SchemaError: A mapped or required column is missing, or two columns mean the same.

    Example:
        >>> from screening.policy import PaymentsPolicy
        >>> headers = ["Txn ID", "Date", "Amount", "CCY", "Debtor Name", "colour"]
        >>> match_columns(headers, PaymentsPolicy(), source="payments.csv")["originator_name"]
        'Debtor Name'
    """
    for target in policy.columns:
        if target not in _TARGETS:
            raise PolicyError(
                f"[payments.columns] maps '{target}', which is no column of TRANSACTIONS"
                f"{_close(target, _TARGETS)}",
                key=target,
            )
    for target, name in policy.columns.items():
        if name not in found:
            raise SchemaError(
                f"{source}: no column '{name}', which [payments.columns] maps to '{target}'"
                f"{_close(name, found)}; found: {_listed(found)}",
                missing=[name],
                found=list(found),
            )
    columns = dict(policy.columns)
    taken = set(columns.values())
    candidates: dict[str, list[str]] = {}
    known = {**synonyms("columns"), **{plain(target): target for target in _TARGETS}}
    for name in found:
        meant = known.get(plain(name))
        if name not in taken and meant is not None and not _settled(meant, columns):
            candidates.setdefault(MAJOR.get(meant, meant), []).append(name)
    for target, names in candidates.items():
        if len(names) > 1:
            raise SchemaError(
                f"{source}: columns {_listed(names)} may all mean '{target}'; "
                f"set {_settable(target, names[0])} under [payments.columns]",
                found=list(found),
                hint=target,
            )
        columns[known[plain(names[0])]] = names[0]
    _require(columns, found, policy, source=source)
    purpose = columns.get("purpose_code")
    if purpose and "remittance_text" not in columns and not plain(purpose).endswith(_CODE_ENDS):
        columns["remittance_text"] = purpose  # a purpose may be prose, and prose may name somebody
    return {target: columns[target] for target in _TARGETS if target in columns}


def _settled(target: str, columns: dict[str, str]) -> bool:
    minor = MAJOR.get(target, target)
    return any(MAJOR.get(mapped, mapped) == minor for mapped in columns)


def _settable(target: str, name: str) -> str:
    major = next((major for major, minor in MAJOR.items() if minor == target), None)
    return f'{target} = "{name}"' + (f' (or {major} = "...")' if major else "")


def _require(columns: dict[str, str], found: Sequence[str], policy: PaymentsPolicy, *, source: str) -> None:
    pairs = [target for target, minor in MAJOR.items() if target in columns and minor in columns]
    if pairs:
        raise SchemaError(f"{source}: both '{pairs[0]}' and '{MAJOR[pairs[0]]}' are mapped; map one of them")
    missing = []
    if "transaction_id" not in columns and not policy.number_rows:
        missing.append("transaction_id (or number_rows = true)")
    if "booked_at" not in columns:
        missing.append("booked_at")
    if not {"amount", "amount_minor"} & columns.keys():
        missing.append("amount (or amount_minor)")
    if "currency" not in columns and policy.currency is None:
        missing.append('currency (or currency = "EUR", say, for the whole file)')
    if policy.names_required and not NAME_COLUMNS.keys() & columns.keys():
        missing.append("a party's name, such as originator_name (or names_required = false)")
    if missing:
        raise SchemaError(
            f"{source}: no column for {'; '.join(missing)}. Found: {_listed(found)}. "
            "Name the columns under [payments.columns], the rest under [payments]",
            missing=missing,
            found=list(found),
        )


def unnamed_sides(columns: Iterable[str], unused: Sequence[str]) -> list[str]:
    """That a side has no column of names, so that nobody on it is compared with the list; one line each.

    Where no party has a name at all (`names_required = false`) there is nothing to tell.

    Args:
        columns: Columns of TRANSACTIONS that the payments have.
        unused: The user's columns that nothing reads: the names may stand in one of them.

    Example:
        >>> unnamed_sides(["originator_name"], ["beneficary_name"])[0].split(";")[0]
        "no column for the beneficiary's name: nobody on that side is screened by name"
    """
    held = set(columns)
    if not NAME_COLUMNS.keys() & held:
        return []
    return [_unnamed(side, unused) for side in _SIDES if f"{side}_name" not in held]


def _unnamed(side: str, unused: Sequence[str]) -> str:
    target = f"{side}_name"
    words = [plain(target), *(word for word, means in synonyms("columns").items() if means == target)]

    def likeness(name: str) -> float:
        return max(difflib.SequenceMatcher(None, plain(name), word).ratio() for word in words)

    closest = sorted(unused, key=likeness, reverse=True)[:_CLOSEST]
    near = f" (closest of the columns that nothing reads: {_listed(closest)})" if closest else ""
    return (
        f"no column for the {side}'s name: nobody on that side is screened by name; "
        f"if the names stand in a column, set {target} under [payments.columns]{near}"
    )


def _close(name: str, known: Sequence[str]) -> str:
    by_plain = {plain(item): item for item in known}
    close = difflib.get_close_matches(plain(name), by_plain, n=1)
    return f"; did you mean '{by_plain[close[0]]}'?" if close else ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:40])
    return shown + (f" and {len(names) - 40} more" if len(names) > 40 else "") if names else "no columns"
