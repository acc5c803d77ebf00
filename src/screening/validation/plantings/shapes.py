"""Shapes of the graph of payments (G)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from screening.validation.plantings.scene import (
    BERLIN,
    CONFLICT,
    DAY,
    Row,
    Scene,
    Typology,
    atm,
    cash_in,
    pay,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SHAPES"]


def _collection(scene: Scene) -> list[Row]:
    payee = scene.person()
    return [pay(hour, scene.euros(80, 100), scene.person(), payee) for hour in scene.hours(12, 2)]


def _canteen(scene: Scene) -> list[Row]:
    canteen = scene.company(type=scene.turn("merchant", "utility", "payroll"))
    return [pay(hour, scene.euros(3, 5), scene.person(), canteen) for hour in scene.hours(12, 2)]


def _distribution(scene: Scene) -> list[Row]:
    payer = scene.person()
    return [pay(hour, scene.euros(200, 400), payer, scene.person()) for hour in scene.hours(6, 7.5)]


def _payday(scene: Scene) -> list[Row]:
    payer = scene.company(type="payroll")
    return [pay(hour, scene.euros(1800, 3000), payer, scene.person()) for hour in scene.hours(6, 7.5)]


def _gather_scatter(scene: Scene, after: float = 40) -> list[Row]:
    middle = scene.person()
    come = [pay(hour, scene.euros(95, 105), scene.person(), middle) for hour in scene.hours(8, 30)]
    part = round(0.95 * sum(row["amount"] for row in come) / 4, 2)
    return come + [pay(after + hour, part, middle, scene.person()) for hour in scene.hours(4, 20)]


def _agency(scene: Scene) -> list[Row]:
    return _gather_scatter(scene, after=60 * DAY)


def _scatter_gather(scene: Scene) -> list[Row]:
    first, last = scene.person(), scene.person()
    rows = []
    for hour in scene.hours(3, 10):
        middle, amount = scene.person(), scene.euros(900, 1100)
        rows.append(pay(hour, amount, first, middle))
        rows.append(pay(hour + 30 + scene.whole(0, 20), round(0.95 * amount, 2), middle, last))
    return rows


def _family_rents(scene: Scene) -> list[Row]:
    parent = scene.person()
    rows = []
    for hour in scene.hours(3, 10):
        child, amount = scene.person(), scene.euros(900, 1100)
        rows += [pay(hour, amount, parent, child), pay(hour + 40, amount, child, scene.company())]
    return rows


def _cycle(scene: Scene) -> list[Row]:
    one, two, three = scene.people(3)
    amount = scene.euros(900, 1200)
    second = round(0.98 * amount, 2)
    return [
        pay(0, amount, one, two),
        pay(20, second, two, three),
        pay(50, round(0.99 * second, 2), three, one),
    ]


def _own_sweep(scene: Scene) -> list[Row]:
    one = scene.company()
    two = scene.another_account(one)
    amount = scene.euros(900, 1200)
    return [pay(0, amount, one, two), pay(20, round(0.98 * amount, 2), two, one)]


def _chain(scene: Scene) -> list[Row]:
    parties = scene.people(5)
    amount = scene.euros(900, 1200)
    return [
        pay(10 * place, round(amount * (1 - 0.02 * place), 2), payer, payee)
        for place, (payer, payee) in enumerate(itertools.pairwise(parties))
    ]


def _household(scene: Scene) -> list[Row]:
    employer, tenant, landlord, bank = scene.company(), scene.person(), scene.person(), scene.company()
    return [pay(0, 3000, employer, tenant), pay(8, 900, tenant, landlord), pay(16, 700, landlord, bank)]


def _funnel(scene: Scene) -> list[Row]:
    owner = scene.person()
    rows = [
        cash_in(
            20 * place,
            scene.euros(850, 950),
            owner,
            branch_id=scene.code(f"B{place}"),
            terminal_country="DE",
            terminal_admin1=region,
        )
        for place, region in enumerate(("DE-BE", "DE-HH", "DE-SN"))
    ]
    return [*rows, atm(60, 2300, owner, terminal_country="FR", terminal_admin1="FR-ARA")]


def _shops(scene: Scene) -> list[Row]:
    chain, supplier = scene.company(), scene.company()
    rows = [
        cash_in(20 * place, scene.euros(850, 950), chain, branch_id=scene.code(f"B{place}"), **BERLIN)
        for place in range(3)
    ]
    return [*rows, pay(60, 2300, chain, supplier)]


def _one_beneficiary(scene: Scene) -> list[Row]:
    """Every second time over a money service, where the beneficiary has no account."""
    payee = scene.person(scene.turn(*CONFLICT))
    if scene.number % 2:
        payee |= {"account": None, "party_id": None, "customer_id": None}
    return [pay(hour, scene.euros(150, 300), scene.person(), payee) for hour in scene.hours(5, 20 * DAY)]


def _aid_agency(scene: Scene) -> list[Row]:
    country = scene.turn(*CONFLICT)
    agency = scene.company(country, type="npo")
    donors = scene.people(5)
    for donor in donors:
        scene.know(donor, expected_countries=country)
    hours = scene.hours(5, 20 * DAY)
    return [
        pay(hour, scene.euros(150, 300), donor, agency) for hour, donor in zip(hours, donors, strict=True)
    ]


def _many_beneficiaries(scene: Scene) -> list[Row]:
    payer, country = scene.person(), scene.turn(*CONFLICT)
    return [
        pay(hour, scene.euros(150, 300), payer, scene.person(country)) for hour in scene.hours(4, 25 * DAY)
    ]


def _staff_abroad(scene: Scene) -> list[Row]:
    employer, country = scene.company(), scene.turn(*CONFLICT)
    scene.know(employer, expected_countries=country)
    return [
        pay(hour, scene.euros(500, 900), employer, scene.person(country)) for hour in scene.hours(4, 25 * DAY)
    ]


def _one_handset(scene: Scene) -> list[Row]:
    device = scene.code("H")
    country = scene.turn("DE", *CONFLICT)
    return [
        pay(hour, scene.euros(40, 60), scene.person(), scene.person(country), device_id=device)
        for hour in scene.hours(3, 10 * DAY)
    ]


def _kiosk(scene: Scene) -> list[Row]:
    """A machine in a branch that all customers use; every second time, a family's tablet."""
    device = scene.code("H")
    users, branch = (2, None) if scene.number % 2 else (80, scene.code("B"))
    return [
        pay(hour, scene.euros(40, 60), scene.person(), scene.company(), device_id=device, branch_id=branch)
        for hour in scene.hours(users, 20 * DAY)
    ]


