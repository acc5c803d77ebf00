"""Travel, borrowed money, prepaid cards and returns, against loops."""

from __future__ import annotations

import pytest
from tests.rules.oracle import (
    DAY,
    HOUR,
    Case,
    Payment,
    Payments,
    Verdict,
    agree,
    by,
    having,
    like,
    same,
    total,
    values,
)

from screening.rules.travel import (
    borrow_and_travel,
    cards_in_conflict_regions,
    income_at_home_life_abroad,
    prepaid_used_elsewhere,
    return_after_gap,
    tickets_for_others,
)

CARD = by("card_atm", "card_pos")


def away(p: Payment) -> bool:
    """Used outside the home country, or outside the home province where both are known."""
    province = p.originator_admin1, p.terminal_admin1
    elsewhere = None not in province and province[0] != province[1]
    return p.home() is not None and (p.home() != p.terminal_country or elsewhere)


def carded(book: Payments, p: Payment, *, uses: int, total: float, window: int) -> Verdict:
    def there(q: Payment) -> bool:
        return CARD(q) and q.tf_area("terminal") and away(q)

    rows = book.within(p, window, there, same(p, "originator"))
    spent = sum(q.amount for q in rows if like(p)(q))
    fires = p in rows and (len(rows) >= uses or (p.measured and spent >= total * 100))
    return rows if fires else []


def travels(p: Payment) -> bool:
    return p.merchant_category_code in ("4511", "3010")


def borrowed(
    book: Payments, p: Payment, *, window: int, soon: int, share: float, lenders: int, lenders_factor: float
) -> bool:
    leaving = by("cash_wd", "card_atm", "wire", "instant")

    def loans(q: Payment, length: int) -> list[Payment]:
        return book.within(q, length, by("loan_disb"), like(q), having("beneficiary", q.originator))

    def timely(q: Payment) -> bool:
        return leaving(q) and bool(loans(q, soon))

    def journey(q: Payment) -> bool:
        return travels(q) or (q.high_risk() and leaving(q))

    own = book.within(p, window, same(p, "originator"))
    lent, gone = total(loans(p, window)), total([q for q in own if like(p)(q) and timely(q)])
    return (
        p in own
        and p.measured
        and (timely(p) or journey(p))
        and any(journey(q) for q in own)
        and lent > 0
        and gone >= share * lent
        and gone > 0
    )


def ticketed(
    book: Payments, p: Payment, *, passengers: int, window: int, day: int, weak_factor: float
) -> bool:
    def surname(q: Payment) -> str | None:
        words = (q.passenger_name or "").upper().split()
        return words[-1] if words else None

    own = book.within(p, window, travels, same(p, "originator"))
    if p.passenger_name is not None:
        return p in own and len({surname(q) for q in own} - {None}) >= passengers
    same_day = book.within(p, day, travels, same(p, "originator", "beneficiary"))
    return p in same_day and len([q for q in same_day if q.passenger_name is None]) >= passengers


def moved_away(book: Payments, p: Payment, *, window: int, share: float, debits: int) -> bool:
    def there(q: Payment) -> bool:
        home = q.home()
        cash = CASH(q) and q.tf_area("terminal") and home is not None and home != q.terminal_country
        return cash or (by("wire", "instant")(q) and q.tf_area("beneficiary"))

    def income(q: Payment) -> bool:
        return q.purpose_code in ("SALA", "PENS") or q.originator_type == "payroll"

    def at_home(q: Payment) -> bool:
        return by("card_pos")(q) and q.home() is not None and q.home() == q.terminal_country

    own = book.within(p, window, same(p, "originator"))
    spent = [q for q in own if like(p)(q)]
    ever = [q.at for q in book if p.originator is not None and q.originator == p.originator]
    return (
        p in spent
        and there(p)
        and len(spent) >= debits
        and p.at - min(ever) >= window
        and bool(book.within(p, window, income, having("beneficiary", p.originator)))
        and not any(at_home(q) for q in own)
        and total([q for q in spent if there(q)]) >= share * total(spent)
    )


CASH = by("card_atm")


