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

import math
import re
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from screening.names.joining import (
    ACRONYM,
    FEWEST_SOUNDS,
    GLUED,
    GLUED_READ,
    GLUED_SOUND,
    REORDERED,
    Places,
    read_as_one,
    read_as_several,
    several_in_another_script,
    spans,
    unvowelled_together,
    written_together,
)
from screening.names.likeness import in_kind, likeness
from screening.names.scripts import consonants_left
from screening.names.tokens import KINDS, Kind, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    import numpy.typing as npt

    from screening.names.normalise import Name

__all__ = [
    "SCORE_VERSION",
    "Amounts",
    "Listed",
    "Meeting",
    "Option",
    "Query",
    "align",
    "amounts",
    "rank",
    "rate",
    "reordered",
    "score",
    "units",
    "weighed",
]

SCORE_VERSION: Final = "12"


# What is worth less than a token that is there whole.
INITIAL_COVER: Final = 0.5  # share of a token that its initial vouches for
SHORTEST_CLIPPED: Final = 6  # letters of a word of a company that may be short for a longer one,
MOST_OF_IT: Final = 2 / 3  # of which it is so much: "petrochem"
CUT: Final = 0.95  # the last token of the query is the beginning of a listed one

# What is not aligned costs, per unit of cost.
CONTRADICTED: Final = 2.0
EXTRA: Final = 0.28  # the query says more than the listed name
MISSING: Final = 0.27  # the query says less
LEFT_OUT: Final = (
    1.0,
    math.inf,
)  # but no more than this where two names agree, however many a person leaves out
INCIDENTAL_WEIGHT: Final = 0.1  # what weighs no more is a particle or a title
FULL_EVIDENCE: Final = 1.2  # with less than this, a difference costs more
SCARCITY: Final = 1.75  # how much more, per unit that lacks
EXTRA_SCARCITY: Final = 3.5  # and how much more than that: a short common name is part of many others
FLAW_SCARCITY: Final = 0.3  # share of it that typos and spellings bear
ORDER_SCARCITY: Final = 0.2  # share by which all that differs counts for more where the order differs too