def _many_accounts(scene: Scene, accounts: int = 4) -> list[Row]:
    owner = scene.person()
    return [
        pay(hour, scene.euros(40, 60), scene.another_account(owner), scene.person())
        for hour in scene.hours(accounts, 20 * DAY)
    ]


def _current_and_savings(scene: Scene) -> list[Row]:
    return _many_accounts(scene, accounts=2)


SHAPES: Final[Mapping[str, Typology]] = {
    "TF-G01": Typology(fires=_collection, near_miss=_canteen),
    "TF-G02": Typology(fires=_distribution, near_miss=_payday),
    "TF-G03": Typology(fires=_gather_scatter, near_miss=_agency),
    "TF-G04": Typology(fires=_scatter_gather, near_miss=_family_rents),
    "TF-G05": Typology(fires=_cycle, near_miss=_own_sweep),
    "TF-G06": Typology(fires=_chain, near_miss=_household),
    "TF-G07": Typology(fires=_funnel, near_miss=_shops),
    "TF-G08": Typology(fires=_one_beneficiary, near_miss=_aid_agency),
    "TF-G09": Typology(fires=_many_beneficiaries, near_miss=_staff_abroad),
    "TF-G10": Typology(fires=_one_handset, near_miss=_kiosk),
    "TF-G11": Typology(fires=_many_accounts, near_miss=_current_and_savings),
}
