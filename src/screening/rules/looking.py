"""The rules over payments that were dealt out, or over all of them, a few partitions at a time."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from screening.policy import Policy
from screening.rules.assessment import Assessment, join_history, obstacles, threads
from screening.rules.book import Book
from screening.rules.catalogue import RULES
from screening.rules.findings import flags_of
from screening.rules.gathering import FOUND_FLAGS, HINDERED, Found, gather, together
from screening.rules.partitions import IN_BATCH, OWNED, PART, Partition, Plan, deal, plan
from screening.rules.scopes import ROW, WHOLE, aligned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from screening.rules.rule import Rule

__all__ = ["assess_in_parts", "in_turn", "lifetimes", "look", "look_at_all"]

_STEP: Final = 1_000  # positions of reasons: those of the payment itself, then 1,000 for each scope


def look(part: pl.DataFrame, partition: Partition, plan: Plan, *, fired: pl.DataFrame | None = None) -> Found:
    """Evaluate a partition's rules on one of its parts.

    Args:
        part: Payments that `deal` gave one number.
        partition: How they were dealt.
        plan: The plan it belongs to.
        fired: FIRED of the partitions before, for a partition that `needs` it.
    """
    owned = {key: part[OWNED + key].to_numpy() for key in partition.keys}
    return _look_at(
        part,
        [partition],
        plan,
        most=1,  # parts are looked at side by side already
        owned=None if partition.name == WHOLE else owned,
        fired=None if fired is None else _by_rule(fired, partition.needs),
    )


def look_at_all(
    payments: pl.DataFrame,
    partitions: Sequence[Partition],
    plan: Plan,
    *,
    later: pl.LazyFrame | None = None,
    looked: Callable[[str], None] = lambda _: None,
) -> Found:
    """Evaluate the rules of several partitions on all payments, which no one has dealt out.

    Args:
        payments: All of them, with `IN_BATCH`.
        partitions: Some of those of the plan.
        plan: The plan.
        later: Further columns of them, read when they are asked for (see `Book`).
        looked: Told of each rule that is done, from any thread.
    """
    return _look_at(payments, partitions, plan, most=2, told=looked, later=later)


def _look_at(
    payments: pl.DataFrame,
    partitions: Sequence[Partition],
    plan: Plan,
    *,
    most: int,
    told: Callable[[str], None] = lambda _: None,
    **about: Any,
) -> Found:
    book = Book(
        payments,
        batch=payments[IN_BATCH].to_numpy(),
        policy=plan.policy.rules,
        parties=plan.parties,
        rules=plan.rules,
        **about,
    )
    del payments  # the book lets go of columns that it has made ready
    turn = in_turn(plan, partitions)
    waiting = [plan.reads[name] for name in turn]
    looked = {name for one in partitions for name in (*one.rules, *one.feeds)}
    narrowed = {name for one in partitions for name in one.narrowed} - looked
    alone = {rule.id for rule in plan.looking} if any(one.name == ROW for one in partitions) else set()

    def found(name: str) -> Found:
        rule = plan.rule(name)
        held = [_look(rule, book, one) for one in partitions if name in one.rules]
        if any(name in one.feeds for one in partitions):
            held.append(Found(fired=_fired(name, book.ids(np.flatnonzero(book.fired(rule))))))
        if name in narrowed:
            held.append(Found(narrowed=_narrowed(rule, book, plan)))
        if name in alone:
            held.append(Found(hindered=_hindered_alone(rule, book)))
        book.forget(rule)
        waiting.remove(plan.reads[name])
        book.keep_only(column for reads in list(waiting) for column in reads)
        told(name)
        return together(held)

    with ThreadPoolExecutor(max_workers=min(most, threads(book))) as pool:
        return together([*pool.map(found, turn)])


def in_turn(plan: Plan, partitions: Sequence[Partition]) -> list[str]:
    """The rules of some partitions, in an order that holds few columns: what few others read comes first."""
    names = {name for one in partitions for name in (*one.rules, *one.feeds, *one.narrowed)}
    if any(one.name == ROW for one in partitions):  # what a payment itself lacks is counted for all
        names |= {rule.id for rule in plan.looking}
    asked = Counter(column for name in names for column in plan.reads[name])
    return sorted(names, key=lambda name: (sorted(asked[column] for column in plan.reads[name]), name))


def lifetimes(plan: Plan, partitions: Sequence[Partition]) -> list[set[str]]:
    """The columns that `look_at_all` holds at once, for each rule in turn."""
    turn = [plan.reads[name] for name in in_turn(plan, partitions)]
    read = [set().union(*turn[: place + 1]) for place in range(len(turn))]
    return [read[place] & set().union(*turn[place:]) for place in range(len(turn))]


def _narrowed(rule: Rule, book: Book, plan: Plan) -> pl.DataFrame:
    """The payments that a rule over the whole cannot do without."""
    rows = np.flatnonzero(_needed(rule, book))
    columns = (book.column(name, rows) for name in plan.whole)
    return pl.DataFrame([pl.Series(IN_BATCH, book.batch[rows]), *columns])


def assess_in_parts(
    transactions: pl.DataFrame | pl.LazyFrame,
    rules: Sequence[Rule] = RULES,
    *,
    history: pl.DataFrame | pl.LazyFrame | None = None,
    parties: pl.DataFrame | None = None,
    policy: Policy | None = None,
    parts: int,
) -> Assessment:
    """As `assess`, one part at a time: the plain form of what is done out of core or on a cluster.

    Args:
        transactions: TRANSACTIONS, the batch; no two payments share an id.
        rules: As for `assess`.
        history: As for `assess`.
        parties: As for `assess`.
        policy: As for `assess`.
        parts: Into how many parts payments are dealt out.
    """
    policy = policy or Policy()
    payments, in_batch = join_history(transactions, history, policy=policy)
    payments = payments.with_columns(pl.Series(IN_BATCH, in_batch))
    drawn = plan(payments.columns, rules, parties=parties, policy=policy)
    found = Found()
    for partition in drawn.partitions:
        narrow = partition.name == WHOLE and drawn.narrows
        source = payments if not narrow else found.narrowed
        if source is None:
            continue
        dealt = deal(source, partition, parts)
        looked = [look(part, partition, drawn, fired=found.fired) for part in dealt.partition_by(PART)]
        found = together([found, *looked])
    return gather(drawn, found, rows=int(in_batch.sum()))


def _look(rule: Rule, book: Book, partition: Partition) -> Found:
    """Flags of a rule under the scopes that are whole in this book, and payments that it could not judge."""
    here = [
        (number, scope, finding)
        for number, scope, finding in aligned(rule, book.findings(rule), book.has)
        if scope.group == partition.name
    ]
    several = len(rule.scopes) > 1
    flags, hindered = [FOUND_FLAGS.to_frame()], [HINDERED.to_frame()]
    for number in sorted({number for number, _, _ in here}):
        found = flags_of([finding for at, _, finding in here if at == number], rule, book)
        flags.append(found.with_columns(scope=pl.lit(number, dtype=pl.Int64)))
    flagged = np.zeros(book.size, np.bool_)
    for _, _, finding in here:
        flagged[finding.rows] = True  # a payment that is flagged was looked at
    left = book.batch.copy()
    for place, (truth, reason) in enumerate(obstacles(rule, book)):
        ids = book.ids(np.flatnonzero(left & truth & flagged))
        back = _hindered(rule, place, reason, len(ids), ids)  # counted with the payments themselves: undone
        hindered.append(back.with_columns(-pl.col("rows")))
        left &= ~truth
    left &= ~flagged
    for place, (number, scope, finding) in enumerate(here):
        judged = book.is_whole(scope)
        for further, (truth, reason) in enumerate(finding.unclear):
            rows = np.flatnonzero(left & judged & truth)
            left[rows] = False
            position = (number + 1) * _STEP + place * 10 + further
            hindered.append(_hindered(rule, position, reason, len(rows), book.ids(rows) if several else None))
    return Found(flags=pl.concat(flags), hindered=pl.concat(hindered))


def _hindered_alone(rule: Rule, book: Book) -> pl.DataFrame:
    """HINDERED by what a payment itself lacks."""
    left = book.batch.copy()
    lines = [HINDERED.to_frame()]
    for place, (truth, reason) in enumerate(obstacles(rule, book)):
        here = left & truth
        left &= ~here
        lines.append(_hindered(rule, place, reason, int(here.sum())))
    return pl.concat(lines)


def _hindered(
    rule: Rule, position: int, reason: str, rows: int, ids: pl.Series | None = None
) -> pl.DataFrame:
    if not rows:
        return HINDERED.to_frame()
    if ids is None:
        ids = pl.Series([None], dtype=pl.String)
    else:
        rows = 1
    line = {"rule": rule.id, "position": position, "reason": reason, "rows": rows}
    return (
        ids.alias("transaction_id")
        .to_frame()
        .select(
            (pl.lit(line[name]) if name in line else pl.col(name)).cast(kind).alias(name)
            for name, kind in HINDERED.items()
        )
    )


def _needed(rule: Rule, book: Book) -> npt.NDArray[np.bool_]:
    assert rule.narrow is not None
    return rule.narrow[1](book, **rule.arguments)


def _fired(name: str, ids: pl.Series) -> pl.DataFrame:
    return ids.alias("transaction_id").to_frame().select(pl.lit(name).alias("rule"), "transaction_id")


def _by_rule(fired: pl.DataFrame, names: Sequence[str]) -> dict[str, pl.Series]:
    return {name: fired.filter(rule=name)["transaction_id"] for name in names}