def redeemed(book: Payments, p: Payment, *, loads: int, cards: int, window: int) -> Verdict:
    loaded = book.within(p, window, by("prepaid_load"), same(p, "card_id"))

    def loads_many(q: Payment) -> bool:
        """Whether the one who made this load has loaded several cards, as of the use of this one."""
        by_one = book.within(p, window, by("prepaid_load"), having("originator", q.originator))
        return len(values(by_one, "card_id")) >= cards

    used = p.moved and p.card_id is not None and CARD(p) and p.tf_area("terminal")
    fires = used and (len(loaded) >= loads or any(loads_many(q) for q in loaded))
    return loaded if fires else []


def returned(book: Payments, p: Payment, *, silence: int) -> bool:
    def there(q: Payment) -> bool:
        resident = q.home() is not None and not away(q)
        return by("card_atm", "card_pos", "cash_wd")(q) and q.tf_area("terminal") and not resident

    earlier = [q for q in book.moved(same(p, "originator")) if q.at < p.at]
    if not p.moved or not earlier:
        return False
    last = max(q.at for q in earlier)
    return p.at - last >= silence and any(there(q) for q in earlier if q.at == last)


PAYERS = ["A", "A", "B", None]
TERMINAL = {
    "terminal_country": ["TR", "TR", "SY", "DE", None],
    "terminal_admin1": ["TR-31", "TR-31", "TR-06", None],
    "originator_country": ["DE", "DE", "TR", None],
    "originator_admin1": ["TR-31", None, None],
}
CASES = [
    Case(
        rule=cards_in_conflict_regions(uses=3, window=2, total=300),
        oracle=carded,
        columns={
            "originator_account": PAYERS,
            "channel": ["card_atm", "card_pos", "wire"],
            "amount_minor": [10_000, 15_000, 29_999, 30_000, None],
            **TERMINAL,
        },
    ),
    Case(
        rule=borrow_and_travel(window=2, soon=1),
        oracle=borrowed,
        columns={
            "channel": ["loan_disb", "loan_disb", "cash_wd", "wire", "card_pos"],
            "originator_account": PAYERS,
            "beneficiary_account": PAYERS,
            "amount_minor": [10_000, 8_000, 7_999, 20_000],
            "merchant_category_code": ["4511", "3010", "5411", None],
            "beneficiary_country": ["DE", "SY", None],
        },
    ),
    Case(
        rule=tickets_for_others(passengers=2, window=2, day=12),
        oracle=ticketed,
        columns={
            "originator_account": PAYERS,
            "merchant_category_code": ["4511", "3010", "5411", None],
            "passenger_name": ["Ana Oak", "Ben OAK", "Cem Ash", "", None, None],
        },
    ),
    Case(
        rule=prepaid_used_elsewhere(loads=3, cards=2, window=2),
        oracle=redeemed,
        columns={
            "originator_account": [*PAYERS, "C", "D", "E"],
            "channel": ["prepaid_load", "card_atm"],
            "card_id": ["K", "L", "M", "N", "", None],
            "terminal_country": ["SY", "SY", "DE", None],
        },
    ),
    Case(
        rule=return_after_gap(silence=2),
        oracle=returned,
        step=12 * HOUR,
        size=16,
        columns={"originator_account": PAYERS, "channel": ["card_atm", "wire", "cash_wd"], **TERMINAL},
    ),
    Case(
        rule=income_at_home_life_abroad(window=2, debits=2),
        oracle=moved_away,
        columns={
            "originator_account": ["A", "A", "A", "B", "firm", None],
            "beneficiary_account": ["A", "A", "B", "shop"],
            "channel": ["card_atm", "card_atm", "wire", "card_pos"],
            "amount_minor": [10_000, 40_000, 2_500],
            "currency": ["EUR", "EUR", "USD"],
            "terminal_country": ["TR", "SY", "SY", "DE", None],
            "terminal_admin1": ["TR-31", None],
            "originator_country": ["DE"],
            "beneficiary_country": ["DE", "SY", None],
            "purpose_code": ["SALA", None, None],
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_flags_are_those_of_the_oracle(case: Case) -> None:
    agree(case)


def test_a_grid_of_days_is_no_special_case() -> None:
    agree(Case(rule=return_after_gap(silence=3), oracle=returned, step=DAY, columns=CASES[4].columns))
