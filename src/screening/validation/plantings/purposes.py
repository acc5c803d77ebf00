"""Giving (N), cash (K) and virtual assets (X)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from screening.validation.plantings.scene import (
    BERLIN,
    CONFLICT,
    DAY,
    Row,
    Scene,
    Typology,
    card,
    cash_in,
    cash_out,
    pay,
    repeat,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from screening.validation.plantings.scene import Party

__all__ = ["PURPOSES"]

_CALM: Final = (5, 6, 7, 8, 9, 10)
_GIVING: Final = (12,)


# --- giving ----------------------------------------------------------------------------------------------


def _off_programme(scene: Scene) -> list[Row]:
    charity = scene.company(type="npo")
    return [pay(0, 900, charity, scene.person(scene.turn(*CONFLICT)))]


def _known_partner(scene: Scene) -> list[Row]:
    """The first payment to a partner may be asked about; those after it may not."""
    country = scene.turn(*CONFLICT)
    charity, partner = scene.company(type="npo"), scene.company(country, type="npo")
    scene.know(charity, expected_countries=country)
    rows = repeat([0, 30 * DAY, 60 * DAY], lambda: 900, charity, partner)
    rows[0]["flag"] = "may"
    return rows


def _cash_charity(scene: Scene) -> list[Row]:
    charity = scene.company(type="npo")
    supplier = pay(9 * DAY, 9800, charity, scene.company())
    return [cash_out(0, 7000, charity), supplier, cash_out(20 * DAY, 5000, charity)]


def _petty_cash(scene: Scene) -> list[Row]:
    charity = scene.company(type="npo")
    return [pay(0, 9700, charity, scene.company()), cash_out(5 * DAY, 300, charity)]


def _storm(scene: Scene, *, usual: int, storm: int) -> list[Row]:
    """So many new donors on every day of a month, and then so many in one day."""
    payee = scene.person()
    days = [DAY * day + hour for day in range(31) for hour in scene.hours(usual, 20)]
    return [
        pay(hour, scene.euros(10, 60), scene.person(), payee)
        for hour in [*days, *(31 * DAY + hour for hour in scene.hours(storm, 20))]
    ]


def _sudden_storm(scene: Scene) -> list[Row]:
    return _storm(scene, usual=3, storm=60)


def _appeal(scene: Scene) -> list[Row]:
    """In the weeks in which everybody gives; every second time, to one who is given to every day."""
    return _storm(scene, usual=3, storm=40) if scene.number % 2 == 0 else _storm(scene, usual=8, storm=30)


def _donors(scene: Scene, payee: Party, *, count: int, within: float, texts: tuple[str, ...]) -> list[Row]:
    return [
        pay(hour, 60, scene.person(), payee, remittance_text=f"{texts[place % len(texts)]} {scene.word()}")
        for place, hour in enumerate(scene.hours(count, within))
    ]


_GIFTS: Final = ("donation", "Donation for", "donation", "thanks", "Spende", "donation", "for you")


def _private_collection(scene: Scene) -> list[Row]:
    return _donors(scene, scene.person(), count=12, within=20 * DAY, texts=_GIFTS)


def _birthday(scene: Scene) -> list[Row]:
    return _donors(scene, scene.person(), count=6, within=10 * DAY, texts=("birthday gift", "happy birthday"))


def _gone_at_once(scene: Scene) -> list[Row]:
    payee = scene.person()
    rows = _donors(scene, payee, count=12, within=20, texts=_GIFTS)
    return [*rows, pay(40, 650, payee, scene.person(scene.turn("US", "TR", "AE")))]


def _payout(scene: Scene) -> list[Row]:
    """Collected for a registered charity, which is paid at the end of the month."""
    payee = scene.person()
    rows = _donors(scene, payee, count=12, within=20, texts=_GIFTS)
    return [*rows, pay(30 * DAY, 650, payee, scene.company(type="npo"))]


# --- cash ------------------------------------------------------------------------------------------------


def _cash_then_wire(scene: Scene) -> list[Row]:
    owner = scene.person()
    return [
        cash_in(0, 900, owner, branch_id=scene.code("B")),
        pay(24, 850, owner, scene.person(scene.turn("SY", "US", "IQ"))),
    ]


def _till(scene: Scene) -> list[Row]:
    shop = scene.company()
    return [cash_in(0, 900, shop, branch_id=scene.code("B")), pay(24, 850, shop, scene.company())]


def _counters(scene: Scene, count: int) -> list[Row]:
    owner = scene.person()
    return [
        cash_in(hour, 2900, owner, branch_id=scene.code(f"B{place}"))
        for place, hour in enumerate(scene.hours(count, 6))
    ]


def _three_counters(scene: Scene) -> list[Row]:
    return _counters(scene, 3)


def _two_counters(scene: Scene) -> list[Row]:
    return _counters(scene, 2)


def _courier(scene: Scene, *, times: int) -> list[Row]:
    owner, airline = scene.person(), scene.company(type="merchant")
    rows = [cash_out(hour, 2000, owner) for hour in scene.hours(times, 5 * DAY)]
    return [*rows, card(6 * DAY, 300, owner, airline, merchant_category_code="4511", **BERLIN)]


def _near_the_limit(scene: Scene) -> list[Row]:
    return _courier(scene, times=7)


def _holiday_cash(scene: Scene) -> list[Row]:
    return _courier(scene, times=1)


# --- virtual assets --------------------------------------------------------------------------------------


def _mixer(scene: Scene) -> list[Row]:
    return [pay(0, 50, scene.person(), scene.person(), channel="va", wallet_kind="mixer")]


def _card_payment(scene: Scene) -> list[Row]:
    return [card(0, 50, scene.person(), scene.company(type="merchant"))]


def _emptied(scene: Scene, owner: Party) -> list[Row]:
    rows = [
        pay(
            hour,
            scene.euros(45, 55),
            scene.person(),
            owner,
            channel="va",
            wallet_from=scene.code(f"w{place}"),
        )
        for place, hour in enumerate(scene.hours(10, 2 * DAY))
    ]
    whole = sum(float(row["amount"]) for row in rows)
    return [*rows, pay(3 * DAY, round(0.95 * whole, 2), owner, scene.person(), channel="va")]


def _collected_coins(scene: Scene) -> list[Row]:
    return _emptied(scene, scene.person())


def _settlement_wallet(scene: Scene) -> list[Row]:
    return _emptied(scene, scene.company(type="merchant"))


def _providers(scene: Scene, payer: Party) -> list[Row]:
    return [
        pay(hour, 50, payer, scene.person(), channel="va", vasp_id=scene.code(f"v{place}"), vasp_country="MT")
        for place, hour in enumerate(scene.hours(3, 6))
    ]


def _spread(scene: Scene) -> list[Row]:
    return _providers(scene, scene.person())


def _arbitrage(scene: Scene) -> list[Row]:
    return _providers(scene, scene.company(type="fi"))


def _transfer(scene: Scene, **columns: Any) -> list[Row]:
    return [pay(0, 1500, scene.person(), scene.person(), channel="va", **columns)]


def _without_travel_data(scene: Scene) -> list[Row]:
    return _transfer(scene, travel_rule_complete=False)


def _proven_wallet(scene: Scene) -> list[Row]:
    return _transfer(scene, travel_rule_complete=True, wallet_kind="unhosted")


def _round_trip(scene: Scene) -> list[Row]:
    owner = scene.person()
    return [pay(0, 500, scene.person(), owner), pay(2, 480, owner, scene.person(), channel="va")]


def _savings_plan(scene: Scene) -> list[Row]:
    owner, employer, provider = scene.person(), scene.company(type="payroll"), scene.company(type="vasp")
    rows = []
    for month in range(3):
        rows.append(pay(30 * DAY * month, 2500, employer, owner, purpose_code="SALA"))
        rows.append(pay(30 * DAY * month + 2, 50, owner, provider, channel="va"))
    return rows


PURPOSES: Final[Mapping[str, Typology]] = {
    "TF-N01": Typology(fires=_off_programme, near_miss=_known_partner),
    "TF-N02": Typology(fires=_cash_charity, near_miss=_petty_cash),
    "TF-N03": Typology(fires=_sudden_storm, near_miss=_appeal, fires_in=_CALM, near_miss_in=_GIVING),
    "TF-N04": Typology(fires=_private_collection, near_miss=_birthday),
    "TF-N05": Typology(fires=_gone_at_once, near_miss=_payout),
    "TF-K01": Typology(fires=_cash_then_wire, near_miss=_till),
    "TF-K02": Typology(fires=_three_counters, near_miss=_two_counters),
    "TF-K03": Typology(fires=_near_the_limit, near_miss=_holiday_cash),
    "TF-X01": Typology(fires=_mixer, near_miss=_card_payment),
    "TF-X02": Typology(fires=_collected_coins, near_miss=_settlement_wallet),
    "TF-X03": Typology(fires=_spread, near_miss=_arbitrage),
    "TF-X04": Typology(fires=_without_travel_data, near_miss=_proven_wallet),
    "TF-X06": Typology(fires=_round_trip, near_miss=_savings_plan),
}
