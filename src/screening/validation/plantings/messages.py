"""Messages altered, incomplete or telling: evasion (L), completeness (D), texts and trade (T)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from screening.validation.plantings.scene import DAY, Row, Scene, Typology, card, pay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from screening.validation.plantings.scene import Party

__all__ = ["MESSAGES"]

_WITHOUT_DATA: Final = {
    "originator_address": None,
    "originator_town": None,
    "originator_birth_date": None,
    "originator_national_id": None,
    "originator_customer_id": None,
    "originator_lei": None,
}
_FILLERS: Final[tuple[Row, ...]] = (
    {"originator_name": "ONE OF OUR CUSTOMERS"},
    {"beneficiary_name": "N/A"},
    {"originator_name": "unknown"},
    {"beneficiary_town": "CUTOVER2026"},
    {"originator_address": "XXX"},
    {"beneficiary_name": "70301122"},
    {"originator_name": "ONE OF OUR CLIENTS"},
)
_SLOGANS: Final = ("Equip a F1ghter", "sponsor a\u200b fighter now", "SUICIDE VEST parts", "d3tonator")
_HARMLESS: Final = ("for Jihad Sample, thank you", "rent to Martyr Street 5", "detonators Ltd, donut")


# --- evasion ---------------------------------------------------------------------------------------------


def _stripped(scene: Scene, *, retry: bool = False) -> list[Row]:
    """Held, then sent again two hours later without the beneficiary's address."""
    payer, payee = scene.person(), scene.person("US")
    message = {"uetr": scene.code("U"), "remittance_text": f"invoice {scene.word()}"}
    amount = scene.euros(500, 5000)
    first = pay(0, amount, payer, payee, status=scene.turn("held", "rejected"), **message)
    if retry:
        return [first, pay(2, amount, payer, payee, **message)]
    missing = scene.turn({"beneficiary_address": None}, {"remittance_text": None})
    return [first, pay(2, amount, payer, payee, **{**message, "uetr": scene.code("V"), **missing})]


def _technical_retry(scene: Scene) -> list[Row]:
    return _stripped(scene, retry=True)


def _spellings(scene: Scene) -> list[Row]:
    country, names, surname = scene.turn("SY", "IQ"), _variants(scene), scene.word()
    payer = scene.person()
    return [
        pay(30 * DAY * place, 60, payer, scene.person(place_of), originator_name=f"{name} {surname}")
        for place, (name, place_of) in enumerate(zip(names, ("DE", "DE", country), strict=True))
    ]


def _migrated_names(scene: Scene) -> list[Row]:
    """Two spellings after a bank's migration, nothing to an area of risk; or all three, at home."""
    names, surname, payer = _variants(scene), scene.word(), scene.person()
    return [
        pay(30 * DAY * place, 60, payer, scene.person(), originator_name=f"{name} {surname}")
        for place, name in enumerate(names[: scene.turn(2, 3)])
    ]


def _variants(scene: Scene) -> tuple[str, str, str]:
    chosen: tuple[str, str, str] = scene.turn(
        ("Mohammad Ali", "Mohd Ali", "M. Ali"),
        ("Katarzyna Anna", "Katarzina Anna", "K. Anna"),
        ("Alexander Jan", "Aleksandr Jan", "A. Jan"),
    )
    return chosen


def _next_to_frozen(scene: Scene) -> list[Row]:
    """A direct payer of a frozen party; every second time, one who pays such a payer."""
    frozen, payer = scene.person(), scene.person()
    scene.know(frozen, case_status=scene.turn("suspended", "confirmed"))
    rows = [pay(0, scene.euros(40, 90), payer, frozen)]
    if scene.number % 2:
        rows.append(pay(100 * DAY, scene.euros(40, 90), scene.person(), payer))
    return rows


def _same_utility(scene: Scene) -> list[Row]:
    """A frozen party and an innocent one pay the same utility, as hundreds do."""
    frozen, utility = scene.person(), scene.company(type="utility")
    scene.know(frozen, case_status="confirmed")
    hours = scene.hours(120, 60 * DAY)
    rows = [pay(hour, scene.euros(40, 90), scene.person(), utility) for hour in hours]
    return [*rows, pay(61 * DAY, 55, frozen, utility, flag="may"), pay(62 * DAY, 60, scene.person(), utility)]


# --- completeness ----------------------------------------------------------------------------------------


def _bare(scene: Scene) -> list[Row]:
    return [pay(0, 1000.01, scene.person(), scene.person("US"), **_WITHOUT_DATA)]


def _bare_but_small(scene: Scene) -> list[Row]:
    return [pay(0, 1000.00, scene.person(), scene.person("US"), **_WITHOUT_DATA)]


def _filler(scene: Scene) -> list[Row]:
    return [pay(0, 700, scene.person(), scene.person(), **scene.turn(*_FILLERS))]


def _really_called_test(scene: Scene) -> list[Row]:
    return [pay(0, 700, scene.company(name=scene.turn("Test Ltd", "Unknown Ltd")), scene.person())]


def _other_holder(scene: Scene) -> list[Row]:
    payee, name = scene.person(), f"{scene.word()} {scene.word()}"
    scene.know(payee, holder_name=payee["name"])
    return [pay(0, 700, scene.person(), payee, beneficiary_name=name)]


def _maiden_name(scene: Scene) -> list[Row]:
    payee, before = scene.person(), f"Petra {scene.word()}"
    scene.know(payee, holder_name=f"Petra {scene.word()}", holder_aliases=before)
    return [pay(0, 700, scene.person(), payee, beneficiary_name=before)]


