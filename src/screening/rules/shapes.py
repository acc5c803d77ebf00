"""Paths of money from account to account: cycles, chains, several mules between two ends, mirrors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from screening.rules.book import combine
from screening.rules.findings import Finding, Money
from screening.rules.money import is_share
from screening.rules.rule import amount, count, duration, rule, share
from screening.rules.windows import DAY, NO_KEY, Distinct, Ledger, is_among, pack

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = ["cycle", "layering_chain", "mirrored_transfer", "scatter_gather"]

_REACH = 7 * DAY
_WIDEST = (0.8, 1.05)
_HUB = 500


@dataclass(frozen=True, slots=True, eq=False)
class Hops:
    """Pairs of payments in which an account passes on about what it received, not before it received it.

    Attributes:
        came: Row of the payment into the account.
        went: Row of the payment out of it; in rising order.
        hubs: Rows for which there were too many candidates to follow.
    """

    came: npt.NDArray[np.int64]
    went: npt.NDArray[np.int64]
    hubs: npt.NDArray[np.bool_]

    def where(self, keep: npt.NDArray[np.bool_]) -> Hops:
        """Some of the pairs."""
        return Hops(self.came[keep], self.went[keep], self.hubs)

    def onward(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Positions (before, after) of two hops that share the payment between them."""
        low = np.searchsorted(self.went, self.came, side="left")
        high = np.searchsorted(self.went, self.came, side="right")
        counts = high - low
        after = np.repeat(np.arange(len(counts)), counts)
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return low[after] + offset, after


def find_hops(book: Book, *, least: float, window: int) -> Hops:
    """All hops up to `window` apart with a ratio of amounts from 0.80 to 1.05, between different parties.

    Amounts fall into steps as wide as that range, so that an account is searched for near amounts only.
    """
    payer, payee = book.key("originator_account"), book.key("beneficiary_account")
    other = book.key("originator_party") != book.key("beneficiary_party")
    usable = (
        book.moved & book.at_least(least) & other & (payer != payee) & (payer != NO_KEY) & (payee != NO_KEY)
    )
    rows = np.flatnonzero(usable)
    size = int(max(payer[rows].max(), payee[rows].max())) + 1 if len(rows) else 1
    receives, pays = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    receives[payee[rows]], pays[payer[rows]] = True, True
    into, out = rows[pays[payee[rows]]], rows[receives[payer[rows]]]
    keys = [book.money_key(payee)[into].astype(np.int64), book.money_key(payer)[out].astype(np.int64)]
    width = np.log(_WIDEST[1] / _WIDEST[0])
    came, went = (np.log(book.amount[part].astype(np.float64)) for part in (into, out))
    step = np.floor(came / width).astype(np.int64) + 1
    steps = int(max(came.max(initial=0), went.max(initial=0)) / width) + 4
    if max(int(part.max(initial=0)) for part in keys) * steps >= int(NO_KEY):  # number only the keys in use
        numbers = np.unique(np.concatenate(keys), return_inverse=True)[1]
        keys = [numbers[: len(into)], numbers[len(into) :]]
    ledger = Ledger.of(_stepped(keys[0], step, steps), into, book.clock)
    # went in [0.80, 1.05] x came means came in [went / 1.05, went / 0.80]: at most two steps
    low = np.floor((went - np.log(_WIDEST[1]) - 1e-9) / width).astype(np.int64) + 1
    high = np.floor((went - np.log(_WIDEST[0]) + 1e-9) / width).astype(np.int64) + 1
    # probes in order of key walk through the ledger; in order of time they would jump about in it
    spans = []
    for level, apart in ((low, np.ones(len(out), np.bool_)), (high, high > low)):
        probes = pack(_stepped(keys[1][apart], level[apart], steps), out[apart])
        probes.sort()
        span = ledger.between(probes, book.clock.after(window), book.clock.end)
        spans.append(span[span.count > 0])
    candidates = np.zeros(book.size, np.int64)
    for span in spans:
        candidates[span.rows] += span.count
    hubs = candidates > _HUB
    before_parts, after_parts = [], []
    for span in spans:
        followed = span[~hubs[span.rows]]
        owner, entry = followed.expand()
        before_parts.append(entry)
        after_parts.append(followed.rows[owner])
    before, after = np.concatenate(before_parts), np.concatenate(after_parts)
    keep = (before != after) & is_share(book.amount[after], book.amount[before], *_WIDEST)
    before, after = before[keep], after[keep]
    order = np.argsort(pack(after, before))
    return Hops(before[order], after[order], hubs)


def _stepped(keys: npt.NDArray[Any], step: npt.NDArray[np.int64], steps: int) -> npt.NDArray[np.uint32]:
    return (keys.astype(np.int64) * steps + np.clip(step, 0, steps - 1)).astype(np.uint32)


def _hops(book: Book, least: float) -> Hops:
    return book.keep(("hops", least), lambda: find_hops(book, least=least, window=_REACH))


