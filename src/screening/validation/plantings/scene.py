"""What a planting is made of: parties that nobody else knows, and payments among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from screening.validation.people import companies, people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "BERLIN", "CONFLICT", "DAY", "Flag", "Names", "Party", "Row", "Scene", "Typology", "atm", "border",
    "card", "cash_in", "cash_out", "draw_names", "pay", "repeat",
]  # fmt: skip

Row: TypeAlias = dict[str, Any]
"""Columns of TRANSACTIONS; besides, `hour` from the start, `amount` in major units and, where told, `flag`
and `opened`, the hour in which the originator's account was."""

Party: TypeAlias = dict[str, Any]
"""Fields of a party, without the prefix of a side."""

Flag: TypeAlias = Literal["must", "may", "must not"]

DAY: Final = 24.0
CONFLICT: Final = ("SY", "IQ", "YE", "SO", "AF")
BERLIN: Final = {"terminal_country": "DE", "terminal_admin1": "DE-BE"}

_BORDER: Final = ("TR-31", "TR-27", "TR-63", "TR-79")
_ONLINE: Final = ("wire", "instant", "p2p", "mobile", "va")
_FAMILIES: Final = "LDSGVCFNKXT"
_LATIN: Final = ("german", "polish", "english", "french", "italian", "spanish")
_STREETS: Final = ("Lindenweg", "Long Street", "Rue du Moulin", "Marktplatz", "Via Nuova", "Station Road")
_TOWNS: Final = {
    "DE": ("Berlin", "Hamburg", "Leipzig"), "FR": ("Lyon", "Lille"), "US": ("Denver", "Houston"),
    "TR": ("Ankara", "Izmir"), "SY": ("Homs", "Latakia"), "IQ": ("Basra", "Mosul"), "YE": ("Aden", "Taiz"),
    "SO": ("Kismayo", "Baidoa"), "AF": ("Herat", "Kunduz"), "AE": ("Dubai",), "KP": ("Wonsan",),
    "IR": ("Shiraz",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Names to draw parties from."""

    people: tuple[str, ...]
    companies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typology:
    """How a pattern looks, and what looks like it.

    Attributes:
        fires: Payments of which some must be flagged: those marked so, else the last in time.
        near_miss: Payments of which none may be flagged, but where marked otherwise.
        fires_in: Months (1 to 12) in which the pattern may end; any if empty.
        near_miss_in: The same for the near miss.
    """

    fires: Callable[[Scene], list[Row]]
    near_miss: Callable[[Scene], list[Row]]
    fires_in: tuple[int, ...] = ()
    near_miss_in: tuple[int, ...] = ()


def draw_names(seed: int) -> Names:
    """Names for all plantings of a seed; two plantings may share a name, as people do."""
    return Names(
        people=tuple(people(6000, seed=seed + 71, cultures=_LATIN)["name"]),
        companies=tuple(companies(800, seed=seed + 72, countries=["DE", "FR", "GB"])["name"]),
    )


@dataclass(slots=True)
class Scene:
    """Hands out the parties and numbers of one planting, by seed; no other planting meets them.

    Attributes:
        rule: Id of the rule.
        number: Which planting of its kind; builders take turns in variants by it.
        known: What the bank knows of parties, rows of the table of parties.
    """

    rule: str
    near_miss: bool
    number: int
    names: Names
    seed: int
    known: list[Row] = field(default_factory=list)
    _rng: np.random.Generator = field(init=False)
    _first: int = field(init=False)
    _parties: int = field(init=False, default=0)
    _order: list[int] = field(init=False)

    def __post_init__(self) -> None:
        code = _FAMILIES.index(self.rule[3]) * 100 + int(self.rule[4:])
        self._first = ((code * 2 + int(self.near_miss)) * 1000 + self.number) * 1000
        self._rng = np.random.default_rng([self.seed, 14, code, int(self.near_miss), self.number])
        self._order = [int(place) for place in self._rng.permutation(len(self.names.people))[:1000]]

    # -- numbers ------------------------------------------------------------------------------------------

    def euros(self, low: float, high: float) -> float:
        """An amount with cents."""
        return round(float(self._rng.uniform(low, high)), 2)

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self._rng.integers(low, high + 1))

    def hours(self, count: int, within: float) -> list[float]:
        """Times in order, the first at 0 and the last at `within`."""
        inner = np.sort(self._rng.uniform(0, within, max(count - 2, 0)))
        return [0.0, *(float(hour) for hour in inner), within][:count]

    def turn(self, *variants: Any) -> Any:
        """One of the variants after the other, by the number of the planting."""
        return variants[self.number % len(variants)]

    def word(self) -> str:
        """An invented word."""
        letters = "bdfgklmnprstvz"
        drawn = self._rng.integers(0, [len(letters), 5] * 4)
        text = "".join((letters if place % 2 == 0 else "aeiou")[at] for place, at in enumerate(drawn))
        return text.capitalize() + letters[self.number % 14] + letters[self.number // 14 % 14]

    def code(self, prefix: str) -> str:
        """An identifier that no other planting uses."""
        return f"{prefix}{self._first + self.whole(0, 999):010}"

    # -- parties ------------------------------------------------------------------------------------------

    def person(self, country: str = "DE", **fields: Any) -> Party:
        """Somebody nobody has seen before."""
        name = self.names.people[self._order[self._parties]]
        born = np.datetime64("1955-01-01") + np.timedelta64(self.whole(0, 18_000), "D")
        document = str(self.whole(10**8, 10**9 - 1))
        personal = {"birth_date": str(born), "national_id": document}
        return self._party(country, {"name": name, "type": "person", **personal, **fields})

    def company(self, country: str = "DE", **fields: Any) -> Party:
        """A company, or with `type` a merchant, a payroll account, a non-profit organisation."""
        name = self.names.companies[self._order[self._parties] % len(self.names.companies)]
        return self._party(country, {"name": name, "type": "company", "lei": self.lei(), **fields})

    def people(self, count: int, country: str = "DE", **fields: Any) -> list[Party]:
        """Several strangers."""
        return [self.person(country, **fields) for _ in range(count)]

    def lei(self) -> str:
        """A legal entity identifier with valid check digits (ISO 7064)."""
        body = str(self.whole(10**17, 9 * 10**17))
        return f"{body}{98 - int(body + '00') % 97:02}"

    def know(self, party: Party, **fields: Any) -> None:
        """Put a fact into the bank's table of parties."""
        self.known.append({"party_id": party["party_id"], **fields})

    def another_account(self, party: Party) -> Party:
        """The same party with one more account."""
        serial = self._serial()
        return {**party, "account": _account(party["country"], serial)}

    def _serial(self) -> int:
        self._parties += 1
        return self._first + self._parties - 1

    def _party(self, country: str, fields: Party) -> Party:
        serial = self._serial()
        towns = _TOWNS.get(country, ("Newport",))
        return {
            "account": _account(country, serial),
            "party_id": f"Q{serial:010}",
            "customer_id": f"K{serial:010}",
            "address": f"{_STREETS[self.whole(0, len(_STREETS) - 1)]} {self.whole(1, 200)}",
            "town": towns[self.whole(0, len(towns) - 1)],
            "country": country,
            **fields,
        }


def _account(country: str, serial: int) -> str:
    if country != "DE":
        return f"{serial:014}"
    body = f"99900101{serial:010}"
    return f"DE{98 - int(body + '131400') % 97:02}{body}"


# --- payments --------------------------------------------------------------------------------------------


def pay(hour: float, amount: float, payer: Party, payee: Party, **columns: Any) -> Row:
    """One payment; `columns` come before what follows from the parties."""
    channel = columns.get("channel", "wire")
    mark = payer["party_id"][1:]
    row: Row = {"hour": hour, "amount": amount, "channel": channel, "status": "executed"}
    for side, party in (("originator", payer), ("beneficiary", payee)):
        row |= {f"{side}_{name}": value for name, value in party.items()}
        row[f"{side}_agent_bic"] = f"ZZPB{party['country']}2X"
    row |= {
        f"{kind}_hash": f"f{place}{mark:0>14}" for place, kind in enumerate(("phone", "email", "address"))
    }
    if channel in _ONLINE:
        row |= {"device_id": f"E{mark}", "ip_country": payer["country"]}
    return row | columns


def repeat(
    hours: Sequence[float], amount: Callable[[], float], payer: Party, payee: Party, **columns: Any
) -> list[Row]:
    """The same pair again and again."""
    return [pay(hour, amount(), payer, payee, **columns) for hour in hours]


def cash_in(hour: float, amount: float, party: Party, **columns: Any) -> Row:
    """Cash paid in to one's own account."""
    return pay(hour, amount, party, party, channel="cash_dep", **columns)


def cash_out(hour: float, amount: float, party: Party, **columns: Any) -> Row:
    """Cash taken out at a counter."""
    return pay(hour, amount, party, party, channel="cash_wd", **columns)


def atm(hour: float, amount: float, party: Party, **columns: Any) -> Row:
    """Cash taken out at a machine; `columns` say where it stands."""
    return pay(hour, amount, party, party, channel="card_atm", **columns)


def card(hour: float, amount: float, party: Party, shop: Party, **columns: Any) -> Row:
    """A card shown at a shop."""
    return pay(hour, amount, party, shop, channel="card_pos", **columns)


def border(scene: Scene) -> dict[str, str]:
    """A terminal in a province next to a conflict area."""
    return {"terminal_country": "TR", "terminal_admin1": scene.turn(*_BORDER)}
