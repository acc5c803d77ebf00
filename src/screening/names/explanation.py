"""A comparison in words: which part of the query met which part of the listed name, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from screening.errors import PolicyError, check_kind
from screening.names.characters import script_of
from screening.names.comparison import Listed, Query, align, rate
from screening.names.korean import spelled_otherwise
from screening.names.likeness import INCIDENTAL
from screening.names.normalise import prepare, prepare_readings
from screening.names.tokens import KINDS, alike_by_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from screening.names.comparison import Meeting
    from screening.names.normalise import Name
    from screening.names.tokens import Kind, Token

__all__ = ["Alignment", "Comparison", "compare", "explain", "explain_best"]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which part of the query met which part of the listed name.

    Attributes:
        query: The part of the query in plain Latin letters, empty if the listed part met nothing.
        listed: The part of the listed name, empty if the query's part met nothing.
        similarity: 0 to 1.
        weight: How much it counts.
        how: "same", "romanisation", "typo", "romanisation and typo", "script", "consonants", "initial",
            "glued", "glued, in sound", "glued, in another script", "acronym", "own acronym" (of words that
            are there too), "cut", "number", "missing in query" or "extra in query".
    """

    query: str
    listed: str
    similarity: float
    weight: float
    how: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A score and everything it was made of.

    Attributes:
        score: 0 to 1.
        tokens: The aligned parts, then the unaligned ones.
        reasons: The same in words.
    """

    query: str
    listed: str
    kind: Kind
    score: float
    tokens: tuple[Alignment, ...]
    reasons: tuple[str, ...]


def compare(a: str, b: str, *, kind: Kind = "individual") -> Comparison:
    """Compare a name with a listed name.

    Args:
        a: The name as a payment holds it.
        b: The name as the list holds it.
        kind: What the listed party is: "individual" or "entity".

    Returns:
        Score, alignment and reasons. A name with nothing to compare scores 0 and says so.

    Raises:
        PolicyError: `kind` is neither of the two.
        ArgumentError: A name is no text.

    Example:
        >>> result = compare("Khaled Abdulrahman Altesti", "Khalid ABDUL-RAHMAN AL-TESTI")
        >>> round(result.score, 2)
        0.97
        >>> result.reasons[0]
        "'khaled' is 'khalid' in another spelling (0.94)"
    """
    for name in (a, b):
        check_kind("a name", name, str, instead="compare() takes two names as text")
    if kind not in KINDS:
        raise PolicyError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    asked = _asked(a) if len(a) <= _USUAL else _asked.__wrapped__(a)
    listed = _listed(b, kind) if len(b) <= _USUAL else _listed.__wrapped__(b, kind)
    return explain_best(a, asked, listed)


_REMEMBERED: Final = 1 << 11  # names that are kept ready: one is compared with many
_USUAL: Final = 60  # characters of a name that is kept; what is derived from a longer one may be large


@lru_cache(maxsize=_REMEMBERED)
def _asked(text: str) -> tuple[Query, ...]:
    return tuple([Query.ready(name) for name in prepare_readings(text)])


@lru_cache(maxsize=_REMEMBERED)
def _listed(text: str, kind: Kind) -> Listed:
    return Listed.ready(prepare(text), kind)


def explain_best(text: str, readings: Iterable[Query], listed: Listed) -> Comparison:
    """The comparison of a text that may be read in several ways: the best, and the first of equals."""
    best = max([explain(query, listed) for query in readings], key=_BY_SCORE)
    return best if best.query == text else replace(best, query=text)


_BY_SCORE: Final = attrgetter("score")


def explain(query: Query, listed: Listed) -> Comparison:
    """`compare` for names that were made ready before."""
    asked, name, kind, k = query.name, listed.name, listed.kind, listed.k
    if not asked.screenable or not name.screenable:
        reason = "unscreenable: nothing to compare, too long to judge, or shown in another order than written"
        return Comparison(asked.text, name.text, kind, 0.0, (), (reason,))
    q, u = asked.tokens, name.tokens
    chosen = align(query, listed)
    met_q = {i for option in chosen for i in option.query}
    met_u = {j for option in chosen for j in option.listed}
    rows = [
        Alignment(
            " ".join([q[i].form for i in option.query]),
            " ".join([u[j].form for j in option.listed]),
            option.meeting.alike,
            option.meeting.weight,
            option.meeting.how,
        )
        for option in chosen
    ]
    reasons = [
        _met([q[i] for i in there], [u[j] for j in here], meeting)
        for _, there, here, meeting in chosen
        if meeting.how != "same"
    ]
    extra = [token for i, token in enumerate(q) if i not in met_q]
    missing = [token for j, token in enumerate(u) if j not in met_u]
    rows += [Alignment(token.form, "", 0.0, token.weights[k], "extra in query") for token in extra]
    rows += [Alignment("", token.form, 0.0, token.weights[k], "missing in query") for token in missing]
    reasons += [_unmet(token, k, "extra in query") for token in extra]
    reasons += [_unmet(token, k, "missing in query") for token in missing]
    result = rate(chosen, query, listed)
    order = [option.listed[0] for option in chosen if option.listed]
    if order != sorted(order):
        reasons.append("the tokens stand in another order")
    if asked.altered and not asked.signs:
        korean = ", as the Korean name is spelled too" if spelled_otherwise(asked.text) else ""
        reasons.append(f"read as '{asked.text}'{korean}")
    reasons += [f"warning sign in the query: {sign}" for sign in asked.signs]
    if not reasons:
        reasons = ["same text" if asked.text == name.text else _same(asked, name)]
    return Comparison(asked.text, name.text, kind, result, tuple(rows), tuple(reasons))


def _same(asked: Name, listed: Name) -> str:
    scripts = {token.script for token in asked.tokens}
    if scripts != {token.script for token in listed.tokens}:
        return "same in another script"
    characters = [{c for c in name.text if script_of(c) == "han"} for name in (asked, listed)]
    if characters[0] != characters[1]:
        return "same in other forms of the characters"
    return "same after case, accents and punctuation"


_WORDS: Final = {
    "romanisation": "'{q}' is '{u}' in another spelling ({s:.2f})",
    "typo": "'{q}' is '{u}' with a typo ({s:.2f})",
    "romanisation and typo": "'{q}' is '{u}' in another spelling with a typo ({s:.2f})",
    "script": "'{q}' may be '{u}' in another script ({s:.2f})",
    "consonants": "'{q}' has nearly the consonants of '{u}' in another script ({s:.2f})",
    "initial": "'{q}' and '{u}' agree in the initial",
    "glued": "'{q}' and '{u}' are the same letters, cut elsewhere",
    "glued, in sound": "'{q}' and '{u}' sound the same, cut elsewhere",
    "glued, in another script": "'{q}' may be '{u}' in another script, cut elsewhere",
    "acronym": "'{q}' is the acronym of '{u}'",
    "own acronym": "'{q}' is the acronym of the name beside it",
    "cut": "'{q}' is the beginning of '{u}', cut off",
    "number": "'{q}' and '{u}' are one number",
}

_ONE_WORD: Final = "'{q}' and '{u}' are forms of one name or word ({s:.2f})"


def _met(asked: Sequence[Token], listed: Sequence[Token], meeting: Meeting) -> str:
    tabled = meeting.how == "romanisation" and alike_by_table(asked[0].form, listed[0].form)
    words = _ONE_WORD if tabled else _WORDS[meeting.how]
    q, u = _shown(asked), _shown(listed)
    if q == u:  # parts of compounds that are written otherwise
        q, u = asked[0].surface or q, listed[0].surface or u
    return words.format(q=q, u=u, s=meeting.alike)


def _unmet(token: Token, k: int, how: str) -> str:
    role = f" ({token.roles[k]})" if token.roles[k] in INCIDENTAL else ""
    shown = _shown([token]) if token.native else token.form
    return f"'{shown}'{role} is {how}"


def _shown(tokens: Sequence[Token]) -> str:
    """Tokens as they are written, and how they are read if that is something else: "иванов (ivanov)"."""
    read = " ".join([token.form for token in tokens])
    written = " ".join([token.native or token.form for token in tokens])
    return read if read == written else f"{written} ({read})"
