"""A slow, readable language for rules, and the law that the fast form flags what it flags.

An oracle is a plain function `oracle(payments, p, **parameters)`: does the rule fire on `p`, as the catalogue
defines it? It says so by a truth value, or by the payments that are the evidence (none: it does not fire).
It sees payments as objects with one attribute per column (None where the value is missing) and windows as
loops. It knows nothing of how the rules are computed.

ORACLE_EXAMPLES=500 in the environment looks longer than the default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from screening.policy import Policy
from screening.rules import Rule, assess
from screening.rules.findings import EVIDENCE_LIMIT
from screening.schemas import REQUIRED_COLUMNS, TRANSACTIONS

EXAMPLES: Final = int(os.environ.get("ORACLE_EXAMPLES", "25"))
HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
START: Final = datetime(2026, 4, 6, tzinfo=UTC)

UNITS: Final = {"EUR": 100, "USD": 100, "JPY": 150}  # minor units for a base unit; XAU has none
LIMITS: Final = {
    "cash_report": 10_000, "r10": 15_000, "r16_de_minimis": 1_000, "r32": 15_000, "va_travel_rule": 1_000,
}  # fmt: skip
CLASSES: Final = {
    "SY": {"conflict", "grey"}, "IQ": {"conflict", "grey"}, "KP": {"call"}, "TR": {"conduit"},
    "TR-31": {"border"}, "TR-27": {"border"}, "NG-BO": {"conflict"}, "KE": {"grey"},
}  # fmt: skip
PARTS: Final = {
    "beneficiary": ("beneficiary_country", "beneficiary_admin1", "beneficiary_agent_bic"),
    "terminal": ("terminal_country", "terminal_admin1"),
    "ip": ("ip_country", "ip_admin1"),
    "destination": ("destination_country",),
}

Test = Callable[["Payment"], bool]
Verdict = bool | list["Payment"]


@dataclass(frozen=True, eq=False)
class Payment:
    """One payment: a column is an attribute, None where it is missing, and there are a few words more."""

    id: str
    at: int  # microseconds since START
    values: Mapping[str, Any]
    parties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        value = self.values.get(name)
        if name not in self.values and name.startswith(("originator_", "beneficiary_")):
            side, _, fact = name.partition("_")
            party = self.party(side)
            value = self.parties.get(party[1], {}).get(fact) if party else None
        return None if value == "" else value

    def party(self, side: str) -> tuple[str, str] | None:
        """Who pays or is paid: the party if it is known, else the customer, else the account."""
        for kind in ("party_id", "customer_id", "account"):
            value = self.values.get(f"{side}_{kind}")
            if value:
                return kind, value
        return None

    @cached_property
    def originator(self) -> tuple[str, str] | None:
        return self.party("originator")

    @cached_property
    def beneficiary(self) -> tuple[str, str] | None:
        return self.party("beneficiary")

    @property
    def moved(self) -> bool:
        return self.status not in ("rejected", "returned")

    @property
    def amount(self) -> int:
        return self.amount_minor or 0

    @property
    def measured(self) -> bool:
        return self.amount > 0 and self.currency in UNITS

    def limit(self, code: str) -> int | None:
        """An amount in law in the currency of the payment."""
        return LIMITS[code] * UNITS[self.currency] if self.currency in UNITS else None

    def at_least(self, units: float) -> bool:
        return self.measured and self.amount >= units * UNITS[self.currency]

    def at_most(self, units: float) -> bool:
        return self.measured and self.amount <= units * UNITS[self.currency]

    def _touches(self, place: str, *classes: str) -> bool:
        values = [(self.values.get(name) or "", name.endswith("_bic")) for name in PARTS[place]]
        return any(CLASSES.get(one[4:6] if bic else one, set()) & set(classes) for one, bic in values)

    def high_risk(self, place: str = "beneficiary") -> bool:
        return self._touches(place, "conflict", "border", "call")

    def tf_area(self, place: str) -> bool:
        return self._touches(place, "conflict", "border")

    def conduit(self) -> bool:
        return "conduit" in CLASSES.get(self.beneficiary_country, set())

    def country(self, side: str) -> str | None:
        """Country of a side: as it is told, else that of its part of a country, else that of its bank."""
        part, bank = getattr(self, f"{side}_admin1"), getattr(self, f"{side}_agent_bic")
        return getattr(self, f"{side}_country") or (part or "")[:2] or (bank or "")[4:6] or None

    def abroad(self) -> bool:
        """Whether it crosses a border; Germany and France are one area."""
        here, there = self.country("originator"), self.country("beneficiary")
        return None not in (here, there) and here != there and {here, there} != {"DE", "FR"}

    def home(self) -> str | None:
        home: str | None = self.originator_residence or self.originator_country
        return home

    def expected(self) -> bool:
        """Whether the payment goes to a country the originator is known to deal with."""
        return self.country("beneficiary") in (self.originator_expected_countries or "").split(" ")


class Payments(Sequence[Payment]):
    """All payments, earlier ones and batch, with windows as loops."""

    def __init__(self, rows: Sequence[Payment]) -> None:
        self.rows = rows
        self.kept: dict[Any, Any] = {}  # for oracles that would otherwise do the same loop for every payment

    def __getitem__(self, at: Any) -> Any:
        return self.rows[at]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Payment]:
        return iter(self.rows)

    def within(self, p: Payment, length: int, *tests: Test) -> list[Payment]:
        """Payments that moved in (t - length, t]."""
        return [q for q in self.moved(*tests) if p.at - length < q.at <= p.at]

    def before(self, p: Payment, length: int, *tests: Test) -> list[Payment]:
        """Payments that moved in [t - length, t)."""
        return [q for q in self.moved(*tests) if p.at - length <= q.at < p.at]

    def moved(self, *tests: Test) -> list[Payment]:
        return [q for q in self.rows if q.moved and all(test(q) for test in tests)]


def same(p: Payment, *names: str) -> Test:
    """Payments that agree with `p` in some columns, all of them known."""
    wanted = [(name, getattr(p, name)) for name in names]
    return lambda q: all(value is not None and getattr(q, name) == value for name, value in wanted)


def having(name: str, value: Any) -> Test:
    """Payments that have a value, which is not missing, in a column."""
    return lambda q: value is not None and getattr(q, name) == value


def like(p: Payment) -> Test:
    """Payments whose amounts may be added to that of `p`: known, and in its currency."""
    return lambda q: q.measured and p.measured and q.currency == p.currency


def by(*channels: str) -> Test:
    return lambda q: q.channel in channels


def total(rows: Sequence[Payment]) -> int:
    return sum(q.amount for q in rows)


def values(rows: Sequence[Payment], name: str) -> set[Any]:
    """Different known values of a column."""
    return {getattr(q, name) for q in rows} - {None}


def share(part: int, whole: int, least: float) -> bool:
    """Whether a part is at least a share of a whole, to a hundredth of a percent."""
    return part * 10_000 >= whole * round(least * 10_000)


def between(part: int, whole: int, low: float, high: float) -> bool:
    return share(part, whole, low) and part * 10_000 <= whole * round(high * 10_000)


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A rule, its oracle, and the values that random payments take, most of them apt to collide.

    Attributes:
        rule: The rule, with parameters so small that tables of some rows fire.
        oracle: The slow form.
        step: Payments lie on a grid of this width, so that windows end on payments; a few lie a microsecond
            off it.
        steps: Length of the grid.
        size: Most rows drawn.
        columns: Column -> values to draw from; one of them comes more often the more often it is named.
        parties: The table of parties: party id -> field -> value.
        beside: Rules this one builds on, with parameters other than the default.
    """

    rule: Rule
    oracle: Callable[..., Verdict]
    step: int = 6 * HOUR
    steps: int = 14
    size: int = 30
    columns: Mapping[str, Any] = field(default_factory=dict)
    parties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    beside: tuple[Rule, ...] = ()

    def __str__(self) -> str:
        return self.rule.id

    def rows(self) -> st.SearchStrategy[list[tuple[int, int, int, tuple[Any, ...]]]]:
        cells = st.tuples(*(st.sampled_from(list(choice)) for choice in self._columns().values()))
        row = st.tuples(
            st.integers(0, self.steps),
            st.sampled_from([0, 0, 0, 0, 0, -1, 1]),
            st.sampled_from([1, 1, 1, 1, 2]),  # some rows come twice
            cells,
        )
        return st.lists(row, min_size=self.size // 3, max_size=self.size)

    def _columns(self) -> dict[str, Any]:
        return {**COMMON, **self.columns}

    def optional(self) -> list[str]:
        """Columns that a table may lack."""
        return [name for name in self._columns() if name not in REQUIRED_COLUMNS]

    def look(
        self, drawn: list[tuple[int, int, int, tuple[Any, ...]]], cut: int, lacking: Collection[str] = ()
    ) -> bool:
        """Compare both forms on some rows; whether anything fired.

        Those before `cut` are history, whose table lacks some columns: the oracle sees no values there.
        """
        names = tuple(self._columns())
        rows = [
            (max(0, step * self.step + off), dict(zip(names, cells, strict=True)))
            for step, off, times, cells in drawn
            for _ in range(times)
        ]
        since = cut * self.step
        for at, row in rows:
            row.update(dict.fromkeys(lacking) if at < since else {})
        book = Payments(
            [Payment(f"t{i:03d}", at, row, self.parties) for i, (at, row) in enumerate(rows)],
        )
        arguments = {item.name: item.argument for item in self.rule.parameters}
        verdicts = {p.id: self.oracle(book, p, **arguments) for p in book if p.at >= since}
        expected = {name for name, verdict in verdicts.items() if verdict}
        flags = self._flags(book, since, lacking)
        found = set(flags["transaction_id"])
        told = "\n".join(f"{p.id} {p.at / HOUR:.6f}h {p.values}" for p in sorted(book, key=lambda p: p.at))
        assert found == expected, (
            f"{self.rule.id}: not flagged {sorted(expected - found)}, "
            f"flagged {sorted(found - expected)}\n{told}"
        )
        own = {p.id: p for p in book}
        for name, evidence, count in flags.select("transaction_id", "evidence", "evidence_count").iter_rows():
            verdict = verdicts[name]
            if not isinstance(verdict, bool):
                behind = sorted({own[name], *verdict}, key=lambda p: (p.at, p.id))
                assert (evidence, count) == ([p.id for p in behind][-EVIDENCE_LIMIT:], len(behind)), told
        return bool(expected)

    def _flags(self, book: Payments, since: int, lacking: Collection[str]) -> pl.DataFrame:
        plain = [
            {"transaction_id": p.id, "booked_at": START + timedelta(microseconds=p.at), **p.values}
            for p in book
        ]
        names = [name for name in TRANSACTIONS if name in (*COLUMNS, *self._columns())]
        table = pl.DataFrame(plain, schema={name: TRANSACTIONS[name] for name in names}, orient="row")
        early = pl.Series([p.at < since for p in book], dtype=pl.Boolean)
        parties = [{"party_id": name, **facts} for name, facts in self.parties.items()]
        return assess(
            table.filter(~early),
            [self.rule, *self.beside],
            history=table.filter(early).drop(lacking),
            parties=pl.DataFrame(parties) if parties else None,
            policy=Policy.from_dict({"rules": {"on": [self.rule.id]}}),
        ).flags.filter(rule=self.rule.id)


COLUMNS: Final = ("transaction_id", "booked_at")
COMMON: Final[dict[str, Any]] = {
    "status": ["executed"] * 8 + ["attempted", "rejected", "returned"],
    "channel": ["wire"],
    "amount_minor": [10_000],
    "currency": ["EUR"] * 7 + ["USD", "XAU"],
    # one hot account, a few others, and none
    "originator_account": ["A", "A", "A", "B", "C", "D", None, ""],
    "beneficiary_account": ["A", "A", "B", "B", "C", "D", None, ""],
}


def agree(case: Case) -> None:
    """The fast form of a rule flags what its oracle flags, on random tables, some of which fire."""
    fired = 0

    # no shrinking: a table of some rows is read faster than a smaller one is found
    @settings(max_examples=EXAMPLES, phases=[Phase.generate])
    @given(rows=case.rows(), cut=st.integers(0, case.steps // 2))
    def look(rows: list[tuple[int, int, int, tuple[Any, ...]]], cut: int) -> None:
        nonlocal fired
        fired += case.look(rows, cut)

    @settings(max_examples=EXAMPLES // 2, phases=[Phase.generate])
    @given(
        rows=case.rows(),
        cut=st.integers(1, case.steps // 2),
        lacking=st.sets(st.sampled_from(case.optional()), min_size=1, max_size=2),
    )
    def look_back(rows: list[tuple[int, int, int, tuple[Any, ...]]], cut: int, lacking: set[str]) -> None:
        case.look(rows, cut, lacking)

    look()
    look_back()
    assert fired >= 2, f"{case.rule.id} fired on {fired} of {EXAMPLES} random tables only"