def _deficient(scene: Scene, *, of: int, lacking: int) -> list[Row]:
    """Payments of one foreign bank, the last of them without data."""
    bank = f"{scene.word()[:4].upper()}US{scene.number:02}"[:8]
    payee = scene.company()
    rows = [
        pay(hour, 2000, scene.person("US"), payee, originator_agent_bic=bank)
        for hour in scene.hours(of, 60 * DAY)
    ]
    for row in rows[:: -(of // lacking)]:
        row.update(_WITHOUT_DATA)
    return rows


def _deficient_bank(scene: Scene) -> list[Row]:
    return _deficient(scene, of=204, lacking=12)


def _small_bank(scene: Scene) -> list[Row]:
    return _deficient(scene, of=3, lacking=1)


# --- texts, merchants, trade, third parties --------------------------------------------------------------


def _slogan(scene: Scene) -> list[Row]:
    return [pay(0, 30, scene.person(), scene.person(), remittance_text=scene.turn(*_SLOGANS))]


def _given_name(scene: Scene) -> list[Row]:
    return [pay(0, 30, scene.person(), scene.person(), remittance_text=scene.turn(*_HARMLESS))]


def _campaign(scene: Scene, payee: Party) -> list[Row]:
    text = f"Campaign {scene.word()} {scene.word()}"
    hours = scene.hours(10, 5 * DAY)
    return [
        pay(hour, scene.euros(15, 40), scene.person(), payee, remittance_text=f"{text} {place}")
        for place, hour in enumerate(hours)
    ]


def _one_campaign(scene: Scene) -> list[Row]:
    return _campaign(scene, scene.person())


def _utility_reference(scene: Scene) -> list[Row]:
    return _campaign(scene, scene.company(type=scene.turn("utility", "merchant")))


def _shopping(scene: Scene, code: str, amount: float) -> list[Row]:
    payer = scene.person()
    hours = [DAY * 3 * week for week in range(20)]
    grocer, shop = scene.company(type="merchant"), scene.company(type="merchant")
    usual = [card(hour, scene.euros(30, 60), payer, grocer) for hour in hours]
    return [*usual, card(60 * DAY, amount, payer, shop, merchant_category_code=code)]


def _tactical(scene: Scene) -> list[Row]:
    return _shopping(scene, scene.turn("5941", "5169", "5094"), 180)


def _hardware(scene: Scene) -> list[Row]:
    return _shopping(scene, "5251", 45) if scene.number % 2 == 0 else _shopping(scene, "5941", 40)


def _reused_invoice(scene: Scene) -> list[Row]:
    """One invoice paid twice, from a third country, for goods that come from elsewhere."""
    seller, invoice = scene.company(), scene.code("INV")
    columns = {"invoice_reference": invoice, "goods_country": "CN"}
    return [pay(hour, 9000, scene.company("AE"), seller, **columns) for hour in (0, 20 * DAY)]


def _supplier(scene: Scene) -> list[Row]:
    buyer, seller = scene.company("FR"), scene.company()
    return [
        pay(hour, 9000, buyer, seller, invoice_reference=scene.code(f"INV{place}"), goods_country="DE")
        for place, hour in enumerate((0, 20 * DAY))
    ]


def _third_party(scene: Scene) -> list[Row]:
    hidden = f"{scene.word()} {scene.word()} Kiosk"
    return [pay(0, 8000, scene.company(), scene.company(), ultimate_originator_name=hidden)]


def _tuition(scene: Scene) -> list[Row]:
    parent, child = scene.turn(("Maria", "Anna"), ("Karl", "Carla"), ("Jan", "Jana"))
    surname = f"{scene.word()}ska"
    payer, school = scene.person(name=f"{parent} {surname}"), scene.company()
    return [pay(0, 900, payer, school, ultimate_originator_name=f"{child} {surname}")]


def _turnover(scene: Scene, parts: int) -> list[Row]:
    """Five clients pay 1 000 each; 35 % of it goes to the officer, in so many parts."""
    firm, officer = scene.company(), scene.person()
    scene.know(officer, officer_of=firm["party_id"])
    rows = [pay(hour, 1000, scene.company(), firm) for hour in scene.hours(5, 10 * DAY)]
    hours = (12 * DAY + 24 * part for part in range(parts))
    return rows + [pay(hour, 1750 / parts, firm, officer) for hour in hours]


def _mixed_money(scene: Scene) -> list[Row]:
    return _turnover(scene, 5)


def _dividend(scene: Scene) -> list[Row]:
    return _turnover(scene, 1)


MESSAGES: Final[Mapping[str, Typology]] = {
    "TF-L05": Typology(fires=_stripped, near_miss=_technical_retry),
    "TF-L06": Typology(fires=_spellings, near_miss=_migrated_names),
    "TF-L07": Typology(fires=_next_to_frozen, near_miss=_same_utility),
    "TF-D01": Typology(fires=_bare, near_miss=_bare_but_small),
    "TF-D02": Typology(fires=_filler, near_miss=_really_called_test),
    "TF-D03": Typology(fires=_other_holder, near_miss=_maiden_name),
    "TF-D04": Typology(fires=_deficient_bank, near_miss=_small_bank),
    "TF-T01": Typology(fires=_slogan, near_miss=_given_name),
    "TF-T02": Typology(fires=_one_campaign, near_miss=_utility_reference),
    "TF-T03": Typology(fires=_tactical, near_miss=_hardware),
    "TF-T04": Typology(fires=_reused_invoice, near_miss=_supplier),
    "TF-T05": Typology(fires=_third_party, near_miss=_tuition),
    "TF-T06": Typology(fires=_mixed_money, near_miss=_dividend),
}
