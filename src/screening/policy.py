"""The policy: every choice a bank may make, as one frozen typed value.

A policy is read from TOML and passed in; nothing is read from the environment and nothing changes it
afterwards. An unknown key is an error, because a misspelt threshold that is silently ignored is a
threshold that is not in force.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, get_type_hints

import polars as pl

from screening.errors import PolicyError

__all__ = [
    "ATTRIBUTES",
    "OUTCOMES",
    "SEARCHABLE",
    "WORKED",
    "CorroborationPolicy",
    "ListPolicy",
    "NamePolicy",
    "OutcomePolicy",
    "PaymentsPolicy",
    "Policy",
    "RulesPolicy",
]

OUTCOMES: Final = ("MONITOR", "REVIEW", "HOLD", "SUSPEND")
"""What may become of a payment that is not clear, the mildest first."""
WORKED: Final = OUTCOMES[1:]
"""Those that a person must look at; MONITOR is kept for sampling."""

SEARCHABLE: Final = (0.6, 1.0)
"""Thresholds of names that a search can keep its promise at."""

_NEVER: Final = 1.01  # a score that no hit has
_WITHOUT_END: Final = 1e9
_YEARS: Final = 200

ATTRIBUTES: Final = ("kind", "birth_date", "country", "gender", "document")
"""What may speak for or against a hit beside the name (docs/corroboration.md)."""


def _require(key: str, value: Any, low: float, high: float) -> None:
    """Refuse what is no number, or none that the key can mean: a threshold that nothing reaches is silent."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        most = "" if high == _WITHOUT_END else f" and at most {high:g}"
        never = "; at 1.01 no score reaches it" if high == _NEVER else ""
        raise PolicyError(f"{key} must be at least {low:g}{most}, not {value!r}{never}", key=key)


