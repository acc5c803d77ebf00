"""A comparison in words: which part of the query met which part of the listed name, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from screening.errors import PolicyError, check_kind
from screening.names.characters import script_of
from screening.names.comparison import Listed, Query, align, amounts, rate, reordered
from screening.names.korean import spelled_otherwise
from screening.names.likeness import INCIDENTAL, likeness
from screening.names.normalise import prepare, prepare_readings
from screening.names.tokens import KINDS, alike_by_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from screening.names.comparison import Option
    from screening.names.normalise import Name
    from screening.names.tokens import Kind, Token

__all__ = ["Alignment", "Comparison", "compare", "explain", "explain_best"]


Explained: TypeAlias = "tuple[tuple[Alignment, ...], tuple[str, ...]]"


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
            are there too), "cut", "missing in query" or "extra in query".
    """

    query: str
    listed: str
    similarity: float
    weight: float
    how: str


class _Said:
    """Alignments and reasons, worked out when they are first asked for."""

    __slots__ = ("_found", "_work_out")

    def __init__(self, work_out: Callable[[], Explained]) -> None:
        self._work_out = work_out
        self._found: Explained | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _Said, (partial(tuple, self()),)  # what was worked out, and not what it was worked out from

    def __call__(self) -> Explained:
        if self._found is None:
            self._found = self._work_out()
        return self._found


