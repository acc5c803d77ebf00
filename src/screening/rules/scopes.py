r"""How far a rule looks: the key by which payments may be dealt out without changing what it says.

A scope is one word, written at the rule:

| scope | its flags are the same as long as ... stay together |
|---|---|
| `row` | nothing: it looks at the payment alone |
| `originator_party` (or any other key) | the payments that share this key |
| `originator_party+beneficiary_party` | the payments that have the originator on either side |
| `account`, `party` | the payments that have the account or party of either side on either side |
| `card_id\\|originator_account` | those of the first of these columns that the table has |
| `whole` | all payments |

A rule that returns one finding for each of several keys names one scope for each, in that order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from screening.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from screening.rules.findings import Finding
    from screening.rules.rule import Rule

__all__ = ["ROW", "SIDES", "WHOLE", "Scope", "aligned", "read_scope", "scopes_of"]

ROW: Final = "row"
WHOLE: Final = "whole"
SIDES: Final = {kind: (f"originator_{kind}", f"beneficiary_{kind}") for kind in ("account", "party")}
"""Kind of key that both sides of a payment have -> the key of each side."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope, read.

    Attributes:
        owner: The key to which a flag belongs: "row", "whole", "account", "party" or a key of one column.
        keys: The keys by which a payment is dealt out: to the owner of each of them.
        group: What it is dealt out by: "row", "whole", "account", "party" or the key.
        alternatives: Whether payments without the key are judged as well.
    """

    owner: str
    keys: tuple[str, ...]
    group: str
    alternatives: bool = False


def read_scope(text: str, has: Callable[[str], bool]) -> Scope:
    """Read a scope.

    Args:
        text: As written at a rule.
        has: Whether a table has a key.

    Example:
        >>> read_scope("originator_account+beneficiary_account", lambda name: True).group
        'account'
    """
    several = "|" in text
    if several:
        parts = text.split("|")
        text = next((part for part in parts if has(part)), parts[0])
    if text in (ROW, WHOLE):
        return Scope(text, (), text)
    if text in SIDES:
        return Scope(text, SIDES[text], text)
    keys = tuple(text.split("+"))
    group = next((kind for kind, sides in SIDES.items() if keys[0] in sides), keys[0])
    return Scope(keys[0], keys, group, several)


def scopes_of(rule: Rule, has: Callable[[str], bool]) -> tuple[Scope, ...]:
    """The scopes of a rule with its parameters, in the order of its findings."""
    return tuple(read_scope(text, has) for text in rule.scopes)


def aligned(
    rule: Rule, findings: Sequence[Finding], has: Callable[[str], bool]
) -> list[tuple[int, Scope, Finding]]:
    """Each finding with its scope and that scope's number.

    Raises:
        PolicyError: The rule returned neither one finding per scope nor one per key that the table has.
    """
    scopes = list(enumerate(scopes_of(rule, has)))
    if len(scopes) == 1:
        return [(0, scopes[0][1], finding) for finding in findings]
    if len(findings) != len(scopes):
        scopes = [(number, scope) for number, scope in scopes if not scope.keys or all(map(has, scope.keys))]
    if len(findings) != len(scopes):
        raise PolicyError(
            f"{rule.id} names the scopes {', '.join(rule.scopes)} but returned {len(findings)} findings; "
            "it must return one for each, or one for each whose key is there",
            rule=rule.id,
        )
    return [(number, scope, finding) for (number, scope), finding in zip(scopes, findings, strict=True)]
