"""Rules over payments dealt out into parts say what they say of the whole, to the last flag and count."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.rules.test_laws import ALL, LOOSE, OPTIONAL, PARTIES, POLICY, frame, one

from screening.errors import PolicyError
from screening.policy import Policy
from screening.rules import RULES, assess, coded
from screening.rules.book import Book
from screening.rules.coded import Coded, shared
from screening.rules.gathering import gather, together
from screening.rules.looking import assess_in_parts, in_turn, lifetimes, look, look_at_all
from screening.rules.partitions import IN_BATCH, PART, deal, plan
from screening.rules.rule import rule
from screening.rules.scopes import ROW, SIDES, WHOLE, scopes_of
from screening.validation.typologies import labelled_payments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from screening.rules import Rule
    from screening.rules.findings import Finding

tables = st.lists(one("x"), max_size=40).map(frame)
BY_PAYEE = Policy.from_dict({"rules": {"parameters": {**LOOSE, "TF-S02": {"linkage": "beneficiary"}}}})


def assert_same(table: pl.DataFrame, parts: int, **options: Any) -> None:
    whole, dealt = assess(table, ALL, **options), assess_in_parts(table, ALL, parts=parts, **options)
    assert_frame_equal(dealt.flags, whole.flags)
    assert_frame_equal(dealt.coverage, whole.coverage)


@settings(max_examples=3, deadline=None)
@given(table=tables, parts=st.integers(2, 4))
def test_parts_give_the_flags_and_the_coverage_of_the_whole(table: pl.DataFrame, parts: int) -> None:
    assert_same(table, parts, parties=PARTIES, policy=POLICY)


@settings(max_examples=5, deadline=None)
@given(
    table=tables,
    day=st.integers(2, 9),
    columns=st.sets(st.sampled_from(OPTIONAL)),
    whose=st.sampled_from(["batch", "history"]),
)
def test_parts_with_history_give_what_the_whole_gives_whatever_columns_it_has(
    table: pl.DataFrame, day: int, columns: set[str], whose: str
) -> None:
    early = table["booked_at"].dt.day() < day
    base = pl.col("amount_minor").alias("amount_base_minor")
    campaigns = table.with_columns(pl.col("branch_id").alias("campaign_id"), *[base] * (len(columns) % 2))
    history, batch = campaigns.filter(early), campaigns.filter(~early)
    history, batch = (history, batch.drop(columns)) if whose == "history" else (history.drop(columns), batch)
    history = history.drop("amount_base_minor", strict=False)
    assert_same(batch, 3, history=history, parties=PARTIES, policy=BY_PAYEE)


def test_parts_give_every_planted_typology() -> None:
    payments, _, parties = labelled_payments(200, seed=3, per_rule=1)
    assert_same(payments, 3, parties=parties)


@settings(max_examples=3, deadline=None)
@given(table=tables, seed=st.integers(0, 9))
def test_what_is_found_in_a_part_does_not_depend_on_the_order_of_its_rows(
    table: pl.DataFrame, seed: int
) -> None:
    drawn = plan(table.columns, ALL, parties=PARTIES, policy=POLICY)
    payments = table.with_columns(pl.lit(value=True).alias(IN_BATCH))
    for partition in drawn.partitions:
        part = deal(payments, partition, 1)
        if part.is_empty():
            continue
        found, again = (
            look(rows, partition, drawn)
            for rows in (part, part.sample(fraction=1.0, shuffle=True, seed=seed))
        )
        for name in ("flags", "hindered", "fired", "narrowed"):
            one, other = getattr(found, name), getattr(again, name)
            if one is not None:
                assert_frame_equal(one, other, check_row_order=False)


@pytest.mark.parametrize("name", ["row", "account", "party", "device_id"])
def test_one_part_is_dealt_alone_as_among_all(name: str) -> None:
    payments, _, _ = labelled_payments(200, seed=3, per_rule=1)
    drawn = plan(payments.columns, ALL)
    partition = next(one for one in drawn.partitions if one.name == name)
    payments = payments.with_columns(pl.lit(value=True).alias(IN_BATCH))
    dealt = deal(payments, partition, 3)
    for part in range(3):
        alone = deal(payments, partition, 3, only=part)
        assert alone.height > 0
        assert_frame_equal(alone, dealt.filter(pl.col(PART) == part), check_row_order=False)


@pytest.mark.parametrize("name", ["account", "party"])
def test_a_payment_goes_to_the_part_of_either_side_and_once_to_the_same(name: str) -> None:
    payments = (
        frame([])
        .clear(6)
        .with_columns(
            pl.Series("transaction_id", list("abcdef")),
            originator_account=pl.Series(["A", "A", "B", None, None, "A"]),
            beneficiary_account=pl.Series(["B", "A", "C", "A", None, None]),
            originator_party_id=pl.lit(None, pl.String),
            beneficiary_party_id=pl.lit(None, pl.String),
        )
    )
    drawn = plan(payments.columns, ALL)
    partition = next(one for one in drawn.partitions if one.name == name)
    dealt = deal(payments.with_columns(pl.lit(True).alias(IN_BATCH)), partition, 97)
    assert dealt.select("transaction_id", PART).is_unique().all()
    times = dict(dealt.group_by("transaction_id").len().iter_rows())
    assert times == {"a": 2, "b": 1, "c": 2, "d": 1, "f": 1}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_names_a_scope_that_payments_can_be_dealt_by(rule: Any) -> None:
    scopes = scopes_of(rule, lambda _: True)
    assert scopes
    for scope in scopes:
        assert scope.keys or scope.group in (ROW, WHOLE)
        assert scope.group in (ROW, WHOLE, *SIDES) or scope.keys == (scope.group,)
    assert (rule.narrow is not None) == (rule.scopes == (WHOLE,))


def test_a_rule_of_ones_own_looks_at_the_whole() -> None:
    assert type(RULES[0]).__dataclass_fields__["scope"].default == (WHOLE,)


def crowd(**scope: Any) -> Rule:
    """A rule of one's own that counts the payments of an account with an expression."""

    @rule(
        "BANK-2", "Crowd", family="V", weight=5, definition="Three payments of an account.", source="own",
        requires=("originator_account",), keys=("originator_account",), reason="three payments", **scope,
    )  # fmt: skip
    def crowd(book: Book) -> Finding:
        return book.where(pl.col("originator_account") != "", pl.len().over("originator_account") > 2)

    return crowd()


