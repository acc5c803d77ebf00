"""Ways around a screening: resending altered data, varying a name, paying next to a suspended party."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from screening.rules.findings import Finding
from screening.rules.money import is_share
from screening.rules.parties import CASE_STATUSES
from screening.rules.rule import count, duration, ratio, rule, share
from screening.rules.similarity import plain_at, plain_similarities
from screening.rules.windows import NO_KEY, Distinct, Ledger, is_among, meeting, pack, unique_sorted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from screening.rules.book import Book
    from screening.rules.coded import Coded
    from screening.rules.windows import Span

__all__ = ["near_suspended_party", "strip_and_resubmit", "varied_name"]

_DATA: Final = (
    "originator_name",
    "originator_account",
    "originator_address",
    "originator_town",
    "originator_country",
    "originator_birth_date",
    "originator_national_id",
    "originator_customer_id",
    "beneficiary_name",
    "beneficiary_address",
    "beneficiary_town",
    "beneficiary_country",
    "remittance_text",
)
_CROWDED: Final = 500
_FEW: Final = 50  # names under one key that are all compared
_PAIRS_AT_ONCE: Final = 2_000_000
_AT_ONCE: Final = 20_000  # payments; each has up to `_CROWDED` before it


@rule(
    "TF-L05",
    "Strip and resubmit",
    definition="A held or rejected payment comes back with a name changed or with data removed.",
    source="EBA/GL/2024/15 para 45",
    weight=50,
    parameters=(
        duration("window", 10),
        share("tolerance", 0.01, "by which the amount may differ when the beneficiary account does"),
        share("similarity", 0.6, "of the beneficiary names when only the amount agrees"),
    ),
    requires=("originator_account", "beneficiary_account|beneficiary_name"),
    keys=("originator_account",),
    optional=_DATA,
    window="10 days before",
    key="originator account and currency",
    scope=("originator_account",),
    reason="resembles a held or rejected payment of the {window} before, with {what}",
)
def strip_and_resubmit(book: Book, *, window: int, tolerance: float, similarity: float) -> Finding:
    """Look for held or rejected payments that come back altered."""
    keys = book.money_key(book.key("originator_account"))
    stopped = np.flatnonzero(book.is_in("status", "held", "rejected") & (keys != NO_KEY))
    rows = np.flatnonzero(is_among(keys, keys[stopped]))
    span = Ledger.of(keys[stopped], stopped, book.clock).between(
        Ledger.of(keys[rows], rows, book.clock).packed, book.clock.since(window), book.clock.start
    )
    crowded = np.zeros(book.size, np.bool_)
    crowded[span.rows[span.count > _CROWDED]] = True
    held = np.zeros(book.size, np.uint16)  # which data each payment carries, one bit for each
    data = [name for name in _DATA if name in book.columns]
    for place, name in enumerate(data):
        held[rows] |= book.known(name)[rows].astype(np.uint16) << np.uint16(place)
    asked = span.rows[(span.count > 0) & (span.count <= _CROWDED)]
    fired = []
    for now, before, same_payee in _resembling(book, stopped, asked, window=window, tolerance=tolerance):
        removed = (held[before] & ~held[now]) != 0
        renamed, alike = np.zeros(len(now), np.bool_), same_payee
        for place, name in enumerate(data):
            if not name.endswith("_name"):
                continue
            both = (held[before] & held[now] & np.uint16(1 << place)) != 0
            old, new = plain_at(book.coded(name), before, now)
            renamed |= both & (old.numbers != new.numbers)
            if name == "beneficiary_name":
                alike |= ~both
                unsure = np.flatnonzero(~alike & (removed | renamed))
                alike[unsure] = plain_similarities(old.at(unsure), new.at(unsure)) >= similarity
        keep = np.flatnonzero(alike & (removed | renamed))
        # of several the gravest is told, then the earliest; the order of the words is that of FLAGS
        grave = np.where(removed & renamed, 0, np.where(renamed, 1, 2))[keep]
        order = np.lexsort((before[keep], grave, now[keep]))
        first = np.unique(now[keep][order], return_index=True)[1]
        fired.append(np.stack([now[keep], before[keep], grave])[:, order[first]])
    now, before, grave = np.concatenate([np.zeros((3, 0), np.int64), *fired], axis=1)
    words = np.array(["data removed and a name changed", "a name changed", "data removed"])
    return Finding(
        rows=now,
        value=1.0 + (grave == 0),
        threshold=1.0,
        window=window,
        trail=(before,),
        facts={"what": pl.Series(words[grave], dtype=pl.String)},
        unclear=((crowded, f"hub: over {_CROWDED} held or rejected payments of the account"),),
    )


def _resembling(
    book: Book,
    stopped: npt.NDArray[np.int64],
    asked: npt.NDArray[np.int64],
    *,
    window: int,
    tolerance: float,
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]]:
    """Payments with those stopped before that have their beneficiary account, or near amounts.

    Near amounts are looked up by steps as wide as the tolerance, so that a busy account is not compared
    with all of itself.

    Yields:
        Some of the payments, the stopped ones, and whether the account is the same; all pairs of a payment
        come at once.
    """
    keys = book.money_key(book.key("originator_account"))
    payee, amount = book.key("beneficiary_account"), book.amount
    low, high = (round((1 + side * tolerance) * 10_000) / 10_000 for side in (-1, 1))  # as is_share() does
    width = max(-np.log(low), np.log(high), 1e-4) + 1e-9 if low > 0 else np.inf
    step = np.zeros(book.size, np.uint32)
    for rows in (stopped, asked):
        step[rows] = np.log(np.maximum(amount[rows], 1)) / width + 1
    ways = []
    for item, known, apart in ((payee, payee != NO_KEY, (0,)), (step, amount > 0, (-1, 0, 1))):
        here = stopped[known[stopped]]
        codes, numbers = np.unique(pack(keys[here], item[here]), return_inverse=True)
        ledger = Ledger.of(numbers.astype(np.uint32), here, book.clock)
        ways += [(item, known, steps, codes, ledger) for steps in apart]
    for start in range(0, len(asked), _AT_ONCE):
        part = asked[start : start + _AT_ONCE]
        found = []
        for item, known, steps, codes, ledger in ways:
            rows = part[known[part]]
            wanted = pack(keys[rows], item[rows].astype(np.int64) + steps)
            place = np.searchsorted(codes, wanted)
            there = np.append(codes, np.uint64(NO_KEY))[place] == wanted
            span = ledger.between(pack(place[there], rows[there]), book.clock.since(window), book.clock.start)
            owner, before = span.expand()
            found.append((span.rows[owner], before))
        now, before = (np.concatenate(side) for side in zip(*found, strict=True))
        same = np.arange(len(now)) < len(found[0][0])
        near = is_share(amount[now], amount[before], 1 - tolerance, 1 + tolerance)
        keep = same | (near & ((payee[now] != payee[before]) | (payee[now] == NO_KEY)))
        yield now[keep], before[keep], same[keep]


@rule(
    "TF-L06",
    "Name variation under one identity",
    definition="One account, device, document or phone uses several spellings of a name, with a payment "
    "into a "
    "high-risk area.",
    source="AUSTRAC indicator (variations of a name on transfers to high-risk jurisdictions)",
    weight=25,
    parameters=(
        count("spellings", 3, "different spellings within the window"),
        share("low", 0.6, "likeness to the name of the payment, at least"),
        share("high", 0.98, "likeness, at most"),
        duration("window", 90),
    ),
    requires=(
        "originator_name",
        "originator_account|device_id|originator_national_id|phone_hash",
        "beneficiary_place",
    ),
    keys=("originator_name", "originator_account|device_id|originator_national_id|phone_hash"),
    window="90 days",
    key="account, device, document or phone",
    flows=True,
    scope=("originator_account", "device_id", "originator_national_id", "phone_hash"),
    reason="{value} spellings of one name under one {identifier} within {window}, with a high-risk payment",
)
def varied_name(book: Book, *, spellings: int, low: float, high: float, window: int) -> tuple[Finding, ...]:
    """Look for identities that vary their name."""
    risky = book.high_risk() & book.moved
    named = book.coded("originator_name").keys()
    findings = []
    for key in ("originator_account", "device_id", "originator_national_id", "phone_hash"):
        if not book.has(key):
            continue
        ledger = book.ledger(key)
        ledger = ledger.among(ledger.where(risky).keys)
        ledger = ledger.among(meeting(ledger.keys, named[ledger.rows], spellings)).crowded(window, spellings)
        span = ledger.within(window)
        keep = (span.count >= spellings) & span.any(risky)
        span, keys = span[keep], ledger.keys[keep]
        rows = np.flatnonzero(is_among(book.key(key), keys) & book.moved)
        (names,) = plain_at(book.coded("originator_name"), rows)
        code, spelled = names.keys(), names.texts
        if spellings > 1:
            among = is_among(keys, _keys_that_vary(book.key(key)[rows], names, spellings, low, high))
            span, keys = span[among], keys[among]
        different = Distinct(book.key(key)[rows], code, rows, book.clock, window).count(keys, span.rows)
        many, several = different >= spellings, different <= _CROWDED
        crowded = np.zeros(book.size, np.bool_)
        crowded[span.rows[many & ~several]] = True
        span = span[many & several]
        of_row = np.full(book.size, NO_KEY, np.uint32)
        of_row[rows] = code
        ends = np.searchsorted(np.cumsum(span.count), np.arange(0, span.count.sum(), _PAIRS_AT_ONCE))
        alike = np.concatenate(
            [np.ones(0, np.int64)]
            + [
                _spellings_like_own(span[begin:end], of_row, spelled, low, high)
                for begin, end in pairwise([*np.unique([0, *ends, len(span.rows)])])
            ]
        )
        fired = alike >= spellings
        findings.append(
            Finding(
                rows=span.rows[fired],
                value=alike[fired],
                threshold=float(spellings),
                window=window,
                spans=(span[fired],),
                facts={"identifier": key.removeprefix("originator_").replace("_", " ")},
                unclear=((crowded, f"hub: over {_CROWDED} names under one {key}"),),
            )
        )
    return tuple(findings)


def _keys_that_vary(
    keys: npt.NDArray[np.uint32], names: Coded, spellings: int, low: float, high: float
) -> npt.NDArray[np.uint32]:
    """Keys under which a name has enough others like it in whatever window, and those with many names."""
    held = unique_sorted(pack(keys, names.keys())[names.known])
    owner = (held >> np.uint64(32)).astype(np.uint32)
    every, first, counts = np.unique(owner, return_index=True, return_counts=True)
    crowded, few = every[counts > _FEW], np.flatnonzero((counts >= spellings) & (counts <= _FEW))
    width = np.repeat(counts[few], counts[few])  # of every name: how many its key has
    one = np.repeat(np.repeat(first[few], counts[few]) + _counting(counts[few]), width)
    other = np.repeat(np.repeat(first[few], counts[few]), width) + _counting(width)
    code = (held & np.uint64(2**32 - 1)).astype(np.int64)
    pairs, which = np.unique(code[one] * names.size + code[other], return_inverse=True)
    likeness = _alike(
        names.texts.gather(pairs // names.size), names.texts.gather(pairs % names.size), low, high
    )
    alike = np.bincount(one[likeness[which] & (one != other)], minlength=len(held))
    return np.union1d(crowded, owner[alike >= spellings - 1])


def _counting(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, ... up to each count, one after the other."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _alike(one: pl.Series, other: pl.Series, low: float, high: float) -> npt.NDArray[np.bool_]:
    if one.is_empty():
        return np.zeros(0, np.bool_)
    likeness = cpdist(one.to_list(), other.to_list(), scorer=fuzz.ratio, dtype=np.float64) / 100
    truth: npt.NDArray[np.bool_] = (likeness >= low) & (likeness <= high)
    return truth


def _spellings_like_own(
    span: Span, of_row: npt.NDArray[np.uint32], spelled: pl.Series, low: float, high: float
) -> npt.NDArray[np.int64]:
    """How many names of each span are like the name of its row, that name itself counted."""
    owner, other = span.expand()
    seen = pl.DataFrame({"owner": owner, "own": of_row[span.rows[owner]], "other": of_row[other]})
    seen = seen.filter(
        (pl.col("own") != NO_KEY) & (pl.col("other") != NO_KEY) & (pl.col("own") != pl.col("other"))
    )
    seen = seen.unique()
    pairs = seen.select("own", "other").unique()
    own, others = (spelled.extend_constant(None, 1).gather(pairs[side]) for side in ("own", "other"))
    alike = pairs.filter(_alike(own, others, low, high))
    counted = seen.join(alike, on=["own", "other"], how="semi").group_by("owner").len()
    result = np.ones(len(span.rows), np.int64)
    result[counted["owner"].to_numpy()] += counted["len"].to_numpy().astype(np.int64)
    return result


@rule(
    "TF-L07",
    "Next to a suspended party",
    definition="A payment is to or from a suspended or confirmed party, or to or from one who dealt with "
    "such a "
    "party in the past year.",
    source="FATF INR.6 para 6(a); FinCEN alert on Hamas 2023",
    weight=40,
    parameters=(
        duration("window", 365),
        ratio("second_factor", 0.375, "times the weight at two steps"),
        count("hub", 50, "counterparties from which a party joins nobody: such a middle is not followed"),
    ),
    requires=("originator_party", "beneficiary_party", "originator_case_status|beneficiary_case_status"),
    keys=("originator_party", "beneficiary_party"),
    window="365 days",
    key="party",
    scope=("row", "originator_party+beneficiary_party", "beneficiary_party+originator_party"),
    reason="{steps} from a suspended or confirmed party",
)
def near_suspended_party(book: Book, *, window: int, second_factor: float, hub: int) -> tuple[Finding, ...]:
    """Look for payments next to suspended parties."""
    sides = {side: book.key(f"{side}_party") for side in ("originator", "beneficiary")}
    other = {"originator": "beneficiary", "beneficiary": "originator"}
    marked = {side: book.is_in(f"{side}_case_status", *CASE_STATUSES) for side in sides}
    direct = np.flatnonzero(marked["originator"] | marked["beneficiary"])
    findings = [
        Finding(rows=direct, facts={"steps": "one step"}),
    ]
    # a middle party is the other side of a direct payment
    keys = np.concatenate([sides[other[side]][truth] for side, truth in marked.items()])
    rows = np.concatenate([np.flatnonzero(truth) for truth in marked.values()])
    middles = Ledger.of(keys, rows, book.clock)
    here = np.concatenate([sides["originator"], sides["beneficiary"]])
    there = np.concatenate([sides["beneficiary"], sides["originator"]])
    asked = np.flatnonzero(is_among(here, keys))  # partners of a middle party are all that is counted
    partners = Distinct(here[asked], there[asked], asked % max(book.size, 1), book.clock, window)
    for party in sides.values():
        candidates = np.flatnonzero(is_among(party, keys))
        candidates = candidates[~(marked["originator"] | marked["beneficiary"])[candidates]]
        near = middles.probe(party[candidates], candidates, window)
        near = near[near.count > 0]
        busy = partners.count(party[near.rows], near.rows) >= hub
        hubs = np.zeros(book.size, np.bool_)
        hubs[near.rows[busy]] = True
        near = near[~busy]
        findings.append(
            Finding(
                rows=near.rows,
                value=2.0,
                threshold=2.0,
                window=window,
                spans=(near,),
                factor=second_factor,
                facts={"steps": "two steps"},
                unclear=((hubs, f"hub: the middle party has {hub} or more counterparties"),),
            )
        )
    return tuple(findings)