def _along_hops(book: Book, *, least: float, **_: float) -> npt.NDArray[np.bool_]:
    """The payments of hops, and all those into an account of which a payment out is a hub."""
    hops = _hops(book, least)
    truth = np.zeros(book.size, np.bool_)
    truth[hops.came] = truth[hops.went] = True
    crowded = is_among(book.key("beneficiary_account"), book.key("originator_account")[hops.hubs])
    return truth | hops.hubs | crowded


def _gap(book: Book, hops: Hops) -> npt.NDArray[np.int64]:
    return book.clock.time[hops.went] - book.clock.time[hops.came]


def _ratio(book: Book, hops: Hops, low: float, high: float) -> npt.NDArray[np.bool_]:
    return is_share(book.amount[hops.went], book.amount[hops.came], low, high)


def _unclear(hops: Hops) -> tuple[tuple[npt.NDArray[np.bool_], str], ...]:
    return ((hops.hubs, f"hub: over {_HUB} near-equal payments into the account within 7 days"),)


@rule(
    "TF-G04",
    "Scatter and gather",
    definition="One account pays several middle accounts, and they pay about as much on to one other "
    "account.",
    source="AMLSim scatter-gather; AMLworld 2023",
    weight=30,
    parameters=(
        count("middles", 3, "different middle accounts"),
        duration("window", 7, "days", "for the second payments"),
        duration("gap", 72, "hours", "from a first to its second payment"),
        share("low", 0.8, "passed on, at least"),
        share("high", 1.05, "passed on, at most"),
        amount("least", 100, "smaller payments are not followed"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("amount", "originator_account", "beneficiary_account"),
    window="7 days, and 72 hours",
    key="first and last account",
    flows=True,
    scope=("whole",),
    narrow=("account", _along_hops),
    reason="{value} middle accounts brought money from one account to one other within {window}",
)
def scatter_gather(
    book: Book, *, middles: int, window: int, gap: int, low: float, high: float, least: float
) -> Finding:
    """Look for several mules between two accounts."""
    hops = _hops(book, least)
    payer, payee = book.key("originator_account"), book.key("beneficiary_account")
    # of equal findings that of the payer who began a hop first counts, however accounts are numbered
    first = np.full(int(payer[hops.came].max(initial=0)) + 1, NO_KEY)
    np.minimum.at(first, payer[hops.came], hops.came.astype(np.uint32))
    ends = payer[hops.came] != payee[hops.went]
    hops = hops.where((_gap(book, hops) < gap) & _ratio(book, hops, low, high) & ends)
    key = combine(first[payer[hops.came]], payee[hops.went], payer[hops.came])
    ledger = Ledger.of(key, hops.went, book.clock)
    span = ledger.within(window)
    sweep = Distinct(key, payer[hops.went], hops.went, book.clock, window)
    different = sweep.count(ledger.keys, span.rows)
    keep = different >= middles
    # a ledger of hops is sorted by key and second payment; the first payments lie beside it
    brought = hops.came[np.argsort(pack(key, hops.went), kind="stable")]
    return Finding(
        rows=span.rows[keep],
        value=different[keep],
        threshold=float(middles),
        window=window,
        spans=(span[keep],),
        trail=(brought[keep],),
        unclear=_unclear(hops),
    )


@rule(
    "TF-G05",
    "Cycle",
    definition="Money returns to the account it came from, by way of others, nearly complete.",
    source="AMLSim cycle; STRO red flags for DPT providers",
    weight=25,
    parameters=(
        duration("short", 72, "hours", "for two or three payments"),
        duration("long", 7, "days", "for four payments"),
        share("low", 0.8, "passed on at every step, at least"),
        share("high", 1.05, "passed on at every step, at most"),
        amount("least", 100, "smaller payments are not followed"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("amount", "originator_account", "beneficiary_account"),
    optional=("originator_party_id", "beneficiary_party_id"),
    window="72 hours and 7 days",
    key="accounts along the cycle",
    flows=True,
    scope=("whole",),
    narrow=("account", _along_hops),
    reason="closes a cycle of {value} payments back to the account it began with",
)
def cycle(book: Book, *, short: int, long: int, low: float, high: float, least: float) -> tuple[Finding, ...]:
    """Look for money that comes back."""
    hops = _hops(book, least)
    unclear = _unclear(hops)
    hops = hops.where(_ratio(book, hops, low, high))
    payer, payee = book.key("originator_account"), book.key("beneficiary_account")
    time = book.clock.time

    def closing(path: tuple[npt.NDArray[np.int64], ...], window: int) -> Finding:
        keep = (payee[path[-1]] == payer[path[0]]) & (time[path[-1]] - time[path[0]] < window)
        rows = tuple(part[keep] for part in path)
        return Finding(
            rows=rows[-1],
            value=float(len(path)),
            threshold=2.0,
            window=window,
            trail=rows[:-1],
            unclear=unclear,
        )

    findings = [closing((hops.came, hops.went), short)]
    before, after = hops.onward()
    first, second, third = hops.came[before], hops.went[before], hops.went[after]
    new = (payee[third] != payer[second]) & (time[third] - time[first] < long)
    before, after = before[new], after[new]
    path = (hops.came[before], hops.went[before], hops.went[after])
    findings.append(closing(path, short))
    open_path = payee[path[-1]] != payer[path[0]]
    before, after = before[open_path], after[open_path]
    low_at = np.searchsorted(hops.went, hops.came[before], side="left")
    high_at = np.searchsorted(hops.went, hops.came[before], side="right")
    repeat = np.repeat(np.arange(len(before)), high_at - low_at)
    offset = np.arange(len(repeat)) - np.repeat(
        np.cumsum(high_at - low_at) - (high_at - low_at), high_at - low_at
    )
    start = low_at[repeat] + offset
    before, after = before[repeat], after[repeat]
    four = (hops.came[start], hops.went[start], hops.went[before], hops.went[after])
    simple = (payer[four[0]] != payer[four[2]]) & (payer[four[1]] != payer[four[3]])
    simple &= (payer[four[0]] != payer[four[3]]) & (payer[four[1]] != payer[four[2]])
    findings.append(closing(tuple(part[simple] for part in four), long))
    return tuple(findings)


@rule(
    "TF-G06",
    "Layering chain",
    definition="Money passes through a chain of accounts, nearly complete and within two days at each.",
    source="AMLSim stacked bipartite; Tazama rule 090",
    weight=20,
    parameters=(
        duration("gap", 48, "hours", "from one payment of the chain to the next"),
        share("low", 0.85, "passed on at every step, at least"),
        share("high", 1.0, "passed on at every step, at most"),
        amount("least", 100, "smaller payments are not followed"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("amount", "originator_account", "beneficiary_account"),
    window="48 hours at every step",
    key="accounts along the chain",
    flows=True,
    scope=("whole",),
    narrow=("account", _along_hops),
    reason="third payment of a chain through {value} accounts, each passing on {low} to {high} within {gap}",
)
def layering_chain(book: Book, *, gap: int, low: float, high: float, least: float) -> Finding:
    """Look for chains of three payments through four accounts."""
    hops = _hops(book, least)
    unclear = _unclear(hops)
    hops = hops.where((_gap(book, hops) < gap) & _ratio(book, hops, low, high))
    before, after = hops.onward()
    path = (hops.came[before], hops.went[before], hops.went[after])
    payer, payee = book.key("originator_account"), book.key("beneficiary_account")
    accounts = (payer[path[0]], payer[path[1]], payer[path[2]], payee[path[2]])
    simple = np.ones(len(before), np.bool_)
    for i, one in enumerate(accounts):
        for other in accounts[i + 1 :]:
            simple &= one != other
    rows = tuple(part[simple] for part in path)
    length = book.clock.time[rows[2]] - book.clock.time[rows[0]] + 1
    return Finding(
        rows=rows[2], value=4.0, threshold=4.0, window=length, trail=(rows[0], rows[1]), unclear=unclear
    )


@rule(
    "TF-V02",
    "Mirrored transfer with commission",
    definition="A payment out mirrors one payment in, or the sum of several, less a fee.",
    source="Tazama rules 024-027 (commission 0.1)",
    weight=20,
    parameters=(
        duration("window", 24, "hours"),
        share("commission", 0.1, "kept at most"),
        amount("least", 100, "smaller payments are not followed"),
    ),
    requires=("originator_account", "beneficiary_account"),
    keys=("amount", "originator_account"),
    window="24 hours",
    key="account",
    flows=True,
    scope=("originator_account+beneficiary_account",),
    reason="{value} leaves within {window} of {received} coming in, less at most {commission}",
)
def mirrored_transfer(book: Book, *, window: int, commission: float, least: float) -> tuple[Finding, ...]:
    """Look for payments that mirror what came in."""
    hops = _hops(book, least)
    unclear = _unclear(hops)
    single = hops.where((_gap(book, hops) < window) & _ratio(book, hops, 1 - commission, 1.0))
    incoming = book.ledger("beneficiary_account", money=True).crowded(window, 2)
    out = book.ledger("originator_account", money=True).among(incoming.keys).where(book.at_least(least))
    come = incoming.probe(out.keys, out.rows, window)
    come = come[come.count >= 2]
    received = come.sum(book.amount)
    keep = is_share(book.amount[come.rows], received, 1 - commission, 1.0)
    come, received = come[keep], received[keep]
    return (
        _mirror(book, single.went, book.amount[single.came], window, commission, trail=(single.came,)),
        Finding(
            rows=come.rows,
            value=Money(book.amount[come.rows]),
            threshold=Money(np.ceil((1 - commission) * received).astype(np.int64)),
            window=window,
            spans=(come,),
            facts={"received": Money(received)},
            unclear=unclear,
        ),
    )


def _mirror(
    book: Book,
    rows: npt.NDArray[np.int64],
    received: npt.NDArray[np.int64],
    window: int,
    commission: float,
    *,
    trail: tuple[npt.NDArray[np.int64], ...],
) -> Finding:
    return Finding(
        rows=rows,
        value=Money(book.amount[rows]),
        threshold=Money(np.ceil((1 - commission) * received).astype(np.int64)),
        window=window,
        trail=trail,
        facts={"received": Money(received)},
    )
