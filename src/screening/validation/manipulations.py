"""What happens to a listed name on its way into a payment: named manipulations with the recall to reach.

Rows and minima follow the table of regulators' tests (docs/generators.md); the distortions themselves are
in `distortions`. A result depends on the name, the manipulation and the seed only, never on other names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from screening.validation import distortions as d

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["MANIPULATED", "MANIPULATIONS", "Manipulation", "manipulate", "manipulated", "recombined"]

MANIPULATED: Final = pl.Schema(
    {
        "manipulation": pl.String(),
        "reference": pl.String(),
        "kind": pl.String(),
        "listed_name": pl.String(),
        "query": pl.String(),
        "channel": pl.String(),
    }
)


def _stacked(*steps: Callable[[str, Random], str | None]) -> Callable[[str, Random], str | None]:
    def apply(name: str, rng: Random) -> str | None:
        result: str | None = name
        for step in steps:
            before = result
            result = step(before, rng) if before else None
            if result == before:
                return None
        return result

    return apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Manipulation:
    """One row of the test: what is done to a listed name, and the recall to reach.

    Attributes:
        name: Its key, such as "comma_form".
        number: Row of the table of regulators' tests; "2+13" for stacked ones.
        title: What happens, in words.
        kinds: Kinds of designation it applies to.
        channel: Where the result stands: in a name field, or in a text.
        minimum_recall: Share of results that must be found.
        apply: From a listed name and a random source to the result, or None.
    """

    name: str
    number: str
    title: str
    kinds: tuple[str, ...]
    channel: Literal["name", "text"]
    minimum_recall: float
    apply: Callable[[str, Random], str | None]


_PERSON: Final = ("individual",)
_COMPANY: Final = ("entity",)
_BOTH: Final = ("individual", "entity")


def _registry() -> Iterable[Manipulation]:
    rows: list[tuple[Callable[[str, Random], str | None], str, tuple[str, ...], float]] = [
        (d.exact, "1", _BOTH, 1.0),
        (d.case, "2", _BOTH, 1.0),
        (d.accents, "2", _BOTH, 1.0),
        (d.punctuation, "2", _BOTH, 1.0),
        (d.token_order, "3", _PERSON, 0.99),
        (d.comma_form, "3", _PERSON, 0.99),
        (d.glued, "4", _BOTH, 0.97),
        (d.split, "4", _BOTH, 0.97),
        (d.insertion, "5", _BOTH, 0.97),
        (d.deletion, "5", _BOTH, 0.97),
        (d.substitution, "5", _BOTH, 0.97),
        (d.transposition, "5", _BOTH, 0.97),
        (d.two_edits, "6", _BOTH, 0.90),
        (d.first_letter, "7", _BOTH, 0.90),
        (d.missing_middle, "8", _PERSON, 0.95),
        (d.missing_particle, "9", _PERSON, 0.95),
        (d.missing_kunya, "9", _PERSON, 0.95),
        (d.initials, "10", _PERSON, 0.80),
        (d.honorific, "11", _PERSON, 0.95),
        (d.abbreviation, "11", _BOTH, 0.95),
        (d.romanisation, "12", _PERSON, 0.92),
        (d.truncation_35, "13", _BOTH, 0.97),
        (d.truncation, "13", _BOTH, 0.97),
        (d.homoglyph, "14", _BOTH, 0.97),
        (d.zero_width, "14", _BOTH, 0.97),
        (d.digit_for_letter, "14", _BOTH, 0.97),
        (d.fullwidth, "14", _BOTH, 0.97),
        (d.noise_in_field, "15", _BOTH, 0.95),
        (d.split_fields, "17", _BOTH, 0.95),
        (d.date_merged, "18", _PERSON, 0.95),
        (d.company_suffix, "19", _COMPANY, 0.98),
        (d.company_word, "19", _COMPANY, 0.95),
        (d.company_order, "19", _COMPANY, 0.95),
        (d.acronym, "19", _COMPANY, 0.60),
        (d.double_barrel, "20", _PERSON, 1.0),
        (d.repeated, "21", _BOTH, 0.97),
    ]
    for apply, number, kinds, recall in rows:
        yield _manipulation(apply, number, kinds, recall)
    yield _manipulation(d.noise, "15", _BOTH, 0.95, channel="text")
    yield _manipulation(d.wrong_field, "16", _BOTH, 0.95, channel="text")
    for name, number, steps, title, recall in (
        ("accents_and_truncation", "2+13", (d.accents, d.truncation), "Accents, then truncation.", 0.95),
        (
            "order_and_typo",
            "3+5",
            (d.token_order, d.substitution),
            "Token order, then one wrong letter.",
            0.95,
        ),
    ):
        yield Manipulation(
            name=name,
            number=number,
            title=title,
            kinds=_PERSON,
            channel="name",
            minimum_recall=recall,
            apply=_stacked(*steps),
        )


def _manipulation(
    apply: Callable[[str, Random], str | None],
    number: str,
    kinds: tuple[str, ...],
    recall: float,
    *,
    channel: Literal["name", "text"] = "name",
) -> Manipulation:
    title = (apply.__doc__ or "").strip()
    return Manipulation(
        name=apply.__name__,
        number=number,
        title=title,
        kinds=kinds,
        channel=channel,
        minimum_recall=recall,
        apply=apply,
    )


MANIPULATIONS: Final = tuple(_registry())
"""All manipulations, by row of the table."""


def manipulated(name: str, manipulation: Manipulation, *, seed: int | str = 0) -> str | None:
    """One listed name, manipulated; None where that does not apply or changes nothing.

    The result depends on the name, the manipulation and the seed only, never on other names.

    Example:
        >>> comma = next(m for m in MANIPULATIONS if m.name == "comma_form")
        >>> manipulated("Khalid Abdul Rahman al-Testi", comma)
        'al-Testi, Khalid Abdul Rahman'
        >>> manipulated("Khalid", comma) is None
        True
    """
    cleaned = " ".join(name.split())
    if not d.letter_count(cleaned):
        return None
    result = manipulation.apply(cleaned, Random(f"{seed}|{manipulation.name}|{cleaned}"))  # noqa: S311 (not for secrets)
    if result is None or not result.strip() or (result == cleaned and manipulation.name != "exact"):
        return None
    return result


def manipulate(names: pl.DataFrame, *, seed: int, per_class: int, weak: bool = False) -> pl.DataFrame:
    """At most `per_class` manipulated names of each manipulation.

    Args:
        names: A frame of LISTED_NAMES.
        seed: Same seed and names, same rows, whatever the order of the names.
        per_class: Rows per manipulation; fewer where fewer names allow it.
        weak: Use low-quality aliases too.

    Returns:
        A frame of MANIPULATED, sorted by the registry and then at random.
    """
    usable = names if weak else names.filter(~pl.col("weak"))
    usable = usable.select("reference", "kind", "name").unique().sort("reference", "name")
    rows: list[dict[str, str]] = []
    for manipulation in MANIPULATIONS:
        chosen = usable.filter(pl.col("kind").is_in(manipulation.kinds)).rows()
        Random(f"{seed}|{manipulation.name}").shuffle(chosen)  # noqa: S311
        found = 0
        for reference, kind, name in chosen:
            query = manipulated(name, manipulation, seed=seed) if found < per_class else None
            if query is not None:
                found += 1
                rows.append(
                    {
                        "manipulation": manipulation.name,
                        "reference": reference,
                        "kind": kind,
                        "listed_name": name,
                        "query": query,
                        "channel": manipulation.channel,
                    }
                )
    return pl.DataFrame(rows, schema=MANIPULATED)


def recombined(names: pl.DataFrame, n: int, *, seed: int) -> pl.DataFrame:
    """Innocent lookalikes: names of two or three tokens taken from different listed people.

    None of them has the same tokens as a listed name, in any order.

    Args:
        names: A frame of LISTED_NAMES.
        n: How many distinct names; fewer when the list is too short for that many.
        seed: Same seed and names, same result.

    Returns:
        A frame with the column `name`.
    """
    people = names.filter((pl.col("kind") == "individual") & pl.col("name").str.contains("[A-Za-z]"))
    parts = [d.substantial(re.sub(r"[^\w\s'-]", " ", name).split()) for name in sorted(set(people["name"]))]
    listed = {tuple(sorted(token.lower() for token in tokens)) for tokens in parts}
    parts = [tokens for tokens in parts if len(tokens) > 1]
    rng = Random(f"{seed}|recombined")  # noqa: S311
    found: dict[str, None] = {}
    for _ in range(20 * n if len(parts) > 2 else 0):
        sources = rng.sample(parts, rng.choice((2, 3)))
        tokens = [sources[0][0], *[source[len(source) // 2] for source in sources[1:-1]], sources[-1][-1]]
        if tuple(sorted(token.lower() for token in tokens)) not in listed:
            found[" ".join(token.title() for token in tokens)] = None
        if len(found) == n:
            break
    return pl.DataFrame({"name": list(found)}, schema={"name": pl.String})
