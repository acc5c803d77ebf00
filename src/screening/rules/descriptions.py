"""Rules told to a reader: one line each, one page for one, and the whole catalogue for the documentation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from screening.reference.dated import read_table
from screening.rules.book import ALTERNATIVES, PARTY_FIELDS
from screening.rules.catalogue import LEFT_OUT, RULES
from screening.rules.rule import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from screening.rules.rule import Rule

__all__ = ["describe", "list_rules", "render_catalogue"]


def list_rules(rules: Sequence[Rule] = RULES) -> pl.DataFrame:
    """One row per rule: `id title family weight window key status`.

    Example:
        >>> list_rules().row(0, named=True)["title"]
        'Jurisdiction exposure'
    """
    return pl.DataFrame(
        [
            {
                "id": rule.id,
                "title": rule.title,
                "family": FAMILIES.get(rule.family, rule.family),
                "weight": float(rule.weight),
                "window": rule.window,
                "key": rule.key,
                "status": _status(rule),
            }
            for rule in rules
        ],
        schema_overrides={"weight": pl.Float64()},
    )


def describe(rule: Rule, *, width: int = 96) -> str:
    """One rule in full, as text for a terminal.

    Example:
        >>> from screening.rules.structuring import structuring
        >>> print(describe(structuring()).splitlines()[0])
        TF-S01  Structuring below a threshold
    """
    lines = [f"{rule.id}  {rule.title}", "", *textwrap.wrap(rule.definition, width), ""]
    facts = {
        "family": f"{FAMILIES.get(rule.family, rule.family)} ({rule.family})",
        "weight": f"{rule.weight:g} ([rules.weights] in the policy)",
        "window": rule.window,
        "looks together at": rule.key,
        "needs": _all_of(rule.requires) or "nothing beyond the required columns",
        "needs in each payment": _all_of(rule.keys) or "nothing",
        "uses where present": ", ".join(rule.optional) or "nothing more",
        "leaves out": "rejected and returned payments" if rule.flows else "no payment by its status",
        "status": _status(rule),
        "source": rule.source,
        "version": rule.version,
        "tells": rule.reason,
    }
    for name, text in facts.items():
        lines += textwrap.wrap(text, width, initial_indent=f"{name + ':':23}", subsequent_indent=" " * 23)
    if rule.parameters:
        lines += ["", 'parameters ([rules.parameters."' + rule.id + '"] in the policy):']
        lines += [f"  {item.name:18} {item!s:18} {item.meaning}".rstrip() for item in rule.parameters]
    return "\n".join(lines) + "\n"


def render_catalogue(rules: Sequence[Rule] = RULES) -> str:
    """The catalogue as Markdown, which docs/rules.md must equal."""
    parts = [_PREFACE.format(count=len(rules))]
    for letter, family in FAMILIES.items():
        chosen = [rule for rule in rules if rule.family == letter]
        if chosen:
            parts.append(f"## {letter}: {family.replace('_', ' ')}\n")
            parts += [_section(rule) for rule in chosen]
    parts.append("## Amounts in law\n")
    parts.append(_THRESHOLDS.format(rows="\n".join(_law(row) for row in read_table("thresholds").rows)))
    parts.append("## What is left out, and why\n")
    parts.append("\n".join(f"- **{name}**: {reason}" for name, reason in LEFT_OUT.items()) + "\n")
    names = "\n".join(
        f"- `{name}`: {', '.join(f'`{part}`' for part in columns)}" for name, columns in ALTERNATIVES.items()
    )
    parts.append("## Names that stand for several columns\n")
    parts.append("The first that holds a value counts.\n\n" + names + "\n")
    parts.append("## The table of parties\n")
    fields = ", ".join(f"`{name}`" for name in PARTY_FIELDS)
    parts.append(_PARTIES.format(fields=fields))
    return "\n".join(parts)


def _section(rule: Rule) -> str:
    lines = [f"### {rule.id} {rule.title}\n", rule.definition + "\n"]
    lines.append(
        f"- weight {rule.weight:g}; window: {rule.window}; looks together at: {rule.key}; {_status(rule)}"
    )
    lines.append(f"- needs {_all_of(rule.requires, mark='`') or 'nothing beyond the required columns'}")
    if rule.keys:
        lines.append(f"- not evaluable for a payment without {_all_of(rule.keys, mark='`')}")
    if rule.optional:
        lines.append(f"- uses where present {', '.join(f'`{name}`' for name in rule.optional)}")
    lines.append(f"- source: {rule.source}")
    if rule.parameters:
        lines += ["", "| parameter | default | meaning |", "|---|---|---|"]
        lines += [f"| `{item.name}` | {item} | {item.meaning} |" for item in rule.parameters]
    return "\n".join(lines) + "\n"


def _law(row: Mapping[str, Any]) -> str:
    amount = f"{float(row['amount']):,.12g} {row['currency']}".replace(",", " ")
    dates = f"{row['valid_from']} | {row['valid_to'] or ''}"
    return f"| `{row['code']}` | {row['jurisdiction']} | {amount} | {dates} | {row['source']} |"


def _status(rule: Rule) -> str:
    if not rule.enabled:
        return "shipped switched off"
    return "context only, never an alert alone" if rule.context else "on"


def _all_of(names: Sequence[str], *, mark: str = "") -> str:
    return ", ".join(" or ".join(f"{mark}{part}{mark}" for part in name.split("|")) for name in names)


_PREFACE: Final = """\
# The rules