def _is_day(text: Any) -> bool:
    """Whether a text is a day in the one way that days are compared in, YYYY-MM-DD."""
    try:
        return bool(dt.date.fromisoformat(text).isoformat() == text)
    except (TypeError, ValueError):
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamePolicy:
    """How names are compared.

    Attributes:
        threshold: Score (0 to 1) from which a listed name is a hit. The default is read off the curve
            in docs/threshold.md.
        text_threshold: The same for a name inside free text, where more words could be one by chance.
    """

    threshold: float = 0.75
    text_threshold: float = 0.8

    def __post_init__(self) -> None:
        for key in ("threshold", "text_threshold"):
            _require(f"names.{key}", getattr(self, key), *SEARCHABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPolicy:
    """Which parts of the sanctions list are screened.

    Attributes:
        exclude_list_types: Values of `list_type` (such as "1737") that are read and counted but not
            screened. Empty by default: everything on the list is screened.
    """

    exclude_list_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorroborationPolicy:
    """How what is known of a party is compared with what the list says of a designation.

    Attributes:
        approximate_years: How far an approximate date of the list reaches to both sides.
        contradiction_years: Birth dates further apart than this contradict.
        widest_years: A birth date known only within more calendar years than this may be possible, and
            never agrees: too many people are born in such a span.
        placeholder_births: Days, as YYYY-MM-DD, that systems write for "unknown"; they say nothing.
        doubtful_births: Days that may be such a default or true; they may agree, and never contradict.
        shortest_document: Numbers with fewer characters are shared by chance too often to agree.
    """

    approximate_years: int = 2
    contradiction_years: int = 5
    widest_years: int = 5
    placeholder_births: tuple[str, ...] = (
        "0001-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "9999-12-31",
    )  # fmt: skip
    doubtful_births: tuple[str, ...] = ("1970-01-01",)
    shortest_document: int = 6

    def __post_init__(self) -> None:
        for key in ("approximate_years", "contradiction_years", "widest_years"):
            _require(f"corroboration.{key}", getattr(self, key), 0, _YEARS)
        _require("corroboration.shortest_document", self.shortest_document, 1, _WITHOUT_END)
        for key in ("placeholder_births", "doubtful_births"):
            for day in getattr(self, key):
                if not _is_day(day):
                    raise PolicyError(
                        f"corroboration.{key} must hold days such as 1900-01-01, and {day!r} is none: "
                        "no date of birth would be like it",
                        key=f"corroboration.{key}",
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentsPolicy:
    """How a file of payments becomes the TRANSACTIONS table.

    Attributes:
        columns: Canonical column name -> column name in the user's table.
        delimiter: Delimiter of CSV files; found from the header when not set.
        decimal_mark: "." or ","; without it an amount that may be read in two ways ("1,234") is rejected.
        timezone: IANA zone of times that carry none; without it a naive time is rejected.
        time_format: strptime layout of times that are not ISO 8601, or epoch_s, epoch_ms, epoch_us.
        currency: Currency of rows that have none.
        status: Status of rows that have none.
        channel: Channel of rows that have none.
        statuses: The user's word -> status.
        channels: The user's word -> channel.
        currencies: The user's word -> ISO 4217 code.
        number_rows: Give rows without an id the id "row-<n>", counted from 1.
        names_required: Refuse a table without any party name, because its list channel would be blind; a
            payment that names nobody cannot be judged then.
    """

    columns: dict[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    decimal_mark: str | None = None
    timezone: str | None = None
    time_format: str | None = None
    currency: str | None = None
    status: str = "executed"
    channel: str = "wire"
    statuses: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    number_rows: bool = False
    names_required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePolicy:
    """From hits and flags to SUSPEND, HOLD, REVIEW and MONITOR (docs/index.md).

    The list channel reads the keys down to `unscreenable` and nothing else; the other keys belong to the
    rule channel. All defaults are judgements, to be calibrated by the bank (docs/corroboration.md).

    Attributes:
        suspend_at: Score from which a hit on a strong name suspends the payment.
        suspend_weak_at: The same for a low-quality alias.
        suspend_text_at: The same for a listed name inside free text, such as a narrative or an address.
        suspend_weak_word_at: The same for a low-quality alias of one word there, which may be any word of
            prose ("hummingbird"); above 1, none suspends.
        review_weak_at: Score from which a hit on a low-quality alias is reviewed; below it is kept for
            sampling (MONITOR), never dropped.
        exact_at: Score from which no contradiction lowers a hit; set above 1, a contradiction may lower even
            an exact name.
        raised_by: Attributes (of ATTRIBUTES) of which one that agrees suspends, whatever the score.
        weak_raised_by: The same for a low-quality alias.
        lowered_by: Attributes of which one that contradicts takes a hit down by one step, unless one of
            `raised_by` agrees: SUSPEND to REVIEW, and for a low-quality alias REVIEW to MONITOR.
        unscreenable: Outcome of a payment with a party name that cannot be judged.
        monitor_at: Rule score from which a payment is kept for sampling.
        review_at: Rule score from which a payment is reviewed.
        review_families: Rule families that must have fired for a review.
        review_weight: Weight from which one rule alone asks for a review.
        hold_at: Rule score from which a payment is held.
        hold_families: Rule families that must have fired for a hold.
        family_caps: Family -> highest score that the rules of that family give together.
        family_share: What further rules of a family count next to its heaviest one.
        context_divisors: Context rule -> divisor of its weight; the quotients raise the score of other
            rules and give none of their own.
        context_limit: Highest sum of those quotients.
        uncounted_rules: Rules whose firing does not count as a family, being common on their own.
        forced: Rule -> outcome that it forces whatever the score is.
        high_risk_rule: Context rule whose weight tells a high-risk area.
        high_risk_from: Weight of that rule from which an area is high-risk.
        hold_in_high_risk: Rule -> weight from which it holds a payment of a high-risk area.
    """

    suspend_at: float = 0.85
    suspend_weak_at: float = 0.95
    suspend_text_at: float = 0.92
    suspend_weak_word_at: float = _NEVER
    review_weak_at: float = 0.85
    exact_at: float = 1.01
    raised_by: tuple[str, ...] = ("birth_date", "document")
    weak_raised_by: tuple[str, ...] = ("birth_date", "document")
    lowered_by: tuple[str, ...] = ("birth_date", "kind")
    unscreenable: str = "REVIEW"
    monitor_at: float = 20.0
    review_at: float = 40.0
    review_families: int = 2
    review_weight: float = 40.0
    hold_at: float = 70.0
    hold_families: int = 3
    family_caps: dict[str, float] = field(
        default_factory=lambda: {
            "evasion": 60.0,
            "completeness": 25.0,
            "structuring": 35.0,
            "graph": 50.0,
            "behaviour": 40.0,
            "corridors": 35.0,
            "travel": 50.0,
            "donations": 40.0,
            "cash": 35.0,
            "virtual_assets": 40.0,
            "texts": 40.0,
        }
    )
    family_share: float = 0.25
    context_divisors: dict[str, float] = field(default_factory=lambda: {"TF-C01": 50.0, "TF-X01": 100.0})
    context_limit: float = 0.5
    uncounted_rules: tuple[str, ...] = ("TF-C01", "TF-X01", "TF-S04", "TF-G11")
    forced: dict[str, str] = field(default_factory=lambda: {"TF-L05": "HOLD"})
    high_risk_rule: str = "TF-C01"
    high_risk_from: float = 15.0
    hold_in_high_risk: dict[str, float] = field(default_factory=lambda: {"TF-T01": 35.0})

    def __post_init__(self) -> None:
        for key in (
            "suspend_at", "suspend_weak_at", "suspend_text_at", "suspend_weak_word_at", "review_weak_at",
            "exact_at",
        ):  # fmt: skip
            _require(f"outcomes.{key}", getattr(self, key), 0, _NEVER)
        _require("outcomes.family_share", self.family_share, 0, 1)
        for key in (
            "monitor_at", "review_at", "review_weight", "hold_at", "high_risk_from", "context_limit",
            "review_families", "hold_families",
        ):  # fmt: skip
            _require(f"outcomes.{key}", getattr(self, key), 0, _WITHOUT_END)
        for key, least in (("family_caps", 0), ("hold_in_high_risk", 0), ("context_divisors", 1)):
            for name, value in getattr(self, key).items():
                _require(f"outcomes.{key}.{name}", value, least, _WITHOUT_END)
        named = {"unscreenable": self.unscreenable}
        for key, outcome in {
            **named,
            **{f"forced.{rule}": word for rule, word in self.forced.items()},
        }.items():
            if outcome not in OUTCOMES:
                raise PolicyError(f"outcomes.{key} must be one of {', '.join(OUTCOMES)}, not {outcome!r}")
        for key in ("raised_by", "weak_raised_by", "lowered_by"):
            for word in getattr(self, key):
                if word not in ATTRIBUTES:
                    raise PolicyError(
                        f"outcomes.{key} must hold some of {', '.join(ATTRIBUTES)}, not {word!r}"
                    )

    def suspends_at(self, in_text: pl.Expr) -> pl.Expr:
        """Score from which the name of a hit suspends on its own, by its `weak` and `listed_name`.

        Args:
            in_text: Whether it stands inside free text.
        """
        weak = pl.col("weak").fill_null(value=False)
        word = pl.col("listed_name").str.contains(r"^\S+$").fill_null(value=False)
        in_weak_text = max(self.suspend_text_at, self.suspend_weak_at)
        return (
            pl.when(in_text & weak & word)
            .then(max(in_weak_text, self.suspend_weak_word_at))
            .when(in_text & weak)
            .then(in_weak_text)
            .when(in_text)
            .then(self.suspend_text_at)
            .when(weak)
            .then(self.suspend_weak_at)
            .otherwise(self.suspend_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPolicy:
    """Which rules run, and with which parameters.

    Attributes:
        off: Ids of rules that are switched off; they are listed as such in the manifest.
        on: Ids of rules that are shipped switched off and run all the same.
        parameters: Rule id -> parameter -> value, in place of the catalogue's default.
        weights: Rule id -> points, above 0, in place of the rule's weight. A rule that weighs by what it sees
            gives multiples of it; keys of [outcomes] that speak of weights do not follow.
        base_currency: Currency of `amount_base_minor`.
        jurisdiction: Whose thresholds hold (reference table `thresholds`); "*" for those of the FATF text.
        reference: Reference table -> CSV file of your own in place of the packaged one.
        hubs: Devices, phones, mail and street addresses (as in the payments) that many parties share for a
            good reason: a branch kiosk, a shelter. TF-G10 does not judge payments that use them.
    """

    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    base_currency: str = "EUR"
    jurisdiction: str = "*"
    reference: dict[str, str] = field(default_factory=dict)
    hubs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in self.weights.items():
            _require(f"rules.weights.{name}", value, 0, _WITHOUT_END)
            if value == 0:
                raise PolicyError(
                    f"rules.weights.{name} must be above 0; rules.off names what shall not count",
                    key=f"rules.weights.{name}",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All choices of one run.

    Example:
        >>> Policy().names.threshold == NamePolicy().threshold
        True
        >>> Policy.from_dict({"names": {"treshold": 0.9}})
        Traceback (most recent call last):
        ...
        screening.errors.PolicyError: unknown key 'treshold' in [names]; did you mean 'threshold'?
    """

    names: NamePolicy = field(default_factory=NamePolicy)
    lists: ListPolicy = field(default_factory=ListPolicy)
    payments: PaymentsPolicy = field(default_factory=PaymentsPolicy)
    outcomes: OutcomePolicy = field(default_factory=OutcomePolicy)
    corroboration: CorroborationPolicy = field(default_factory=CorroborationPolicy)
    rules: RulesPolicy = field(default_factory=RulesPolicy)

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read a policy from a TOML file.

        Raises:
            PolicyError: The file is missing or not TOML in UTF-8, a key is unknown, or a value is of the
                wrong kind.
        """
        try:
            content = tomllib.loads(_decoded(Path(path).read_bytes()))
        except OSError as error:
            raise PolicyError(f"{path}: cannot read the policy: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise PolicyError(
                f"{path}: the policy is not in UTF-8 (byte {error.start + 1:,}: {error.reason}); "
                "save the file as UTF-8"
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"{path}: not valid TOML: {error}") from error
        try:
            return cls.from_dict(content)
        except PolicyError as error:
            raise PolicyError(f"{path}: {error}") from error

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Build a policy from nested tables, as `from_toml` reads them."""
        built: Self = _build(cls, content, where="")
        return built

    def to_dict(self) -> dict[str, Any]:
        """All choices as plain nested tables, defaults included."""
        return dataclasses.asdict(self)

    @property
    def sha256(self) -> str:
        """Digest of every choice; two runs with the same digest used the same policy."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _decoded(content: bytes) -> str:
    """TOML as a text; editors write a byte order mark before it, and UTF-16 without one holds zero bytes."""
    zero = content.find(0)
    if zero >= 0:
        raise UnicodeDecodeError("utf-8", content, zero, zero + 1, "zero byte")
    return content.decode("utf-8-sig")


def _build(cls: Any, content: dict[str, Any], *, where: str) -> Any:
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in hints:
            close = difflib.get_close_matches(key, hints, n=1)
            table = f" in [{where}]" if where else ""
            hint = f"; did you mean '{close[0]}'?" if close else f"; known keys: {', '.join(hints)}"
            raise PolicyError(f"unknown key '{key}'{table}{hint}", key=key)
        values[key] = _convert(hints[key], value, where=f"{where}.{key}" if where else key)
    return cls(**values)


def _convert(hint: Any, value: Any, *, where: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise PolicyError(f"[{where}] must be a table")
        return _build(hint, value, where=where)
    expected: dict[Any, tuple[type, ...]] = {float: (float, int), int: (int,), bool: (bool,), str: (str,)}
    if hint in expected:
        if not isinstance(value, expected[hint]) or (isinstance(value, bool) and hint is not bool):
            raise PolicyError(f"{where} must be {hint.__name__}, not {value!r}")
        return hint(value)
    if hint == str | None and not isinstance(value, str | None):
        raise PolicyError(f"{where} must be str, not {value!r}")
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise PolicyError(f"{where} must be a list of strings, not {value!r}")
        return tuple(value)
    return _table(hint, value, where=where) if getattr(hint, "__origin__", None) is dict else value


def _table(hint: Any, value: Any, *, where: str) -> Any:
    if not isinstance(value, dict):
        raise PolicyError(f"[{where}] must be a table")
    inner = hint.__args__[1]
    if inner is float:  # what a number may be is said by its key, which knows the bounds
        return value
    return {key: _convert(inner, item, where=f"{where}.{key}") for key, item in value.items()}