FOLDED: Final = 0.995  # grade of names that agree in every token, and are not one text


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
        guessed: Those that may be several words in another script, by the consonants of these.
        joined: Neighbouring words as they would be written together: first token, end, letters, sound.
        unvowelled: The same of words of scripts without vowels: first token, end, letters, script.
        costs: Of all its tokens together, where they are extra, in a person's name and in an entity's.
    """

    name: Name
    units: list[Unit]
    cut: list[Unit]
    guessed: dict[str, list[Unit]]
    joined: list[tuple[int, int, str, str]]
    unvowelled: list[tuple[int, int, str, str]]
    costs: tuple[float, float]

    @classmethod
    def ready(cls, name: Name) -> Query:
        """Derive from a name what every comparison with a listed name needs."""
        if not name.screenable:
            return cls(name, [], [], {}, [], [], (0.0, 0.0))
        parts = units(name)
        last = len(name.tokens) - 1
        cut = [
            (places, token)
            for places, token in parts
            if token.abbreviated
            or (name.ends and 0 < places[0] == last and (name.full_line or looks_cut(token)))
        ]
        person = entity = 0.0
        for token in name.tokens:
            person += token.extra[0]
            entity += token.extra[1]
        joined, unvowelled = list(written_together(name.tokens)), list(unvowelled_together(name.tokens))
        guessed: dict[str, list[Unit]] = {}
        for unit in parts:
            for consonants in several_in_another_script(unit[1]):
                guessed.setdefault(consonants, []).append(unit)
        return cls(name, parts, cut, guessed, joined, unvowelled, (person, entity))

    def worth(self, start: int, end: int, k: int) -> tuple[float, float]:
        """Weight and cost of some of its neighbouring tokens together."""
        tokens = self.name.tokens[start:end]
        return _sum([token.weights[k] for token in tokens]), _sum([token.extra[k] for token in tokens])


def _sum(numbers: list[float]) -> float:
    # One after the other: `sum` rounds otherwise in later versions of Python, and an index sums in arrays.
    total = 0.0
    for number in numbers:
        total += number
    return total


@dataclass(frozen=True, slots=True)
class Listed:
    """A listed name made ready to meet many queries.

    Attributes:
        k: Its kind as a number.
        spans: Neighbouring tokens as they would be written together, and an entity's acronym: their
            positions, and how alike a token is that is written so.
        sounds: Neighbouring tokens by their sound together.
        joined: Neighbouring Latin tokens as they would be written together: their positions and letters.
        unvowelled: As of a query.
        surfaces: Each unit that stands by itself, by the letters it is written with.
        sounding: The same by all its sounds.
        cost: Of all its tokens together.
    """

    name: Name
    kind: Kind
    k: int
    units: list[Unit]
    spans: dict[str, tuple[Places, float]]
    sounds: dict[str, Places]
    joined: list[tuple[Places, str]]
    unvowelled: list[tuple[int, int, str, str]]
    surfaces: dict[str, Unit]
    sounding: dict[str, Unit]
    cost: float

    @classmethod
    def ready(cls, name: Name, kind: Kind) -> Listed:
        """Derive from a name of a kind what every comparison with it needs."""
        k = KINDS.index(kind)
        if not name.screenable:
            return cls(name, kind, k, [], {}, {}, [], [], {}, {}, 0.0)
        parts = units(name)
        alone = [unit for unit in reversed(parts) if len(unit[1].own_surface) > 1]
        joined = list(written_together(name.tokens))
        return cls(
            name,
            kind,
            k,
            parts,
            spans(name, kind, joined),
            {
                sound: tuple(range(start, end))
                for start, end, _, sound in reversed(joined)
                if len(sound) >= FEWEST_SOUNDS
            },
            [(tuple(range(start, end)), text) for start, end, text, _ in joined if text.isascii()],
            list(unvowelled_together(name.tokens)),
            {unit[1].surface: unit for unit in alone},
            {way: unit for unit in alone for way in unit[1].heard if len(way) >= FEWEST_SOUNDS},
            _sum([token.costs[k] for token in name.tokens]),
        )

    def worth(self, places: Places) -> tuple[float, float]:
        """Weight and cost of some of its tokens together."""
        tokens = [self.name.tokens[place] for place in places]
        return _sum([token.weights[self.k] for token in tokens]), _sum(
            [token.costs[self.k] for token in tokens]
        )


def meet(a: Token, b: Token, alike: float, how: str, k: int) -> Meeting:
    """What it is worth that two similar tokens meet."""
    own, cover = a.extra[k], b.costs[k]
    if how == "initial":
        own *= 1.0 if a.roles[k] == "initial" else INITIAL_COVER
        cover *= 1.0 if b.roles[k] == "initial" else INITIAL_COVER
    weight = min(a.weights[k], b.weights[k])
    return Meeting(rank(weight, alike, cover), alike, weight, own, cover, how)


def rank(weight: float, alike: float, cover: float) -> tuple[float, float]:
    """See `Meeting`."""
    return -weight * alike, -cover


SHORTEST_CUT: Final = 3


def looks_cut(token: Token) -> bool:
    """Whether the last token of a name may be a longer one that was cut off: it is no name by itself."""
    return len(token.form) >= SHORTEST_CUT or (len(token.form) == 2 and token.roles[0] == "name")


_PATRONYMIC: Final = re.compile("[eo]v(?:ich|na)$")
_SURNAME: Final = re.compile("[eo]v$")  # of which no patronymic is left when it is cut off


def meet_cut(a: Token, b: Token, k: int) -> Meeting | None:
    """The same, for a token of the query that was cut off or abbreviated."""
    if not b.form.startswith(a.form) or len(a.form) == len(b.form):
        return None
    if _PATRONYMIC.search(b.form) and _SURNAME.search(a.form):
        return None
    share = len(a.form) / len(b.form)
    weight, cover = share * min(a.weights[k], b.weights[k]), share * b.costs[k]
    return Meeting(rank(weight, CUT, cover), CUT, weight, a.extra[k], cover, "cut")


_GLUED: Final = {
    ACRONYM: "acronym",
    GLUED_SOUND: "glued, in sound",
    GLUED_READ: "glued, in another script",
}


def meet_clipped(a: Token, b: Token) -> Meeting | None:
    """The same, for a word that is most of a longer one, which is common among companies as it is not."""
    k = KINDS.index("entity")
    clipped = (
        len(a.form) >= max(SHORTEST_CLIPPED, MOST_OF_IT * len(b.form)) and a.weights[k] == 1 > b.weights[k]
    )
    return meet_cut(a, b, k) if clipped else None


def meet_span(weight: float, own: float, listed: float, cover: float, alike: float) -> Meeting:
    """The same, for a token and a span, whichever side the span is on: by weights and costs."""
    weight = min(weight, listed)
    how = _GLUED.get(alike, "glued")
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
            if b.form.startswith(a.form) and (meeting := meet_cut(a, b, k)) is not None:
                options.append(Option(meeting.rank, places, there, meeting))
    if listed.kind == "entity":
        options += _clipped(query, listed)
    if listed.spans:
        options += _glued(query, listed)
    if query.joined:
        options += _split(query, listed)
    if query.unvowelled or listed.unvowelled:
        options += _read_as_one(query, listed)
    if query.guessed:
        options += _read_as_several(query, listed)
    return options


def _clipped(query: Query, listed: Listed) -> Iterator[Option]:
    """Words of a company that are short for longer ones, wherever they stand."""
    for places, a in query.units:
        if len(a.form) >= SHORTEST_CLIPPED:
            for there, b in listed.units:
                meeting = meet_clipped(a, b) if len(there) == 1 else None
                if meeting is not None:
                    yield Option(meeting.rank, places, there, meeting)


def _glued(query: Query, listed: Listed) -> Iterator[Option]:
    """Words of the query that are several of the listed name, by letters or by sound."""
    k = listed.k
    for places, a in query.units:
        surface = a.own_surface
        if surface in listed.spans:
            found = [listed.spans[surface]]
        elif surface:
            found = [(listed.sounds[way], GLUED_SOUND) for way in a.heard if way in listed.sounds]
        else:
            continue
        for there, alike in found:
            meeting = meet_span(a.weights[k], a.extra[k], *listed.worth(there), alike)
            yield Option(meeting.rank, places, there, meeting)


def _split(query: Query, listed: Listed) -> Iterator[Option]:
    """Several words of the query that are one of the listed name."""
    k = listed.k
    for start, end, text, sound in query.joined:
        if text in listed.surfaces:
            (there, b), alike = listed.surfaces[text], GLUED
        elif sound in listed.sounding:
            (there, b), alike = listed.sounding[sound], GLUED_SOUND
        else:
            continue
        meeting = meet_span(*query.worth(start, end, k), b.weights[k], b.costs[k], alike)
        yield Option(meeting.rank, tuple(range(start, end)), there, meeting)


def _read_as_one(query: Query, listed: Listed) -> Iterator[Option]:
    """The same of two words without vowels, on either side, and one of another script."""
    k = listed.k
    for start, end, native, script in listed.unvowelled:
        there = tuple(range(start, end))
        for places, a in query.units:
            if read_as_one(native, script, a):
                meeting = meet_span(a.weights[k], a.extra[k], *listed.worth(there), GLUED_READ)
                yield Option(meeting.rank, places, there, meeting)
    for start, end, native, script in query.unvowelled:
        for there, b in listed.units:
            if read_as_one(native, script, b):
                worth = query.worth(start, end, k)
                meeting = meet_span(*worth, b.weights[k], b.costs[k], GLUED_READ)
                yield Option(meeting.rank, tuple(range(start, end)), there, meeting)


def _read_as_several(query: Query, listed: Listed) -> Iterator[Option]:
    """Words without vowels that are several of the listed name in another script."""
    k = listed.k
    for there, text in listed.joined:
        for places, a in query.guessed.get(consonants_left(text), ()):
            if read_as_several(a, text):
                meeting = meet_span(a.weights[k], a.extra[k], *listed.worth(there), GLUED_READ)
                yield Option(meeting.rank, places, there, meeting)


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
    options = sorted(_options(query, listed, similar))
    chosen = _chosen(options)
    acronyms = [option for option in options if option.meeting.how == "acronym"]
    if not acronyms:
        return chosen
    # An acronym behind the name in full would take the place of all its words.
    spelled = _chosen([option for option in options if option.meeting.how != "acronym"])
    met = {place for option in spelled for place in option.query}
    beside = [option for option in acronyms if met and met.isdisjoint(option.query)]
    spelled += [option._replace(listed=(), meeting=_beside(option.meeting)) for option in beside]
    return spelled if rate(spelled, query, listed) > rate(chosen, query, listed) else chosen


def _beside(acronym: Meeting) -> Meeting:
    """An acronym of words that are there too: it agrees with nothing more, and it is not extra."""
    return acronym._replace(weight=0.0, cover=0.0, how="own acronym")


def _chosen(options: list[Option]) -> list[Option]:
    """The best options, each token used once; in the order of the query."""
    used_q: set[int] = set()
    used_l: set[int] = set()
    chosen = []
    for option in options:
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


class Amounts(NamedTuple):
    """What the score of an alignment is made of: see `weighed`."""

    agreed: float
    flaws: float
    extra: float
    missing: float
    left_out: float
    reordered: bool

    @property
    def score(self) -> float:
        """The score that follows from it."""
        *weighing, reordered = self
        return weighed(*weighing, reordered=reordered) * FOLDED * (REORDERED if reordered else 1.0)


def rate(chosen: list[Option], query: Query, listed: Listed) -> float:
    """The score of an alignment."""
    if query.name.text == listed.name.text:
        return FOLDED if query.name.altered else 1.0
    found = amounts(chosen, query, listed)
    return 0.0 if found is None else found.score


def amounts(chosen: list[Option], query: Query, listed: Listed) -> Amounts | None:
    """What an alignment is made of; None where too little agrees for any score."""
    agreed = flaws = own = cover = 0.0
    telling, names = False, 0
    for _, _, _, meeting in chosen:
        agreed += meeting.weight
        flaws += meeting.weight * (1 - meeting.alike)
        own += meeting.own
        cover += meeting.cover
        if meeting.how not in ("initial", "cut"):
            telling = True
            names += meeting.weight > INCIDENTAL_WEIGHT
    if not telling:
        return None
    cost = listed.cost
    if query.name.full_line:  # it may lack whatever stands behind the last token that it shares
        end = max([option.listed[-1] for option in chosen if option.listed]) + 1
        cost = _sum([token.costs[listed.k] for token in listed.name.tokens[:end]])
    extra, missing = max(0.0, query.costs[listed.k] - own), max(0.0, cost - cover)
    left_out = LEFT_OUT[listed.k] if names > 1 else math.inf
    return Amounts(agreed, flaws, extra, missing, left_out, reordered(chosen))


def reordered(chosen: list[Option]) -> bool:
    """Whether what is aligned stands in another order."""
    order = [option.listed[0] for option in chosen if option.listed]
    return order != sorted(order)


Numbers = TypeVar("Numbers", float, "npt.NDArray[np.float64]")


def weighed(
    agreed: Numbers,
    flaws: Numbers,
    extra: Numbers,
    missing: Numbers,
    left_out: Numbers,
    *,
    reordered: bool | npt.NDArray[np.bool_],
    larger: Callable[[Any, Any], Any] = max,
    smaller: Callable[[Any, Any], Any] = min,
) -> Numbers:
    """What agrees against what does not: of one alignment, or of many in arrays.

    Args:
        agreed: Weight of what is aligned.
        flaws: What of it is lost to typos and spellings.
        extra: Cost of what the query has more.
        missing: Cost of what it lacks.
        left_out: The most that it counts where nothing stands in its place.
        reordered: Whether what is aligned stands in another order.
        larger: Of two numbers; of two arrays for arrays.
        smaller: The same.
    """
    both = smaller(extra, missing)
    scarcity = SCARCITY * larger(0.0, FULL_EVIDENCE - (agreed - flaws))
    loss = (
        CONTRADICTED * both * (1 + scarcity)
        + EXTRA * (extra - both) * (1 + EXTRA_SCARCITY * scarcity)
        + MISSING * smaller(missing - both, left_out)
    )
    ratio = larger(0.0, agreed - flaws * (1 + FLAW_SCARCITY * scarcity)) / (agreed + loss)
    found: Numbers = larger(0.0, ratio - (1 - ratio) * ORDER_SCARCITY * scarcity * reordered)
    return found