@pytest.mark.parametrize("scope", [{}, {"scope": ("originator_account",)}, {"scope": ("account",)}])
@settings(max_examples=10, deadline=None)
@given(table=tables, parts=st.integers(2, 4))
def test_an_expression_that_looks_at_other_payments_sees_all_of_its_scope_in_parts(
    table: pl.DataFrame, parts: int, scope: dict[str, Any]
) -> None:
    whole = assess(table, [crowd(**scope)])
    dealt = assess_in_parts(table, [crowd(**scope)], parts=parts)
    assert_frame_equal(dealt.flags, whole.flags)
    assert_frame_equal(dealt.coverage, whole.coverage)
    counted = table.filter(pl.len().over("originator_account") > 2, pl.col("originator_account") != "")
    assert whole.flags["transaction_id"].to_list() == counted["transaction_id"].sort().to_list()


def test_a_rule_of_ones_own_under_a_shipped_id_sees_every_column_in_parts() -> None:
    @rule("TF-C01", "Own", definition="An own look.", source="own", weight=5, reason="own")
    def own(book: Book) -> Finding:
        return book.where(pl.col("device_id") != "")

    table, _, _ = labelled_payments(200, seed=3, per_rule=1)
    whole = assess(table, [own()])
    assert whole.flags.height > 0
    assert_frame_equal(assess_in_parts(table, [own()], parts=3).flags, whole.flags)