{count} rules, made from the catalogue in `src/screening/rules/` by `scripts/write_rules_doc.py`; do not edit.
Every default without a source named next to it is a starting value, to be calibrated by the bank.

How to read a rule:

- A window is `(t - length, t]` and holds all payments of the same instant, so the order of a file changes
  nothing. A rule looks back only: what it says of a payment never changes by later payments.
- A column of the batch that the table of earlier payments lacks is null in them: nothing is known of it, so
  that what a rule asks for may be new or absent, and a party that the batch calls by that column has no past.
  Only their `amount_base_minor` is made, at the round number of `currency_scale`. The manifest warns of every
  such column.
- Money is compared in whole minor units. With `amount_base_minor` all amounts are in the base currency of the
  policy. Without it every currency is looked at on its own: sums never mix currencies, and an amount in base
  units is taken at the round number of the reference table `currency_scale`. A currency that is not in that
  table makes a payment not evaluable for rules about amounts.
- Cash paid in belongs to the beneficiary, cash taken out and card payments to the originator; a loan is paid
  out to the beneficiary.
- High-risk means: conflict or border class, or a FATF call for action, as of the payment. A conduit or a
  grey-listed country alone is not high-risk.
- What a rule could not look at is listed as not evaluable, with the reason and the number of payments.
- `threshold` names an amount in law, as of the day of the payment: see [below](#amounts-in-law).

Every number is a key of the policy, and the manifest of a run keeps those in force:

```toml
[rules]
jurisdiction = "EU"              # whose amounts in law hold

[rules.weights]
"TF-S01" = 20                    # points; parameters that read "times the weight" follow in proportion

[rules.parameters."TF-S01"]
window = 10                      # in the unit of the default
```

A weight is above 0; `off` names the rules that shall not count. Keys of `[outcomes]` that speak of weights
(`review_weight`, `high_risk_from`, `hold_in_high_risk`, `context_divisors`) do not follow.

Guard rails: no rule looks at the ethnicity of a name, at faith, at the nationality of a person or at
language. Places are those of the legs of a payment. No term of faith is in the lexicon. Being a non-profit
organisation
fires nothing: rules of the family of donations need a second fact, and the seasons of giving raise the bar.
"""

_THRESHOLDS: Final = """\
The reference table `thresholds` as shipped (`src/screening/reference/data/thresholds.csv`). A row of the
policy's `jurisdiction` comes first, then one of `*`. A row in another currency than that of the payment is
brought over by `currency_scale`. `rules.reference` puts a table of the bank's own in its place.

`cash_report`: cash and structuring; `r10`: occasional customers; `r16_de_minimis`: travel rule; `r32`: cash
courier; `va_travel_rule`: virtual assets.

| code | jurisdiction | amount | from | until | source |
|---|---|---|---|---|---|
{rows}
"""

_PARTIES: Final = """\
`assess(..., parties=...)` takes one row per `party_id`, with any of {fields}.
It is joined to both sides by their party, so that `type` gives `originator_type` and `beneficiary_type`; a
column of that name in the payments comes first. Several values are written with blanks
(`expected_countries`) or
semicolons (`holder_aliases`) between them; `officer_of` is the party id of the company; `case_status` is
`suspended` or `confirmed`, and empty for all other parties. A table with an unknown column or status, a value
that cannot be read or a party that comes twice is refused.
"""
