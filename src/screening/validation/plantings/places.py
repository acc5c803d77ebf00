"""Corridors and geography (C), travel and life in a conflict area (F)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from screening.validation.plantings.scene import (
    BERLIN,
    CONFLICT,
    DAY,
    Row,
    Scene,
    Typology,
    atm,
    border,
    card,
    cash_out,
    pay,
    repeat,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from screening.validation.plantings.scene import Party

__all__ = ["PLACES"]

_ANKARA: Final = {"terminal_country": "TR", "terminal_admin1": "TR-06"}
_ANTALYA: Final = {"terminal_country": "TR", "terminal_admin1": "TR-07"}
_AIRLINE: Final = {"merchant_category_code": "4511"}


# --- corridors -------------------------------------------------------------------------------------------


def _exposed(scene: Scene) -> list[Row]:
    return [pay(0, 100, scene.person(), scene.person(scene.turn("KP", "IR", *CONFLICT)))]


def _at_home(scene: Scene) -> list[Row]:
    return [pay(0, 100, scene.person(), scene.person(scene.turn("DE", "FR", "US")))]


def _first_time(scene: Scene, days: int = 730) -> list[Row]:
    payer, shop = scene.person(), scene.company(type="merchant")
    usual = repeat([DAY * day for day in range(0, days, 10)], lambda: scene.euros(20, 60), payer, shop)
    return [*usual, pay(DAY * days, 90, payer, scene.person(scene.turn(*CONFLICT)))]


def _hardly_known(scene: Scene) -> list[Row]:
    return _first_time(scene, 60)


def _small_and_often(scene: Scene) -> list[Row]:
    payer, payee = scene.person(), scene.person(scene.turn(*CONFLICT))
    return repeat(scene.hours(5, 40 * DAY), lambda: scene.euros(100, 140), payer, payee)


def _small_once(scene: Scene) -> list[Row]:
    return [pay(0, 120, scene.person(), scene.person(scene.turn(*CONFLICT)))]


def _conduit(scene: Scene) -> list[Row]:
    payer = scene.person()
    return [pay(0, 300, payer, scene.person("TR")), atm(5 * DAY, 100, payer, **border(scene))]


def _hotel(scene: Scene) -> list[Row]:
    payer = scene.person()
    hotel = scene.company("TR", type="merchant", admin1="TR-07")
    return [pay(0, 300, payer, hotel), atm(5 * DAY, 100, payer, **_ANTALYA)]


def _exchange(scene: Scene) -> list[Row]:
    payer = scene.person()
    return [_exchanged(payer, scene), pay(20, 1900, payer, scene.person(scene.turn(*CONFLICT)))]


def _holiday_money(scene: Scene) -> list[Row]:
    payer = scene.person()
    hotel = scene.company("TR", type="merchant")
    return [_exchanged(payer, scene), card(20, 1900, payer, hotel, **_ANTALYA)]


def _exchanged(payer: Party, scene: Scene) -> Row:
    """2 000 euros bought with dollars."""
    dollars = {"currency": "USD", "amount_base_minor": 200_000}
    return pay(0, 2170, payer, scene.company(type="msb"), channel="fx", **dollars)


def _remote(scene: Scene) -> list[Row]:
    place = scene.turn({"ip_country": "SY"}, {"ip_country": "TR", "ip_admin1": "TR-31"}, {"ip_country": "SO"})
    return [pay(0, 100, scene.person(), scene.person(), **place)]


def _tunnel_at_home(scene: Scene) -> list[Row]:
    return [pay(0, 100, scene.person(), scene.person(), ip_country=scene.turn("DE", "FR"))]


# --- travel ----------------------------------------------------------------------------------------------


def _machines(scene: Scene, where: dict[str, str]) -> list[Row]:
    payer = scene.person()
    return [atm(hour, scene.euros(60, 90), payer, **where) for hour in scene.hours(3, 4 * DAY)]


def _machines_at_the_border(scene: Scene) -> list[Row]:
    return _machines(scene, border(scene))


def _conference(scene: Scene) -> list[Row]:
    return _machines(scene, _ANKARA)


def _loan(scene: Scene, payer: Party) -> Row:
    return pay(0, 4000, scene.company(type="fi"), payer, channel="loan_disb")


def _loan_and_ticket(scene: Scene) -> list[Row]:
    payer = scene.person()
    cash, ticket = cash_out(30, 3600, payer), card(50, 300, payer, scene.company(type="merchant"), **_AIRLINE)
    return [_loan(scene, payer), cash, ticket]


def _loan_and_car(scene: Scene) -> list[Row]:
    payer = scene.person()
    return [_loan(scene, payer), pay(30, 3900, payer, scene.company(type="merchant"))]


def _tickets(scene: Scene, names: list[str]) -> list[Row]:
    payer, airline = scene.person(), scene.company(type="merchant")
    country = scene.turn("IQ", "SO", "AF")
    return [
        card(
            hour,
            scene.euros(180, 320),
            payer,
            airline,
            passenger_name=name,
            booking_reference=scene.code(f"R{place}"),
            destination_country=country,
            **_AIRLINE,
        )
        for place, (hour, name) in enumerate(zip(scene.hours(len(names), 30), names, strict=True))
    ]


def _strangers(scene: Scene) -> list[Row]:
    return _tickets(scene, [f"{given} {scene.word()}" for given in ("Ana", "Ben", "Cem", "Dan")])


def _family(scene: Scene) -> list[Row]:
    surname = scene.word()
    return _tickets(scene, [f"{given} {surname}" for given in ("Ana", "Ben", "Cem", "Dan")])


def _moved(scene: Scene) -> list[Row]:
    """Wages at home go on; 19 of 20 debits are taken from machines in the region, none at a shop at home."""
    payer, where = scene.person(), border(scene)
    home = [card(DAY * day, 30, payer, scene.company(type="merchant"), **BERLIN) for day in range(0, 20, 4)]
    wages = _wages(scene, payer)
    region = [atm(DAY * (21 + 3.2 * place), 90, payer, **where) for place in range(20)]
    region[5] = pay(DAY * 37, 20, payer, scene.company())
    return [*home, *wages, *region]


def _expatriate(scene: Scene) -> list[Row]:
    """The same life, but the bank knows that its customer lives there."""
    payer = scene.person(residence="TR")
    where = border(scene)
    region = [atm(DAY * (21 + 3.2 * place), 90, payer, **where) for place in range(20)]
    return [*_wages(scene, payer), *region]


def _wages(scene: Scene, payer: Party) -> list[Row]:
    employer = scene.company(type="payroll")
    hours = [DAY * 14 * pay_day for pay_day in range(6)]
    return repeat(hours, lambda: 1100, employer, payer, purpose_code="SALA")


def _prepaid(scene: Scene) -> list[Row]:
    """Five loads of one card; every second time, three cards loaded by one. Then cash in the region."""
    loader, issuer, holder = scene.person(), scene.company(type="fi"), scene.person()
    one, several = [scene.code("C")] * 5, [scene.code(f"C{place}") for place in range(3)]
    cards = scene.turn(one, several)
    rows = [
        pay(10 * place, scene.euros(40, 60), loader, issuer, channel="prepaid_load", card_id=card_id)
        for place, card_id in enumerate(cards)
    ]
    return [*rows, atm(100, 40, holder, card_id=cards[-1], **border(scene))]


def _student_card(scene: Scene) -> list[Row]:
    parent, issuer, card_id = scene.person(), scene.company(type="fi"), scene.code("C")
    rows = [
        pay(10 * place, scene.euros(40, 60), parent, issuer, channel="prepaid_load", card_id=card_id)
        for place in range(5)
    ]
    shop = scene.company(type="merchant")
    return [*rows, card(100, 40, scene.person(), shop, card_id=card_id, **BERLIN)]


def _back_again(scene: Scene, where: dict[str, str] | None = None) -> list[Row]:
    """Cards used in the region, 110 days of silence, then a shop at home."""
    payer, place = scene.person(), where or border(scene)
    there = [atm(hour, 80, payer, **place) for hour in scene.hours(3, 4 * DAY)]
    return [*there, card(114 * DAY, 20, payer, scene.company(type="merchant"), **BERLIN)]


def _long_holiday(scene: Scene) -> list[Row]:
    return _back_again(scene, BERLIN)


PLACES: Final[Mapping[str, Typology]] = {
    "TF-C01": Typology(fires=_exposed, near_miss=_at_home),
    "TF-C02": Typology(fires=_first_time, near_miss=_hardly_known),
    "TF-C03": Typology(fires=_small_and_often, near_miss=_small_once),
    "TF-C04": Typology(fires=_conduit, near_miss=_hotel),
    "TF-C05": Typology(fires=_exchange, near_miss=_holiday_money),
    "TF-C06": Typology(fires=_remote, near_miss=_tunnel_at_home),
    "TF-F01": Typology(fires=_machines_at_the_border, near_miss=_conference),
    "TF-F02": Typology(fires=_loan_and_ticket, near_miss=_loan_and_car),
    "TF-F03": Typology(fires=_strangers, near_miss=_family),
    "TF-F04": Typology(fires=_moved, near_miss=_expatriate),
    "TF-F05": Typology(fires=_prepaid, near_miss=_student_card),
    "TF-F06": Typology(fires=_back_again, near_miss=_long_holiday),
}
