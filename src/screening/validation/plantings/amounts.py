"""Structuring and the shape of amounts (S)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from screening.validation.plantings.scene import DAY, Row, Scene, Typology, cash_in, pay, repeat

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AMOUNTS"]


def _below_the_threshold(scene: Scene) -> list[Row]:
    """Three times 9 500 in four hours: of one payer, to one payee, or over one counter."""
    hours = scene.hours(3, 4)
    if scene.number % 3 == 0:
        payer = scene.person()
        return [pay(hour, scene.euros(9400, 9600), payer, scene.person()) for hour in hours]
    if scene.number % 3 == 1:
        payee = scene.person()
        return [pay(hour, scene.euros(9400, 9600), scene.person(), payee) for hour in hours]
    branch = scene.code("B")
    return [cash_in(hour, scene.euros(9400, 9600), scene.person(), branch_id=branch) for hour in hours]


def _rent_by_the_month(scene: Scene) -> list[Row]:
    payer, landlord = scene.company(), scene.company()
    return repeat([0, 30 * DAY, 61 * DAY], lambda: 9500, payer, landlord)


def _linked(scene: Scene) -> list[Row]:
    payer, payee = scene.person(), scene.person()
    return repeat(scene.hours(4, 20), lambda: scene.euros(3900, 4100), payer, payee)


def _one_large(scene: Scene) -> list[Row]:
    return [pay(0, 16_000, scene.person(), scene.person())]


def _hugging(scene: Scene) -> list[Row]:
    payer, payee = scene.person(), scene.person("US")
    return repeat(scene.hours(4, 20 * DAY), lambda: scene.euros(985, 995), payer, payee)


def _close_once(scene: Scene) -> list[Row]:
    return [pay(0, 990, scene.person(), scene.person("US"))]


def _full_hundreds(scene: Scene) -> list[Row]:
    payer = scene.person()
    hours = scene.hours(8, 20 * DAY)
    rows = [pay(hour, 100 * scene.whole(2, 9), payer, scene.person()) for hour in hours]
    rows[2]["amount"] = 33.5
    return rows


def _standing_order(scene: Scene) -> list[Row]:
    return repeat([30 * DAY * month for month in range(8)], lambda: 900, scene.person(), scene.company())


def _alike(scene: Scene) -> list[Row]:
    payee = scene.person()
    return [pay(hour, scene.euros(49, 51), scene.person(), payee) for hour in scene.hours(6, 12)]


def _tickets(scene: Scene) -> list[Row]:
    shop = scene.company(type="merchant")
    return [pay(hour, scene.euros(49, 51), scene.person(), shop) for hour in scene.hours(6, 12)]


def _nines(scene: Scene) -> list[Row]:
    payer = scene.person()
    return [pay(hour, scene.euros(90, 99), payer, scene.person()) for hour in scene.hours(60, 60 * DAY)]


def _too_few_nines(scene: Scene) -> list[Row]:
    payer = scene.person()
    return [pay(hour, scene.euros(90, 99), payer, scene.person()) for hour in scene.hours(40, 60 * DAY)]


AMOUNTS: Final[Mapping[str, Typology]] = {
    "TF-S01": Typology(fires=_below_the_threshold, near_miss=_rent_by_the_month),
    "TF-S02": Typology(fires=_linked, near_miss=_one_large),
    "TF-S03": Typology(fires=_hugging, near_miss=_close_once),
    "TF-S04": Typology(fires=_full_hundreds, near_miss=_standing_order),
    "TF-S05": Typology(fires=_alike, near_miss=_tickets),
    "TF-S06": Typology(fires=_nines, near_miss=_too_few_nines),
}