@dataclass(frozen=True, slots=True, repr=False)
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
    _said: _Said = field(compare=False)  # most comparisons are asked for no more than the score

    @property
    def tokens(self) -> tuple[Alignment, ...]:
        """The aligned parts, then the unaligned ones."""
        return self._said()[0]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The same in words."""
        return self._said()[1]

    def __repr__(self) -> str:
        told = ", ".join([f"{name}={getattr(self, name)!r}" for name in _TOLD])
        return f"Comparison({told})"


_TOLD: Final = ("query", "listed", "kind", "score", "tokens", "reasons")


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
    asked, name = query.name, listed.name
    if not asked.screenable or not name.screenable:
        return Comparison(asked.text, name.text, listed.kind, 0.0, _Said(_nothing_to_compare))
    chosen = align(query, listed)
    said = _Said(partial(_explained, chosen, query, listed))
    return Comparison(asked.text, name.text, listed.kind, rate(chosen, query, listed), said)


def _nothing_to_compare() -> Explained:
    return (), (
        "unscreenable: nothing to compare, too long to judge, or shown in another order than written",
    )


def _explained(chosen: list[Option], query: Query, listed: Listed) -> Explained:
    """An alignment, part by part and in words."""
    asked, name, k = query.name, listed.name, listed.k
    extra, missing = _unmet(chosen, asked, "query"), _unmet(chosen, name, "listed")
    rows = [
        Alignment(
            " ".join([asked.tokens[i].form for i in option.query]),
            " ".join([name.tokens[j].form for j in option.listed]),
            option.meeting.alike,
            option.meeting.weight,
            option.meeting.how,
        )
        for option in chosen
    ]
    rows += [Alignment(token.form, "", 0.0, token.weights[k], _EXTRA) for token in extra]
    rows += [Alignment("", token.form, 0.0, token.weights[k], _MISSING) for token in missing]
    reasons = [_met(option, query, listed) for option in chosen if option.meeting.how != "same"]
    reasons += [f"{_named(token, k)} is {_EXTRA}" for token in extra]
    reasons += [f"{_named(token, k)} is {_MISSING}" for token in missing]
    if reordered(chosen):
        reasons.append("the tokens stand in another order")
    if asked.text != name.text:
        reasons += _costs(chosen, query, listed, extra, missing)
    if asked.altered and not asked.signs:
        korean = ", as the Korean name is spelled too" if spelled_otherwise(asked.text) else ""
        reasons.append(f"read as '{asked.text}'{korean}")
    reasons += [f"warning sign in the query: {sign}" for sign in asked.signs]
    if not reasons:
        reasons = ["same text" if asked.text == name.text else _same(asked, name)]
    return tuple(rows), tuple(reasons)


_EXTRA: Final = "extra in query"
_MISSING: Final = "missing in query"


def _unmet(chosen: Sequence[Option], name: Name, side: Literal["query", "listed"]) -> list[Token]:
    """The tokens of one side that nothing met; two letters that may be initials are one there."""
    met = {place for option in chosen for place in getattr(option, side)}
    left = {place: token for place, token in enumerate(name.tokens) if place not in met}
    for start, _, token in name.compounds:
        if token.roles[0] == "initials" and start in left and start + 1 in left:
            left[start] = token
            del left[start + 1]
    return list(left.values())


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
}

_ONE_WORD: Final = "'{q}' and '{u}' are forms of one name or word ({s:.2f})"
_ONE_NUMBER: Final = "'{q}' and '{u}' are the same number, written otherwise ({s:.2f})"
_NEAR: Final = frozenset({"typo", "romanisation and typo", "consonants"})


def _met(option: Option, query: Query, listed: Listed) -> str:
    """How a part of the query is a part of the listed name, which is not simply equal."""
    meeting = option.meeting
    asked = [query.name.tokens[i] for i in option.query]
    there = [listed.name.tokens[j] for j in option.listed]
    words = _WORDS[meeting.how]
    if meeting.how == "romanisation":
        if asked[0].keys[0].isdigit() and there[0].keys[0].isdigit():
            words = _ONE_NUMBER
        elif alike_by_table(asked[0].form, there[0].form):
            words = _ONE_WORD
    q, u = _shown(asked), _shown(there)
    if q == u:  # parts of compounds that are written otherwise
        q, u = (" ".join([t.surface for t in side if t.surface]) for side in (asked, there))
    told = words.format(q=q, u=u, s=meeting.alike)
    if meeting.how in _NEAR and _lowered(option, query, listed):
        return told.replace(f"({meeting.alike:.2f})", f"({meeting.alike:.2f}; {_COMMON})")
    return told


_COMMON: Final = "a common name, so it counts for less"


def _lowered(option: Option, query: Query, listed: Listed) -> bool:
    """Whether two parts are more alike than is counted, since the one in the query is a common name."""
    a, b = dict(query.units)[option.query], dict(listed.units)[option.listed]
    return f"{likeness(a, b)[0]:.2f}" != f"{option.meeting.alike:.2f}"


def _named(token: Token, k: int) -> str:
    role = f" ({token.roles[k]})" if token.roles[k] in INCIDENTAL else ""
    return f"'{_shown([token]) if token.native else token.form}'{role}"


def _costs(
    chosen: list[Option],
    query: Query,
    listed: Listed,
    extra: Sequence[Token],
    missing: Sequence[Token],
) -> list[str]:
    """What contradicts, and how much higher the score would be without each difference."""
    whole = amounts(chosen, query, listed)
    if whole is None:
        return ["what agrees are initials or beginnings alone, which is not enough"] if chosen else []
    both, score = min(whole.extra, whole.missing), whole.score
    told, without = [], []
    if not extra and not missing:
        without.append(("what initials and beginnings leave open", whole._replace(extra=0.0, missing=0.0)))
    elif both:
        contradiction = whole._replace(extra=whole.extra - both, missing=whole.missing - both)
        if contradiction.score - score >= _LEAST:
            told.append(
                f"{_list(extra, 'extra', listed.k)} and {_list(missing, 'missing', listed.k)} "
                "contradict each other"
            )
        without.append(("the contradiction", contradiction))
    if (extra or missing) and whole.extra != whole.missing:
        rest = f"what is {'extra' if whole.extra > both else 'missing'}{' beyond it' if both else ''}"
        without.append((rest, whole._replace(extra=both, missing=both)))
    if whole.flaws:
        without.append(("differences of spelling", whole._replace(flaws=0.0)))
    if whole.reordered:
        without.append(("the other order", whole._replace(reordered=False)))
    gains = [(other.score - score, name) for name, other in without]
    gains = [(gain, name) for gain, name in gains if gain >= _LEAST]
    if gains:
        parts = ", ".join([f"{gain:.2f} without {name}" for gain, name in sorted(gains, reverse=True)])
        told.append(f"the score would be higher by {parts}")
    return told


_LEAST: Final = 0.005  # of the score; less is not told
_LISTED_WORDS: Final = 3


def _list(tokens: Sequence[Token], how: str, k: int) -> str:
    """The tokens of one side of a contradiction, without those that are incidental if there are others."""
    telling = [token for token in tokens if token.roles[k] not in INCIDENTAL] or tokens
    if not telling:
        return f"what initials and beginnings leave open ({how})"
    named = ", ".join([_named(token, k) for token in telling[:_LISTED_WORDS]])
    more = len(telling) - _LISTED_WORDS
    return f"{named}{f' and {more} more' if more > 0 else ''} ({how})"


def _shown(tokens: Sequence[Token]) -> str:
    """Tokens as they are written, and how they are read if that is something else: "иванов (ivanov)"."""
    read = " ".join([token.form for token in tokens])
    written = " ".join([token.native or token.form for token in tokens])
    return read if read == written else f"{written} ({read})"
