"""A value that a policy cannot mean is refused where it stands, before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from screening.errors import PolicyError
from screening.policy import Policy

if TYPE_CHECKING:
    from pathlib import Path

NAN = float("nan")


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        *[
            ("names", key, value)
            for key in ("threshold", "text_threshold")
            for value in (0.59, 1.001, NAN, -1.0)
        ],
        *[
            ("outcomes", key, value)
            for key in (
                "suspend_at",
                "suspend_weak_at",
                "suspend_text_at",
                "suspend_weak_word_at",
                "review_weak_at",
                "exact_at",
            )
            for value in (-0.01, 1.02, NAN, float("inf"))
        ],
        *[
            ("outcomes", key, value)
            for key in ("monitor_at", "review_at", "review_weight", "hold_at", "high_risk_from")
            for value in (-1.0, NAN, float("inf"))
        ],
        ("outcomes", "family_share", 1.5),
        ("outcomes", "review_families", -1),
        ("outcomes", "family_caps", {"graph": -5.0}),
        ("outcomes", "context_divisors", {"TF-C01": 0.0}),
        ("outcomes", "hold_in_high_risk", {"TF-T01": "35"}),
        *[("rules", "weights", {"TF-S01": value}) for value in (0, -1.0, NAN, float("inf"), "30", True)],
        ("corroboration", "approximate_years", -5),
        ("corroboration", "shortest_document", 0),
    ],
)
def test_a_number_that_a_key_cannot_mean_is_refused_by_its_name(table: str, key: str, value: Any) -> None:
    with pytest.raises(PolicyError, match=rf"{table}\.{key}"):
        Policy.from_dict({table: {key: value}})


def test_the_file_is_named_as_well(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[outcomes]\nsuspend_at = nan\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy\.toml: outcomes\.suspend_at must be at least 0"):
        Policy.from_toml(path)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_policy_that_is_not_utf_8_is_refused_by_its_name(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes("# Maß\n[outcomes]\nsuspend_at = 0.9\n".encode(encoding))
    with pytest.raises(
        PolicyError, match=r"policy\.toml: the policy is not in UTF-8 .* save the file as UTF-8"
    ):
        Policy.from_toml(path)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_byte_order_mark_before_a_policy_says_nothing(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(f"[outcomes]{newline}suspend_at = 0.9{newline}".encode("utf-8-sig"))
    assert Policy.from_toml(path).outcomes.suspend_at == 0.9


def test_a_score_that_nothing_reaches_can_be_said() -> None:
    assert Policy.from_dict({"outcomes": {"suspend_text_at": 1.01}}).outcomes.suspend_text_at == 1.01


@pytest.mark.parametrize("key", ["placeholder_births", "doubtful_births"])
@pytest.mark.parametrize(
    "day", ["01/01/1900", "1900", "1900-01", "19000101", "1900-W01-1", "1900-02-30", " 1900-01-01", ""]
)
def test_a_date_that_no_birth_is_written_as_is_refused(key: str, day: str) -> None:
    with pytest.raises(PolicyError, match=rf"corroboration\.{key} must hold days .*{day!r}"):
        Policy.from_dict({"corroboration": {key: ["1901-01-01", day]}})


@pytest.mark.parametrize(
    ("table", "key"),
    [
        *(("payments", key) for key in ("columns", "statuses", "channels", "currencies")),
        ("outcomes", "forced"),
        ("rules", "reference"),
    ],
)
@pytest.mark.parametrize("value", [3, 1.5, True, ["EUR"], {"a": "b"}])
def test_a_value_that_is_no_text_is_refused_where_texts_stand(table: str, key: str, value: Any) -> None:
    with pytest.raises(PolicyError, match=rf"{table}\.{key}\.amount must be str"):
        Policy.from_dict({table: {key: {"amount": value}}})


def test_parameters_of_a_rule_are_a_table() -> None:
    with pytest.raises(PolicyError, match=r"\[rules\.parameters\.TF-S01\] must be a table"):
        Policy.from_dict({"rules": {"parameters": {"TF-S01": 3}}})