def test_a_rule_that_looks_at_other_payments_cannot_pass_for_one_that_looks_at_the_payment_alone() -> None:
    table, _, _ = labelled_payments(50, seed=3, per_rule=1)
    for look_at in (assess, partial(assess_in_parts, parts=3)):
        with pytest.raises(PolicyError, match="BANK-2 has the scope 'row' and looks at other payments"):
            look_at(table, [crowd(scope=("row",))])


@pytest.mark.parametrize("many", [coded._MANY, -1], ids=["texts that repeat", "texts told by hashes"])
@settings(max_examples=3, deadline=None)
@given(table=tables, cut=st.integers(0, 99))
def test_columns_read_when_they_are_asked_for_and_any_partitions_at_one_table_give_the_same(
    table: pl.DataFrame, cut: int, many: int
) -> None:
    whole = assess(table, ALL, parties=PARTIES, policy=POLICY)
    drawn = plan(table.columns, ALL, parties=PARTIES, policy=POLICY)
    payments = table.lazy().with_columns(pl.lit(value=True).alias(IN_BATCH))
    first, later = (
        payments.select("transaction_id", pl.exclude(pl.String)),
        payments.select(pl.col(pl.String)),
    )
    seated: list[list[Any]] = [[], []]
    for number, partition in enumerate(drawn.partitions):
        seated[(cut >> number % 7) % 2].append(partition)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coded, "_MANY", many)
        founds = [look_at_all(first.collect(), held, drawn, later=later) for held in seated if held]
    gathered = gather(drawn, together(founds), rows=table.height)
    assert_frame_equal(gathered.flags, whole.flags)
    assert_frame_equal(gathered.coverage, whole.coverage)


def test_what_no_rule_still_reads_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    table, _, _ = labelled_payments(300, seed=5, per_rule=1)
    drawn = plan(table.columns, RULES)
    held: list[set[str]] = []
    keep_only = Book.keep_only

    def watched(book: Book, columns: Iterable[str]) -> None:
        columns = [*columns]
        keep_only(book, columns)
        pools = {pool for kept in book._kept.values() for pool in kept.pools}
        assert pools <= {shared(name) for name in columns}
        held.append(pools)

    monkeypatch.setattr(Book, "keep_only", watched)
    payments = table.lazy().with_columns(pl.lit(value=True).alias(IN_BATCH))
    first = payments.select("transaction_id", pl.exclude(pl.String)).collect()
    look_at_all(first, drawn.partitions, drawn, later=payments.select(pl.col(pl.String)))
    assert max(map(len, held)) > 3
    assert held[-1] == set()


def test_a_column_is_held_from_the_first_rule_that_reads_it_to_the_last() -> None:
    table, _, _ = labelled_payments(50, seed=5, per_rule=1)
    drawn = plan(table.columns, RULES)
    turn = in_turn(drawn, drawn.partitions)
    assert sorted(turn) == [rule.id for rule in drawn.looking]
    steps = lifetimes(drawn, drawn.partitions)
    for column in set().union(*drawn.reads.values()):
        readers = [place for place, name in enumerate(turn) if column in drawn.reads[name]]
        there = [place for place, held in enumerate(steps) if column in held]
        assert there == [*range(readers[0], readers[-1] + 1)] if readers else not there


def test_texts_that_one_thread_is_numbering_another_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table, _, _ = labelled_payments(50, seed=5, per_rule=1)
    truth = Book(table).known("remittance_text")
    encoded = Book._encoded
    with ThreadPoolExecutor(max_workers=1) as other:
        asked: list[Future[Any]] = []

        def taken_out_but_not_kept(book: Book, pool: str) -> dict[str, Coded]:
            made = encoded(book, pool)
            if not asked:
                asked.append(other.submit(book.known, "remittance_text"))
                wait(asked, timeout=0.2)  # it waits for this thread in turn, or has failed
            return made

        monkeypatch.setattr(Book, "_encoded", taken_out_but_not_kept)
        Book(table).coded("remittance_text")
        assert asked[0].result().tolist() == truth.tolist()
