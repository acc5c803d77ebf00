"""How an account behaves: pass-through, sleep, habit (V)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from screening.validation.plantings.scene import CONFLICT, DAY, Row, Scene, Typology, card, pay, repeat

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BEHAVIOUR"]

_PARIS: Final = {"terminal_country": "FR", "terminal_latitude": 48.857, "terminal_longitude": 2.352}
_ERBIL: Final = {"terminal_country": "IQ", "terminal_latitude": 36.191, "terminal_longitude": 44.009}
_LILLE: Final = {"terminal_country": "FR", "terminal_latitude": 50.629, "terminal_longitude": 3.057}


def _pass_through(scene: Scene) -> list[Row]:
    """1 080 come from twelve, 1 060 leave half an hour later."""
    middle = scene.person()
    rows = [pay(hour, 90, scene.person(), middle) for hour in scene.hours(12, 20)]
    left = scene.turn({}, {"balance_after_minor": 2_000})
    return [*rows, pay(20.5, 1060, middle, scene.person(), **left)]


def _salary_then_rent(scene: Scene) -> list[Row]:
    employer, tenant = scene.company(type="payroll"), scene.person()
    return [pay(0, 3000, employer, tenant, purpose_code="SALA"), pay(5, 900, tenant, scene.person())]


def _mirrored(scene: Scene, hour: float = 3) -> list[Row]:
    middle, amount = scene.person(), scene.euros(900, 1100)
    return [
        pay(0, amount, scene.person(), middle),
        pay(hour, round(0.95 * amount, 2), middle, scene.person()),
    ]


def _two_weeks_later(scene: Scene) -> list[Row]:
    return _mirrored(scene, 14 * DAY)


def _awakened(scene: Scene) -> list[Row]:
    owner = scene.person()
    first = pay(0, 50, owner, scene.person())
    rows = [pay(200 * DAY + 5 * place, scene.euros(60, 90), scene.person(), owner) for place in range(3)]
    rows[0]["flag"] = "must"
    return [first, *rows]


def _not_asleep(scene: Scene) -> list[Row]:
    """A day short of half a year; every second time, an account that pays one standing order."""
    owner = scene.person()
    if scene.number % 2 == 0:
        return [pay(0, 50, owner, scene.person()), pay(179 * DAY, 70, scene.person(), owner)]
    order = repeat([30 * DAY * month for month in range(8)], lambda: 25, owner, scene.company())
    return [*order, pay(225 * DAY, 70, scene.person(), owner)]


def _out_of_profile(scene: Scene) -> list[Row]:
    payer = scene.person()
    usual = repeat(scene.hours(10, 100 * DAY), lambda: scene.euros(45, 55), payer, scene.company())
    return [*usual, pay(110 * DAY, 5000, payer, scene.person())]


def _in_profile(scene: Scene) -> list[Row]:
    """Too little is known of the payer; every second time, amounts have always differed."""
    payer = scene.person()
    if scene.number % 2 == 0:
        usual = repeat(scene.hours(5, 100 * DAY), lambda: scene.euros(45, 55), payer, scene.company())
        return [*usual, pay(110 * DAY, 5000, payer, scene.person(), flag="must not")]
    usual = [pay(10 * DAY * place, round(20 * 1.3**place, 2), payer, scene.company()) for place in range(10)]
    return [*usual, pay(110 * DAY, 300, payer, scene.person())]


def _daily(scene: Scene, mean: int) -> list[Row]:
    """So many payments a day for two months, then six in one day."""
    payer, shop = scene.person(), scene.company(type="merchant")
    hours = [DAY * day + 4 * place for day in range(62) for place in range(mean)]
    last = [DAY * 62 + 3 + 2 * place for place in range(6)]
    return repeat([*hours, *last], lambda: scene.euros(8, 12), payer, shop)


def _spike(scene: Scene) -> list[Row]:
    return _daily(scene, 1)


def _busy_as_ever(scene: Scene) -> list[Row]:
    return _daily(scene, 5)


def _new_account(scene: Scene) -> list[Row]:
    """On its third day, a wire to a conflict area; every second time, far more than its holder earns."""
    payer = scene.person(income_minor=200_000)
    if scene.number % 2 == 0:
        return [pay(0, 200, payer, scene.person(scene.turn(*CONFLICT)), opened=-3 * DAY)]
    return repeat(scene.hours(4, 20 * DAY), lambda: 2750, payer, scene.company(), opened=-3 * DAY)


def _groceries(scene: Scene) -> list[Row]:
    payer = scene.person(income_minor=200_000)
    return [card(0, scene.euros(30, 50), payer, scene.company(type="merchant"), opened=-3 * DAY)]


def _two_places(scene: Scene, second: dict[str, Any], channel: str = "card_pos") -> list[Row]:
    payer, card_id = scene.person(), scene.code("C")
    shops = [scene.company(type="merchant") for _ in range(2)]
    return [
        card(0, 20, payer, shops[0], card_id=card_id, **_PARIS),
        pay(0.9, 20, payer, shops[1], channel=channel, card_id=card_id, **second),
    ]


def _impossible(scene: Scene) -> list[Row]:
    return _two_places(scene, _ERBIL, scene.turn("card_pos", "card_atm"))


def _possible(scene: Scene) -> list[Row]:
    """A shop online, which has no terminal; or a city within the hour."""
    return _two_places(scene, scene.turn({}, _LILLE))


BEHAVIOUR: Final[Mapping[str, Typology]] = {
    "TF-V01": Typology(fires=_pass_through, near_miss=_salary_then_rent),
    "TF-V02": Typology(fires=_mirrored, near_miss=_two_weeks_later),
    "TF-V03": Typology(fires=_awakened, near_miss=_not_asleep),
    "TF-V04": Typology(fires=_out_of_profile, near_miss=_in_profile),
    "TF-V05": Typology(fires=_spike, near_miss=_busy_as_ever),
    "TF-V06": Typology(fires=_new_account, near_miss=_groceries),
    "TF-V08": Typology(fires=_impossible, near_miss=_possible),
}
