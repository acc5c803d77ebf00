"""A rule as a value: what it looks for, where that comes from, and every number it depends on."""

from __future__ import annotations

import dataclasses
import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from screening.errors import PolicyError
from screening.reference.currencies import currency_code, exponents
from screening.reference.dated import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import numpy as np
    import numpy.typing as npt

    from screening.policy import OutcomePolicy, Policy, RulesPolicy
    from screening.rules.book import Book
    from screening.rules.findings import Finding

    Look = Callable[..., Finding | tuple[Finding, ...]]
    Narrow = tuple[str, Callable[..., npt.NDArray[np.bool_]]]

__all__ = [
    "FAMILIES",
    "Parameter",
    "Rule",
    "RuleFactory",
    "amount",
    "apply_policy",
    "choice",
    "count",
    "duration",
    "ratio",
    "rule",
    "share",
    "threshold_code",
]

FAMILIES: Final = {
    "L": "evasion",
    "D": "completeness",
    "S": "structuring",
    "G": "graph",
    "V": "behaviour",
    "C": "corridors",
    "F": "travel",
    "N": "donations",
    "K": "cash",
    "X": "virtual_assets",
    "T": "texts",
}
"""Family, which is the letter in a rule id -> what it is about."""

_DAY: Final = 86_400_000_000
_LONGEST: Final = 36_525 * _DAY
_LENGTHS: Final = {"minutes": _DAY // 1440, "hours": _DAY // 24, "days": _DAY}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number, word or choice a rule depends on.

    Attributes:
        name: Keyword of the rule's factory and key in the policy.
        value: Default, or what the policy put in its place.
        unit: "days", "hours", "minutes", "base units" (of money), "share", "count", "ratio" or "word".
        meaning: What it stands for, in a few words.
        among: Words that a word may be: themselves, or "table.column" of the reference data.
    """

    name: str
    value: float | str
    unit: str
    meaning: str = ""
    among: str | tuple[str, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        if self.unit == "share":
            return f"{float(self.value):.0%}"
        if self.unit in _LENGTHS and self.value == 1:
            return f"1 {self.unit[:-1]}"
        if self.unit in (*_LENGTHS, "base units"):
            return f"{self.value:,} {self.unit}".replace(",", " ")
        if self.unit == "ratio":
            return f"{self.value:g}"
        return f"{self.value}"

    @property
    def argument(self) -> Any:
        """What the rule's function receives: lengths of time in microseconds, all else as it is."""
        if self.unit in _LENGTHS:
            return round(float(self.value) * _LENGTHS[self.unit])
        return self.value

    def replace(self, value: Any, *, rule: str) -> Parameter:
        """The same parameter with another value of the same kind."""
        if isinstance(self.value, str):
            if not isinstance(value, str):
                raise PolicyError(f"{rule}: {self.name} must be a word, not {value!r}")
            return dataclasses.replace(self, value=value)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or (self.unit == "count" and value != int(value)):
            wanted = "a whole number" if self.unit == "count" else "a number"
            raise PolicyError(f"{rule}: {self.name} must be {wanted} ({self.unit}), not {value!r}")
        if not 0 <= value < float("inf"):
            raise PolicyError(f"{rule}: {self.name} must not be negative or endless, not {value!r}")
        if self.unit == "count" and value < 1 <= float(self.value):
            raise PolicyError(f"{rule}: {self.name} must be at least 1 (count), not {value!r}")
        if self.unit in _LENGTHS and not 1 <= value * _LENGTHS[self.unit] <= _LONGEST:
            raise PolicyError(f"{rule}: {self.name} must be from a microsecond to 100 years, not {value!r}")
        return dataclasses.replace(self, value=int(value) if self.unit == "count" else value)


def count(name: str, value: int, meaning: str = "") -> Parameter:
    """A whole number of things."""
    return Parameter(name, value, "count", meaning)


def share(name: str, value: float, meaning: str = "") -> Parameter:
    """A part of a whole, 0.85 for 85 %."""
    return Parameter(name, value, "share", meaning)


def ratio(name: str, value: float, meaning: str = "") -> Parameter:
    """A factor without a unit."""
    return Parameter(name, value, "ratio", meaning)


def amount(name: str, value: float, meaning: str = "") -> Parameter:
    """Money in major units of the base currency."""
    return Parameter(name, value, "base units", meaning)


def duration(
    name: str, value: float, unit: str = "days", meaning: str = "how far it looks back"
) -> Parameter:
    """A length of time in days, hours or minutes."""
    return Parameter(name, value, unit, meaning)


def choice(name: str, value: str, meaning: str = "", *, among: str | tuple[str, ...] = ()) -> Parameter:
    """A word, such as a threshold code or a field profile; one of `among`, where that is given."""
    return Parameter(name, value, "word", meaning, among)


def threshold_code(value: str) -> Parameter:
    """The limit that a rule looks for, by its code in the reference table of thresholds."""
    return choice("threshold", value, "code in the reference table of thresholds", among="thresholds.code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A detection rule; two rules are equal when they would flag the same payments.

    Attributes:
        id: Such as "TF-S01".
        title: A few words.
        family: One of `FAMILIES`, or a word of your own; scores are capped by family (policy, outcomes).
        definition: What it looks for, in one plain sentence.
        source: Document and paragraph the rule is drawn from.
        weight: 5-10 weak context, 15-20 ordinary, 25-35 strong, 40 and more needs review on its own.
        parameters: Every number it depends on.
        requires: Columns without which it is not evaluable; "a|b" where one of several will do.
        keys: Values without which a single payment is not evaluable.
        optional: Columns it uses where they are there.
        window: How far back it looks, in words; "row" for the payment alone.
        key: Whose payments it looks at together, in words.
        scope: The same for the machine (`screening.rules.scopes`), or a function from the parameters to it.
            A rule that names none looks at the whole, which is always right and the dearest.
        narrow: For a rule that looks at the whole: a scope, and a function like the rule's own that finds,
            in a part dealt out by that scope, which payments the rule can do without: it is false for them.
        upon: Ids of rules whose findings it builds upon.
        flows: Whether it looks at money that moved: payments rejected or returned are then not counted.
        context: Never an alert of its own: it raises the score of other rules.
        enabled: False for a rule that is shipped switched off.
        version: Raised whenever the same parameters may give other flags.
        reason: Sentence for the analyst, with {parameter} and {fact} in braces.
        evaluate: The function that looks.
    """

    id: str
    title: str
    family: str
    definition: str
    source: str
    weight: float
    parameters: tuple[Parameter, ...] = ()
    requires: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    window: str = "row"
    key: str = "payment"
    scope: tuple[str, ...] | Callable[..., tuple[str, ...]] = field(default=("whole",), compare=False)
    narrow: Narrow | None = field(default=None, compare=False, repr=False)
    upon: tuple[str, ...] = ()
    flows: bool = False
    context: bool = False
    enabled: bool = True
    version: str = "1"
    reason: str
    evaluate: Look = field(compare=False, repr=False)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the rule's function receives, by keyword."""
        return {item.name: item.argument for item in self.parameters}

    @property
    def scopes(self) -> tuple[str, ...]:
        """Its scope with the parameters it has: one for all of its findings, or one for each."""
        return self.scope(**self.arguments) if callable(self.scope) else self.scope

    def look(self, book: Book) -> tuple[Finding, ...]:
        """Evaluate the rule on prepared payments."""
        found = self.evaluate(book, **self.arguments)
        return found if isinstance(found, tuple) else (found,)

    def with_parameters(self, **values: Any) -> Rule:
        """The same rule with other parameters.

        Raises:
            PolicyError: No such parameter, or a value of the wrong kind.
        """
        names = [item.name for item in self.parameters]
        for name in values:
            if name not in names:
                close = difflib.get_close_matches(name, names, n=1)
                hint = f"did you mean '{close[0]}'?" if close else f"it has: {', '.join(names) or 'none'}"
                raise PolicyError(f"{self.id} has no parameter '{name}'; {hint}", rule=self.id)
        parameters = tuple(
            item.replace(values[item.name], rule=self.id) if item.name in values else item
            for item in self.parameters
        )
        return dataclasses.replace(self, parameters=parameters)


class RuleFactory:
    """Makes one rule, with its defaults or with parameters of your own: `structuring(threshold="eu_cash")`.

    Attributes:
        default: The rule with the catalogue's parameters.
    """

    def __init__(self, default: Rule, function: Look) -> None:
        self.default = dataclasses.replace(default, evaluate=self.evaluate)
        self._function = function
        self.__doc__ = function.__doc__
        self.__name__ = self.__qualname__ = function.__name__
        self.__module__ = function.__module__

    def __call__(self, **parameters: Any) -> Rule:
        """The rule, with some parameters in place of the catalogue's."""
        return self.default.with_parameters(**parameters) if parameters else self.default

    def evaluate(self, book: Book, **arguments: Any) -> Finding | tuple[Finding, ...]:
        """Look through prepared payments."""
        return self._function(book, **arguments)

    def __reduce__(self) -> str:
        return self.__qualname__  # pickled by name, as a function is, so that rules travel to workers

    def __repr__(self) -> str:
        return f"<{self.__name__}: {self.default.id}>"


def rule(
    id: str,  # noqa: A002  # the word the catalogue uses
    title: str,
    *,
    definition: str,
    source: str,
    weight: float,
    reason: str,
    family: str | None = None,
    parameters: tuple[Parameter, ...] = (),
    **attributes: Any,
) -> Callable[[Look], RuleFactory]:
    """Turn a function over prepared payments into a factory of rules.

    Args:
        id: Such as "TF-S01" or "BANK-7".
        title: A few words.
        definition: What it looks for, in one plain sentence.
        source: Document and paragraph it is drawn from.
        weight: See `Rule`.
        reason: Sentence for the analyst, with {parameter} and {fact} in braces.
        family: One of `FAMILIES`, or a word of your own; only an id such as "TF-S01" has one by default: the
            letter after "TF-".
        parameters: Every number the function takes, in the order of its keywords.
        attributes: Other attributes of `Rule`.

    Raises:
        PolicyError: No family, and an id that tells none.

    Example:
        >>> import polars as pl
        >>> @rule(
        ...     "BANK-1",
        ...     "Gift cards",
        ...     family="T",
        ...     weight=10,
        ...     definition="The text of a large payment names gift cards.",
        ...     source="own risk assessment 2026, 4.2",
        ...     parameters=(amount("floor", 500),),
        ...     requires=("remittance_text",),
        ...     reason="names gift cards and is at least {floor}",
        ... )
        ... def gift_cards(book, *, floor):
        ...     return book.where(pl.col("remittance_text").str.contains("gift card"), book.at_least(floor))
        >>> gift_cards(floor=200).parameters[0]
        Parameter(name='floor', value=200, unit='base units', meaning='')
    """

    def wrap(function: Look) -> RuleFactory:
        default = Rule(
            id=id,
            title=title,
            family=family or _family_of(id),
            definition=definition,
            source=source,
            weight=weight,
            reason=reason,
            parameters=parameters,
            evaluate=function,
            **attributes,
        )
        return RuleFactory(default, function)

    return wrap


def _family_of(name: str) -> str:
    """The letter in an id of the catalogue's form; an id of another form tells no family."""
    told = re.fullmatch(r"TF-([A-Z])\d+", name)
    if told is None or told[1] not in FAMILIES:
        letters = ", ".join(f"{letter} ({family})" for letter, family in FAMILIES.items())
        raise PolicyError(
            f"rule '{name}' needs a family, since its id tells none; write family= with one of {letters}, or "
            "a word of your own",
            rule=name,
        )
    return told[1]


def apply_policy(rules: Iterable[Rule], policy: Policy, *, known: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """Put the policy's parameters and weights into rules and switch rules on and off.

    Args:
        rules: Rules to run.
        policy: Its section [rules]; what [outcomes] says of rules and families is only checked here.
        known: The catalogue: ids the policy may name without their being among `rules`.

    Raises:
        PolicyError: Two rules of one id; an id, family, parameter, reference table, jurisdiction or
            currency that does not exist.
    """
    settings = policy.rules
    chosen: dict[str, Rule] = {}
    for item in rules:
        if item.id in chosen:
            raise PolicyError(
                f"two rules with the id '{item.id}'; give one of them an id of its own", rule=item.id
            )
        chosen[item.id] = item
    for name in (*settings.off, *settings.on, *settings.parameters, *settings.weights):
        _refuse_unknown("rule", name, [*chosen, *known], where="[rules]")
    _check_outcomes(policy.outcomes, chosen.values(), known)
    _check_law(settings)
    both = sorted(set(settings.off) & set(settings.on))
    if both:
        raise PolicyError(f"rule '{both[0]}' is both on and off in [rules]", rule=both[0])
    for name, values in settings.parameters.items():
        if not isinstance(values, dict):
            raise PolicyError(f"[rules.parameters.{name}] must be a table of parameters")
        target = chosen.get(name) or known[name]
        changed = target.with_parameters(**values)
        _check_words(changed, settings)
        _check_shares(target, values)
        if name in chosen:
            chosen[name] = changed
    for item in chosen.values():
        _check_words(item, settings)
    return tuple(
        dataclasses.replace(
            item,
            weight=settings.weights.get(item.id, item.weight),
            enabled=(item.enabled or item.id in settings.on) and item.id not in settings.off,
        )
        for item in chosen.values()
    )


def _check_shares(rule: Rule, values: Mapping[str, Any]) -> None:
    """Refuse more than a whole where the default is a part of one; "1.05 of the credits" may be more."""
    for item in rule.parameters:
        value = values.get(item.name, 0)
        if item.unit == "share" and float(item.value) < 1 < value:
            raise PolicyError(
                f"{rule.id}: {item.name} must be from 0 to 1 (share, 0.85 for 85 %), not {value!r}",
                rule=rule.id,
            )


def _check_words(rule: Rule, settings: RulesPolicy) -> None:
    """Refuse a word that nothing is called by: the rule would be blind in every payment, and silent.

    A default may be missing from a table of the bank's own, which then holds no such limit on purpose.
    """
    for item in rule.parameters:
        known = {*item.among}
        if isinstance(item.among, str):
            table, column = item.among.split(".")
            known = {row[column] for row in read_table(table, settings.reference.get(table)).rows}
            if item.name not in settings.parameters.get(rule.id, {}):
                known |= {row[column] for row in read_table(table).rows}
        if known and item.value not in known:
            close = difflib.get_close_matches(str(item.value), sorted(known), n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise PolicyError(
                f"{rule.id}: {item.name} must be one of {', '.join(sorted(known))}, not {item.value!r}{hint}",
                rule=rule.id,
            )


def _check_law(settings: RulesPolicy) -> None:
    """Refuse a table, currency or jurisdiction that does not exist: other limits would hold."""
    tables = {name: read_table(name, path) for name, path in settings.reference.items()}
    code = settings.base_currency
    if code not in exponents():
        known = currency_code(code)
        hint = f"did you mean '{known}'?" if known in exponents() else "write an ISO 4217 code, such as 'EUR'"
        raise PolicyError(f"unknown currency '{code}' in rules.base_currency; {hint}", name=code)
    place = settings.jurisdiction
    there = {
        "*",
        *(row["jurisdiction"] for row in (tables.get("thresholds") or read_table("thresholds")).rows),
    }
    if place in there:
        return
    areas = (tables.get("areas") or read_table("areas")).rows
    member_of = {
        row["area"].upper() for row in areas if (row["country"], row["valid_to"]) == (place.upper(), None)
    }
    near = sorted({place.upper(), *member_of} & there)
    hint = f"use '{near[0]}'" if near else f"there are {', '.join(sorted(there))}, where * is the FATF text"
    raise PolicyError(
        f"no thresholds of '{place}' (rules.jurisdiction); {hint}, or name a table of your own in "
        "rules.reference",
        name=place,
        known=sorted(there),
    )


def _check_outcomes(policy: OutcomePolicy, rules: Iterable[Rule], known: Iterable[str]) -> None:
    """Refuse what is said of a rule or family that does not exist: it would never come about."""
    ids = [*(rule.id for rule in rules), *known]
    for key, names in _rules_named_in(policy).items():
        for name in names:
            _refuse_unknown("rule", name, ids, where=f"outcomes.{key}")
    for name in policy.family_caps:
        families = [*FAMILIES.values(), *(rule.family for rule in rules)]
        _refuse_unknown("family", name, families, where="outcomes.family_caps")


def _rules_named_in(policy: OutcomePolicy) -> dict[str, Iterable[str]]:
    """Key -> the rules that it names."""
    return {
        "forced": policy.forced,
        "hold_in_high_risk": policy.hold_in_high_risk,
        "context_divisors": policy.context_divisors,
        "uncounted_rules": policy.uncounted_rules,
        "high_risk_rule": (policy.high_risk_rule,),
    }


def _refuse_unknown(what: str, name: str, known: Iterable[str], *, where: str) -> None:
    there = sorted(set(known))
    if name not in there:
        close = difflib.get_close_matches(name, there, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(there)}"
        raise PolicyError(f"unknown {what} '{name}' in {where}; {hint}", name=name, known=there)
