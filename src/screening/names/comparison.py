"""The one definition of the score: how well a name agrees with a listed name, and why.

Tokens of both names are aligned one to one (or one to several, where a name is written together). Agreement
earns the weight of the token, less what a typo or a spelling costs. What stays unaligned costs: most when
both names hold something the other lacks (they contradict each other), less when one is merely longer. The
less distinctive evidence there is, the more every difference costs, except that a part is left out; and what
differs counts for more where the order differs too.

    score = (agreed - flaws) / (agreed + loss)

The score is a pure function of the two names, their kind and the versioned tables of `lexicon`; nothing
else on the list and nothing else in the batch can move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar

from rapidfuzz.distance import OSA

from screening.names.tokens import ABJADS, KINDS, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    import numpy.typing as npt

    from screening.names.normalise import Name

__all__ = [
    "INCIDENTAL",
    "OF_THEIR_OWN",
    "SCORE_VERSION",
    "Kind",
    "Listed",
    "Meeting",
    "Option",
    "Query",
    "align",
    "in_kind",
    "likeness",
    "rank",
    "rate",
    "score",
    "similarity",
    "units",
    "weighed",
]

SCORE_VERSION: Final = "7"

Kind = Literal["individual", "entity"]
Places = tuple[int, ...]

# How alike two aligned parts are.
ROMANISED: Final = 0.97  # same sound, other spelling
SHORT: Final = 3  # letters of a token up to which many different names sound alike
SHORT_ROMANISED: Final = 0.75
GLUED: Final = 0.98  # the same letters, cut elsewhere
TYPO_FLOOR: Final = 0.70  # less alike than this is another token
SOUND: Final = 0.96  # typo measured on the sound instead of the letters
OTHER_NAME: Final = 0.55  # a common name is that name, and seldom another one with a typo
OTHER_SPELLING: Final = 0.05  # the many who bear a common name spell it in many ways
CONSONANTS: Final = 0.92  # same consonants, one side written without vowels
FEWEST_CONSONANTS: Final = 3
FEW_CONSONANTS: Final = 0.85  # with no more than that: they are shared by more names
INITIAL: Final = 0.9
INITIAL_COVER: Final = 0.5  # share of a token that its initial vouches for
ACRONYM: Final = 0.85
SHORTEST_CUT: Final = 3  # letters that must be left of a cut token, unless the text fills its line
CUT: Final = 0.95  # the last token of the query is the beginning of a listed one

# What is not aligned costs, per unit of cost.
CONTRADICTED: Final = 2.0
EXTRA: Final = 0.28  # the query says more than the listed name
MISSING: Final = 0.27  # the query says less
FULL_EVIDENCE: Final = 1.2  # with less than this, a difference costs more
SCARCITY: Final = 1.75  # how much more, per unit that lacks
EXTRA_SCARCITY: Final = 3.5  # and how much more than that: a short common name is part of many others
FLAW_SCARCITY: Final = 0.3  # share of it that typos and spellings bear
ORDER_SCARCITY: Final = 0.2  # share by which all that differs counts for more where the order differs too

# Grades among names that agree in every token.
FOLDED: Final = 0.995
REORDERED: Final = 0.99


class Meeting(NamedTuple):
    """What it is worth that a part of a query meets a part of a listed name, wherever both stand.

    Attributes:
        rank: Of two meetings that exclude each other, the lesser counts: minus what is earned, minus `cover`.
        alike: Similarity.
        weight: What both sides agree on.
        own, cover: Of the costs, what is then not extra in the query, and not missing from it.
        how: As in `Alignment`.
    """

    rank: tuple[float, float]
    alike: float
    weight: float
    own: float
    cover: float
    how: str


class Option(NamedTuple):
    """One way to align a part of the query with a part of the listed name; options sort by what counts first.

    Attributes:
        rank: That of the meeting.
        query, listed: Positions of the tokens.
    """

    rank: tuple[float, float]
    query: Places
    listed: Places
    meeting: Meeting


Unit = tuple[Places, Token]
Similar = tuple[int, int, Meeting]


def units(name: Name) -> list[Unit]:
    """Everything of a name that may meet a token: its tokens, and its compounds written whole."""
    single = [((i,), token) for i, token in enumerate(name.tokens)]
    return single + [(tuple(range(start, start + count)), token) for start, count, token in name.compounds]


@dataclass(frozen=True, slots=True)
class Query:
    """A name in question made ready to meet many listed names.

    Attributes:
        cut: Those of its units that may be the beginning of a longer word.
        joined: Neighbouring words as they would be written together: first token, end, letters.
        costs: Of all its tokens together, in a person's name and in an entity's.
    """

    name: Name
    units: list[Unit]
    cut: list[Unit]
    joined: list[tuple[int, int, str]]
    costs: tuple[float, float]

    @classmethod
    def ready(cls, name: Name) -> Query:
        """Derive from a name what every comparison with a listed name needs."""
        if not name.screenable:
            return cls(name, [], [], [], (0.0, 0.0))
        parts = units(name)
        last, shortest = len(name.tokens) - 1, 1 if name.full_line else SHORTEST_CUT
        cut = [
            (places, token)
            for places, token in parts
            if token.abbreviated or (name.ends and 0 < places[0] == last and len(token.form) >= shortest)
        ]
        person = entity = 0.0
        for token in name.tokens:
            person += token.costs[0]
            entity += token.costs[1]
        return cls(name, parts, cut, list(_written_together(name.tokens)), (person, entity))

    def worth(self, start: int, end: int, k: int) -> tuple[float, float]:
        """Weight and cost of some of its neighbouring tokens together."""
        return _together(self.name.tokens[start:end], k)


def _together(tokens: Iterable[Token], k: int) -> tuple[float, float]:
    # One after the other: `sum` rounds otherwise in later versions of Python, and an index sums in arrays.
    weight = cost = 0.0
    for token in tokens:
        weight += token.weights[k]
        cost += token.costs[k]
    return weight, cost


@dataclass(frozen=True, slots=True)
class Listed:
    """A listed name made ready to meet many queries.

    Attributes:
        k: Its kind as a number.
        spans: Neighbouring tokens as they would be written together, and an entity's acronym: their
            positions, and how alike a token is that is written so.
        surfaces: Each unit that stands by itself, by the letters it is written with.
        cost: Of all its tokens together.
    """

    name: Name
    kind: Kind
    k: int
    units: list[Unit]
    spans: dict[str, tuple[Places, float]]
    surfaces: dict[str, Unit]
    cost: float

    @classmethod
    def ready(cls, name: Name, kind: Kind) -> Listed:
        """Derive from a name of a kind what every comparison with it needs."""
        k = KINDS.index(kind)
        if not name.screenable:
            return cls(name, kind, k, [], {}, {}, 0.0)
        parts = units(name)
        surfaces = {unit[1].surface: unit for unit in reversed(parts) if len(unit[1].own_surface) > 1}
        cost = _together(name.tokens, k)[1]
        return cls(name, kind, k, parts, _spans(name, kind), surfaces, cost)

    def worth(self, places: Places) -> tuple[float, float]:
        """Weight and cost of some of its tokens together."""
        return _together([self.name.tokens[place] for place in places], self.k)


def _spans(name: Name, kind: Kind) -> dict[str, tuple[Places, float]]:
    found: dict[str, tuple[Places, float]] = {}
    for start, end, text in _written_together(name.tokens):
        if text not in found:
            found[text] = tuple(range(start, end)), GLUED
    everything = tuple(range(len(name.tokens)))
    words = [token.surface for token in name.tokens if token.surface]
    together = "".join(words)
    cut = 0
    for word in words[:-1]:
        cut += len(word)
        found.setdefault(together[cut:] + together[:cut], (everything, GLUED * REORDERED))
    if kind == "entity":
        for choice in _acronyms(name):
            if len(choice) > 2:
                found.setdefault("".join([token.form[0] for token in choice]), (everything, ACRONYM))
    return found


def _written_together(tokens: tuple[Token, ...]) -> Iterator[tuple[int, int, str]]:
    """Neighbouring words, two and more: first token, end, and the letters they would be written with."""
    for start, first in enumerate(tokens):
        text = first.surface
        if not text:
            continue
        several = False
        for place in range(start + 1, len(tokens)):
            surface = tokens[place].surface
            if surface:
                if several:
                    yield start, place, text
                several = True
                text += surface
        if several:
            yield start, len(tokens), text


def _acronyms(name: Name) -> Iterable[list[Token]]:
    """The tokens whose first letters may stand for an entity: with and without particles and legal forms."""
    tokens = name.tokens
    ends = (*name.words[1:], len(tokens))
    heads = [
        (tokens[start], tokens[start:end]) for start, end in zip(name.words, ends, strict=bool(name.words))
    ]
    spoken = [head for head, word in heads if any(token.roles[1] != "particle" for token in word)]
    for choice in (
        [token for token in tokens if token.roles[1] not in ("particle", "legal form")],
        [token for token in tokens if token.roles[1] != "legal form"],
        [head for head, _ in heads],
        spoken,
    ):
        yield choice
        yield [token for token in choice if token.roles[1] != "legal form"]
        if choice and choice[-1].roles[1] == "legal form":
            yield choice[:-1]


def similarity(a: Token, b: Token, kind: Kind) -> tuple[float, str]:
    """How alike two tokens are, and in which way; 0 below the floor."""
    return in_kind(a, b, likeness(a, b), KINDS.index(kind))


def in_kind(a: Token, b: Token, found: tuple[float, str], k: int) -> tuple[float, str]:
    """How alike two tokens are in a kind of name, given their likeness."""
    alike, how = found
    if not alike or how == "same":
        return found
    if how == "initial" and KINDS[k] == "entity":
        return 0.0, ""
    if "typo" in how and _two_known(a.roles[k], b.roles[k]):
        return 0.0, ""
    if a.roles[k] == "known name" and how != "initial":
        # The commoner the name in the query is, the likelier is it another name, or that of another bearer.
        alike -= (OTHER_SPELLING if how == "romanisation" else OTHER_NAME) * (1 - a.weights[k])
    return alike, how


def likeness(a: Token, b: Token) -> tuple[float, str]:
    """How alike two tokens are as written and spoken, whatever the kind of name they stand in."""
    # The innermost call: plain comparisons, since a tuple or a set made here costs as much as a distance.
    if a.script == "han" or b.script == "han":
        # A syllable of Chinese is read in one way, and many sound alike: only the same counts.
        same = a.native == b.native if a.script == b.script else a.form == b.form
        return (1.0, "same") if same else (0.0, "")
    if a.form == b.form or (a.native and a.native == b.native):
        return 1.0, "same"
    role, other = a.roles[0], b.roles[0]
    if role == "initial" or other == "initial":
        same = a.form[0] == b.form[0] and role != "number" and other != "number"
        return (INITIAL, "initial") if same else (0.0, "")
    if not a.sounds.isdisjoint(b.keys):
        surely = max(len(a.form), len(b.form)) > SHORT or _mean_one(a, b)
        return (ROMANISED if surely else SHORT_ROMANISED), "romanisation"
    if role == "number" or other == "number":
        return 0.0, ""
    return _nearness(a, b)


def _mean_one(a: Token, b: Token) -> bool:
    return not ({a.form} | a.meanings).isdisjoint({b.form} | b.meanings)


def _nearness(a: Token, b: Token) -> tuple[float, str]:
    """How near two different words are: by their letters, their sounds, or their consonants."""
    best, how = _typo(a.form, b.form, _LETTER_EDITS), "typo"
    for x in a.keys:
        for y in b.keys:
            sound = SOUND * _typo(x, y, _SOUND_EDITS)
            if sound > best:
                best, how = sound, "romanisation and typo"
    if a.script == b.script:
        return (max(best, _typo(a.native, b.native, _LETTER_EDITS)) if a.native else best), how
    fewest = min(len(a.skeleton), len(b.skeleton))
    if fewest >= FEWEST_CONSONANTS and (a.script in ABJADS or b.script in ABJADS):
        worth = FEW_CONSONANTS if fewest == FEWEST_CONSONANTS else CONSONANTS
        consonants = worth * _typo(a.skeleton, b.skeleton, _CONSONANT_EDITS)
        if consonants > max(best, TYPO_FLOOR):
            return consonants, "script"
    return best, how


INCIDENTAL: Final = frozenset({"particle", "title", "legal form", "clerical"})


OF_THEIR_OWN: Final = INCIDENTAL | {"known name"}


def _two_known(a: str, b: str) -> bool:
    """Whether both are words of their own and one is incidental: then neither is a typo of the other."""
    return (a in INCIDENTAL and b in OF_THEIR_OWN) or (b in INCIDENTAL and a in OF_THEIR_OWN)


class _Edits(dict[int, int]):
    """Length of the longer of two words -> edits between them down to a similarity."""

    def __init__(self, floor: float) -> None:
        super().__init__()
        self.floor = floor

    def __missing__(self, length: int) -> int:
        return self.setdefault(length, int((1 - self.floor) * length + 1e-9))


_LETTER_EDITS: Final = _Edits(TYPO_FLOOR)
_SOUND_EDITS: Final = _Edits(TYPO_FLOOR / SOUND)
_CONSONANT_EDITS: Final = _Edits(TYPO_FLOOR / CONSONANTS)


def _typo(a: str, b: str, edits: _Edits) -> float:
    longest, shortest = len(a), len(b)
    if longest < shortest:
        longest, shortest = shortest, longest
    allowed = edits[longest]
    if longest - shortest > allowed:
        return 0.0
    if not allowed:
        return 1.0 if a == b else 0.0
    distance = OSA.distance(a, b, score_cutoff=allowed)
    return 0.0 if distance > allowed else 1 - distance / longest


def meet(a: Token, b: Token, alike: float, how: str, k: int) -> Meeting:
    """What it is worth that two similar tokens meet."""
    own, cover = a.costs[k], b.costs[k]
    if how == "initial":
        own *= 1.0 if a.roles[k] == "initial" else INITIAL_COVER
        cover *= 1.0 if b.roles[k] == "initial" else INITIAL_COVER
    weight = min(a.weights[k], b.weights[k])
    return Meeting(rank(weight, alike, cover), alike, weight, own, cover, how)


def rank(weight: float, alike: float, cover: float) -> tuple[float, float]:
    """See `Meeting`."""
    return -weight * alike, -cover


def meet_cut(a: Token, b: Token, k: int) -> Meeting | None:
    """The same, for a token of the query that was cut off or abbreviated."""
    if not b.form.startswith(a.form) or len(a.form) == len(b.form):
        return None
    share = len(a.form) / len(b.form)
    weight, cover = share * min(a.weights[k], b.weights[k]), share * b.costs[k]
    return Meeting(rank(weight, CUT, cover), CUT, weight, a.costs[k], cover, "cut")


def meet_span(weight: float, own: float, listed: float, cover: float, alike: float) -> Meeting:
    """The same, for a token and a span, whichever side the span is on: by weights and costs."""
    weight = min(weight, listed)
    how = "acronym" if alike == ACRONYM else "glued"
    return Meeting(rank(weight, alike, cover), alike, weight, own, cover, how)


def _similar(query: list[Unit], listed: list[Unit], k: int) -> list[Similar]:
    return [
        (i, j, meet(a, b, *found, k))
        for i, (_, a) in enumerate(query)
        for j, (_, b) in enumerate(listed)
        if (alike := likeness(a, b))[0] and (found := in_kind(a, b, alike, k))[0]
    ]


def _options(query: Query, listed: Listed, similar: Iterable[Similar]) -> list[Option]:
    k = listed.k
    mine, theirs = query.units, listed.units
    options = [Option(meeting.rank, mine[i][0], theirs[j][0], meeting) for i, j, meeting in similar]
    for places, a in query.cut:
        for there, b in theirs:
            begins = b.form.startswith(a.form) and len(there) == 1
            if begins and (meeting := meet_cut(a, b, k)) is not None:
                options.append(Option(meeting.rank, places, there, meeting))
    if listed.spans:
        for places, a in mine:
            if a.own_surface in listed.spans:
                there, alike = listed.spans[a.own_surface]
                meeting = meet_span(a.weights[k], a.costs[k], *listed.worth(there), alike)
                options.append(Option(meeting.rank, places, there, meeting))
    for start, end, text in query.joined:
        if text in listed.surfaces:
            there, b = listed.surfaces[text]
            meeting = meet_span(*query.worth(start, end, k), b.weights[k], b.costs[k], GLUED)
            options.append(Option(meeting.rank, tuple(range(start, end)), there, meeting))
    return options


def align(query: Query, listed: Listed, similar: Iterable[Similar] | None = None) -> list[Option]:
    """Best options first, each token used once; in the order of the query.

    Args:
        query: The name in question.
        listed: The listed name.
        similar: Which units are similar, where that is known already: positions in the units of both, and
            what it is worth that they meet.
    """
    if similar is None:
        similar = _similar(query.units, listed.units, listed.k)
    used_q: set[int] = set()
    used_l: set[int] = set()
    chosen = []
    for option in sorted(_options(query, listed, similar)):
        if used_q.isdisjoint(option.query) and used_l.isdisjoint(option.listed):
            used_q.update(option.query)
            used_l.update(option.listed)
            chosen.append(option)
    return sorted(chosen, key=_BY_QUERY)


_BY_QUERY: Final = attrgetter("query")


def score(query: Query, listed: Listed, similar: Iterable[Similar] | None = None) -> float:
    """The score alone, for many pairs; `similar` as in `align`."""
    if not query.units or not listed.units:
        return 0.0
    return rate(align(query, listed, similar), query, listed)


def rate(chosen: list[Option], query: Query, listed: Listed) -> float:
    """The score of an alignment."""
    if query.name.text == listed.name.text and not query.name.altered:
        return 1.0
    agreed = flaws = own = cover = 0.0
    telling = False
    for _, _, _, meeting in chosen:
        agreed += meeting.weight
        flaws += meeting.weight * (1 - meeting.alike)
        own += meeting.own
        cover += meeting.cover
        telling = telling or meeting.how not in ("initial", "cut")
    if not telling:
        return 0.0
    cost = listed.cost
    if query.name.full_line:  # it may lack whatever stands behind the last token that it shares
        end = max([option.listed[-1] for option in chosen]) + 1
        cost = _together(listed.name.tokens[:end], listed.k)[1]
    extra, missing = max(0.0, query.costs[listed.k] - own), max(0.0, cost - cover)
    order = [option.listed[0] for option in chosen]
    reordered = order != sorted(order)
    ratio = weighed(agreed, flaws, extra, missing, reordered=reordered)
    return ratio * FOLDED * (REORDERED if reordered else 1.0)


Amounts = TypeVar("Amounts", float, "npt.NDArray[np.float64]")


def weighed(
    agreed: Amounts,
    flaws: Amounts,
    extra: Amounts,
    missing: Amounts,
    *,
    reordered: bool | npt.NDArray[np.bool_],
    larger: Callable[[Any, Any], Any] = max,
    smaller: Callable[[Any, Any], Any] = min,
) -> Amounts:
    """What agrees against what does not: of one alignment, or of many in arrays.

    Args:
        agreed: Weight of what is aligned.
        flaws: What of it is lost to typos and spellings.
        extra: Cost of what the query has more.
        missing: Cost of what it lacks.
        reordered: Whether what is aligned stands in another order.
        larger: Of two numbers; of two arrays for arrays.
        smaller: The same.
    """
    both = smaller(extra, missing)
    scarcity = SCARCITY * larger(0.0, FULL_EVIDENCE - (agreed - flaws))
    loss = (
        CONTRADICTED * both * (1 + scarcity)
        + EXTRA * (extra - both) * (1 + EXTRA_SCARCITY * scarcity)
        + MISSING * (missing - both)
    )
    ratio = larger(0.0, agreed - flaws * (1 + FLAW_SCARCITY * scarcity)) / (agreed + loss)
    found: Amounts = larger(0.0, ratio - (1 - ratio) * ORDER_SCARCITY * scarcity * reordered)
    return found
