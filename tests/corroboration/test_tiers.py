"""The tier of a hit: against a slow reading, and its laws."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.corroboration import with_tiers
from screening.errors import PolicyError
from screening.policy import ATTRIBUTES, OutcomePolicy, Policy
from screening.schemas import HITS

POLICY = OutcomePolicy()
ORDER = ["MONITOR", "REVIEW", "SUSPEND"]
SCHEMA = HITS | {"agrees": pl.List(pl.String()), "contradicts": pl.List(pl.String())}

verdicts = st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(["agrees", "contradicts"]))
names = st.fixed_dictionaries(
    {
        "score": st.sampled_from([0.74, 0.8, 0.8499, 0.85, 0.9, 0.92, 0.95, 0.97, 0.98, 1.0]),
        "weak": st.booleans(),
        "field": st.sampled_from(["originator_name", "remittance_text"]),
        "name_type": st.sampled_from(["primary", "alias", "identifier"]),
        "listed_name": st.sampled_from(["Belvane", "Ardo Belvane"]),
    }
)


def hit(name: dict[str, Any], found: dict[str, str]) -> dict[str, Any]:
    said = {
        column: [attribute for attribute in ATTRIBUTES if found.get(attribute) == column]
        for column in ("agrees", "contradicts")
    }
    return {"status": "hit", **name, **said}


def judged(*rows: dict[str, Any], **policy: Any) -> pl.DataFrame:
    return with_tiers(pl.DataFrame(list(rows), schema=SCHEMA).drop("tier"), policy=OutcomePolicy(**policy))


def tier(name: dict[str, Any], found: dict[str, str], **policy: Any) -> str:
    return str(judged(hit(name, found), **policy)["tier"].item())


def slow(name: dict[str, Any], found: dict[str, str]) -> str:
    """The table of docs/corroboration.md, in plain words."""
    score, weak, text = name["score"], name["weak"], name["field"] == "remittance_text"
    band = max(0.92 if text else 0.0, 0.95 if weak else 0.0) or 0.85
    if text and weak and name["listed_name"] == "Belvane":
        band = 1.01
    if name["name_type"] == "identifier" and not weak:
        return "SUSPEND"
    level = "SUSPEND" if score >= band else "MONITOR" if weak and score < 0.85 else "REVIEW"
    identity = [a for a in ("birth_date", "document") if found.get(a) == "agrees"]
    if identity:
        level = "SUSPEND"
    against = [a for a in ("birth_date", "kind") if found.get(a) == "contradicts"]
    if against and not identity:
        level = {"SUSPEND": "REVIEW", "REVIEW": "MONITOR" if weak else "REVIEW", "MONITOR": "MONITOR"}[level]
    return level


@given(rows=st.lists(st.tuples(names, verdicts), min_size=1, max_size=10))
@settings(deadline=None, max_examples=150)
def test_tiers_equal_the_slow_reading(rows: list[tuple[dict[str, Any], dict[str, str]]]) -> None:
    table = judged(*(hit(*row) for row in rows))
    assert table["tier"].to_list() == [slow(*row) for row in rows]


@given(name=names, found=verdicts, attribute=st.sampled_from(ATTRIBUTES))
@settings(deadline=None, max_examples=100)
def test_an_attribute_that_agrees_never_lowers(
    name: dict[str, Any], found: dict[str, str], attribute: str
) -> None:
    before = tier(name, {key: value for key, value in found.items() if key != attribute})
    assert ORDER.index(tier(name, {**found, attribute: "agrees"})) >= ORDER.index(before)


@given(name=names, found=verdicts, attribute=st.sampled_from(ATTRIBUTES))
@settings(deadline=None, max_examples=100)
def test_a_contradiction_lowers_by_one_step_at_most_and_strong_names_stay_reviewed(
    name: dict[str, Any], found: dict[str, str], attribute: str
) -> None:
    rest = {key: value for key, value in found.items() if key != attribute}
    before, after = (tier(name, given) for given in (rest, {**rest, attribute: "contradicts"}))
    assert 0 <= ORDER.index(before) - ORDER.index(after) <= 1
    if not name["weak"]:
        assert ORDER.index(after) >= ORDER.index("REVIEW")
    if name["score"] >= POLICY.exact_at:
        assert after == before


@given(rows=st.lists(st.tuples(names, verdicts), max_size=8))
@settings(deadline=None, max_examples=40)
def test_no_hit_is_removed_or_moved(rows: list[tuple[dict[str, Any], dict[str, str]]]) -> None:
    table = judged(*(hit(*row) for row in rows))
    kept = ["score", "weak", "field", "name_type", "agrees", "contradicts"]
    given_rows = pl.DataFrame([hit(*row) for row in rows], schema=SCHEMA).select(kept)
    assert table.select(kept).equals(given_rows)
    assert table["tier"].is_in(ORDER).all()


@given(name=names)
@settings(deadline=None, max_examples=40)
def test_unknown_changes_nothing(name: dict[str, Any]) -> None:
    bare = pl.DataFrame([{"status": "hit", **name}], schema=HITS).drop("tier", "corroboration")
    alone = with_tiers(bare, policy=POLICY)
    assert alone["tier"].item() == tier(name, {})
    assert alone["corroboration"].to_list() == [[]]
    assert set(alone.columns) == {*bare.columns, "tier", "corroboration"}


@given(name=names, found=verdicts)
@settings(deadline=None, max_examples=60)
def test_a_tier_that_the_name_alone_does_not_give_is_explained(
    name: dict[str, Any], found: dict[str, str]
) -> None:
    words = judged(hit(name, found))["corroboration"].item().to_list()
    alone, both = tier(name, {}), tier(name, found)
    assert len(words) == (alone != both)
    for line in words:
        assert line.startswith(f"{alone} by the name, {both} by ")
        assert any(attribute.replace("_", " ") in line for attribute in found)


def test_what_cannot_be_judged_is_what_the_policy_says() -> None:
    blind = {"status": "unscreenable", "agrees": ["document"], "contradicts": []}
    assert judged(blind)["tier"].to_list() == ["REVIEW"]
    assert judged(blind, unscreenable="SUSPEND")["tier"].to_list() == ["SUSPEND"]


STRONG = {"score": 0.9, "weak": False, "field": "originator_name", "name_type": "primary"}
WEAK = {**STRONG, "weak": True}


@pytest.mark.parametrize(
    ("name", "found", "policy", "expected"),
    [
        (STRONG, {}, {"suspend_at": 0.91}, "REVIEW"),
        (STRONG, {"birth_date": "contradicts"}, {"exact_at": 0.9}, "SUSPEND"),
        (STRONG, {"birth_date": "contradicts"}, {"lowered_by": ["kind"]}, "SUSPEND"),
        ({**STRONG, "score": 0.8}, {"country": "agrees"}, {"raised_by": ["country"]}, "SUSPEND"),
        ({**STRONG, "score": 0.8}, {"document": "agrees"}, {"raised_by": []}, "REVIEW"),
        (WEAK, {}, {"suspend_weak_at": 0.9}, "SUSPEND"),
        (WEAK, {}, {"review_weak_at": 0.91}, "MONITOR"),
        (WEAK, {"country": "agrees"}, {"weak_raised_by": ["document"]}, "REVIEW"),
    ],
)
def test_every_number_is_the_policys(
    name: dict[str, Any], found: dict[str, str], policy: dict[str, Any], expected: str
) -> None:
    told = Policy.from_dict({"outcomes": policy}).outcomes
    rows = pl.DataFrame([hit(name, found)], schema=SCHEMA).drop("tier")
    assert with_tiers(rows, policy=told)["tier"].to_list() == [expected]


def test_an_attribute_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PolicyError, match="lowered_by"):
        OutcomePolicy(lowered_by=("shoe_size",))


def test_the_policy_shown_is_the_default() -> None:
    page = Path(__file__).parents[2] / "docs" / "corroboration.md"
    shown = page.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    assert Policy.from_dict(tomllib.loads(shown)) == Policy()
