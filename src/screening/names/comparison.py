"""The one definition of the score: how well a name agrees with a listed name, and why.

Tokens of both names are aligned one to one (or one to several, where a name is written together). Agreement
earns the weight of the token, less what a typo or a spelling costs. What stays unaligned costs: most when both
names hold something the other lacks (they contradict each other), less when one is merely longer.

    score = sum(weight * similarity) / (sum(weight) + loss)

The score is a pure function of the two names, their kind and the versioned tables of `lexicon`; nothing else on
the list and nothing else in the batch can move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz.distance import OSA

from screening.errors import PolicyError
from screening.names.normalise import KINDS, MAX_CHARACTERS, MAX_TOKENS, Token, tokenise

__all__ = ["SCORE_VERSION", "Alignment", "Comparison", "Name", "compare", "prepare", "score", "similarity"]

SCORE_VERSION: Final = "1"

Kind = Literal["individual", "entity"]

# Similarity of two tokens.
ROMANISED: Final = 0.97  # same sound, other spelling
GLUED: Final = 0.98  # the same letters, cut elsewhere
TYPO_FLOOR: Final = 0.70  # less alike than this is another token
SOUND: Final = 0.96  # typo measured on the sound instead of the letters
CONSONANTS: Final = 0.92  # same consonants, one side written without vowels
FEW_CONSONANTS: Final = {2: 0.75, 3: 0.85}  # fewer consonants are shared by more names
INITIAL: Final = 0.9
INITIAL_COVER: Final = 0.5  # share of a token that its initial vouches for
ACRONYM: Final = 0.85

# Cost of what is not aligned, per unit of weight.
CONTRADICTED: Final = 2.0
EXTRA: Final = 0.5  # the query says more than the listed name
MISSING: Final = 0.25  # the query says less
FULL_EVIDENCE: Final = 1.5  # with less agreement than this, every unaligned token costs more
SCARCITY: Final = 1.0

# Grades among names that agree in every token.
FOLDED: Final = 0.995
REORDERED: Final = 0.99


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which part of the query met which part of the listed name."""

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
        tokens: The aligned parts, and the unaligned ones with an empty partner.
        reasons: The same in words, most telling first.
    """

    query: str
    listed: str
    kind: str
    score: float
    tokens: tuple[Alignment, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A name made ready for comparison."""

    text: str
    tokens: tuple[Token, ...]
    signs: tuple[str, ...]

    @property
    def screenable(self) -> bool:
        """Whether there is anything to compare, and not too much of it."""
        return bool(self.tokens) and len(self.tokens) <= MAX_TOKENS


def prepare(text: str) -> Name:
    """Analyse a name once for many comparisons."""
    if len(text) > MAX_CHARACTERS:
        return Name(text, (), ("too long to judge",))
    tokens, signs = tokenise(text)
    return Name(text, tuple(tokens), tuple(signs))


def similarity(a: Token, b: Token, kind: Kind) -> tuple[float, str]:
    """How alike two tokens are, and in which way; 0 below the floor."""
    if a.form == b.form:
        if a.native != b.native and a.native and b.native and a.script == b.script:
            # Both were written in one script, and not alike: sound alone does not make them equal.
            return _typo(a.native, b.native, floor=TYPO_FLOOR), "typo"
        return 1.0, "same"
    if len(a.form) == 1 or len(b.form) == 1:
        initial = kind == "individual" and a.form[0] == b.form[0]
        return (INITIAL, "initial") if initial else (0.0, "")
    if a.form.isdigit() or b.form.isdigit():
        return (ROMANISED, "number") if not set(a.keys).isdisjoint(b.keys) else (0.0, "")
    if not set(a.keys).isdisjoint(b.keys):
        return ROMANISED, "romanisation"
    best = _typo(a.form, b.form, floor=TYPO_FLOOR)
    how = "typo"
    for x in a.keys:
        for y in b.keys:
            sound = SOUND * _typo(x, y, floor=TYPO_FLOOR / SOUND)
            if sound > best:
                best, how = sound, "romanisation and typo"
    if a.script != b.script and "latin" in (a.script, b.script) and _vowelless(a, b):
        worth = FEW_CONSONANTS.get(min(len(a.skeleton), len(b.skeleton)), CONSONANTS)
        consonants = worth * _typo(a.skeleton, b.skeleton, floor=TYPO_FLOOR / CONSONANTS)
        if consonants > max(best, TYPO_FLOOR):
            best, how = consonants, "script"
    return best, how


def _vowelless(a: Token, b: Token) -> bool:
    abjads = ("arabic", "hebrew", "syriac")
    return (a.script in abjads or b.script in abjads) and min(len(a.skeleton), len(b.skeleton)) > 1


def _typo(a: str, b: str, *, floor: float) -> float:
    longest = max(len(a), len(b))
    allowed = int((1 - floor) * longest + 1e-9)
    if allowed == 0:
        return float(a == b)
    distance = OSA.distance(a, b, score_cutoff=allowed)
    return 0.0 if distance > allowed else 1 - distance / longest


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

    Example:
        >>> result = compare("Usama bin Ladin", "Osama bin Laden")
        >>> result.score > 0.9
        True
    """
    if kind not in KINDS:
        raise PolicyError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return compare_prepared(prepare(a), prepare(b), kind=kind)


def compare_prepared(query: Name, listed: Name, *, kind: Kind) -> Comparison:
    """`compare` for names that were analysed before."""
    if not query.screenable or not listed.screenable:
        return Comparison(
            query.text, listed.text, kind, 0.0, (), ("unscreenable: nothing to compare, or too much",)
        )
    if query.text == listed.text:
        pairs = tuple(Alignment(t.form, t.form, 1.0, 1.0, "same") for t in query.tokens)
        return Comparison(query.text, listed.text, kind, 1.0, pairs, ("same text",))
    return Comparison(query.text, listed.text, kind, score(query, listed, kind), (), ())


def score(query: Name, listed: Name, kind: Kind) -> float:
    """The score alone, for many pairs."""
    if not query.screenable or not listed.screenable:
        return 0.0
    if query.text == listed.text:
        return 1.0
    k = KINDS.index(kind)
    pairs, free_q, free_l = _align(query.tokens, listed.tokens, k)
    return _score(pairs, query.tokens, listed.tokens, free_q, free_l, k)


Pair = tuple[
    float, float, float, tuple[int, ...], tuple[int, ...], str
]  # gain, weight, similarity, query, listed, how


def _align(q: tuple[Token, ...], l: tuple[Token, ...], k: int) -> tuple[list[Pair], list[int], list[int]]:
    options: list[Pair] = []
    for i, t in enumerate(q):
        for j, u in enumerate(l):
            alike, how = similarity(t, u, KINDS[k])  # type: ignore[arg-type]
            if alike:
                weight = min(t.weights[k], u.weights[k])
                options.append((weight * alike, weight, alike, (i,), (j,), how))
    options += _glued(q, l, k)
    options.sort(key=lambda p: (-p[0], p[3], p[4]))
    used_q: set[int] = set()
    used_l: set[int] = set()
    pairs = []
    for option in options:
        if used_q.isdisjoint(option[3]) and used_l.isdisjoint(option[4]):
            used_q.update(option[3])
            used_l.update(option[4])
            pairs.append(option)
    return (
        pairs,
        [i for i in range(len(q)) if i not in used_q],
        [j for j in range(len(l)) if j not in used_l],
    )


def _glued(q: tuple[Token, ...], l: tuple[Token, ...], k: int) -> list[Pair]:
    """Spans of one name that spell one token of the other when written together."""
    found: list[Pair] = []
    for short, long, swap in ((q, l, False), (l, q, True)):
        if len(long) < 2:
            continue
        spans = {}
        for start in range(len(long)):
            text = ""
            for end in range(start, len(long)):
                text += long[end].form
                if end > start:
                    spans.setdefault(text, tuple(range(start, end + 1)))
        for i, t in enumerate(short):
            span = spans.get(t.form)
            if span and len(t.form) > 2:
                weight = min(t.weights[k], sum(long[j].weights[k] for j in span))
                sides = (span, (i,)) if swap else ((i,), span)
                found.append((weight * GLUED, weight, GLUED, *sides, "glued"))
    return found


def _score(
    pairs: list[Pair],
    q: tuple[Token, ...],
    l: tuple[Token, ...],
    free_q: list[int],
    free_l: list[int],
    k: int,
) -> float:
    agreed = sum(p[1] for p in pairs)
    earned = sum(p[0] for p in pairs)
    if not any(p[5] != "initial" for p in pairs):
        return 0.0
    extra = sum(q[i].weights[k] for i in free_q)
    missing = sum(l[j].weights[k] for j in free_l)
    for p in pairs:
        if p[5] == "initial":
            missing += (1 - INITIAL_COVER) * max(0.0, sum(l[j].weights[k] for j in p[4]) - p[1])
    both = min(extra, missing)
    loss = CONTRADICTED * both + EXTRA * (extra - both) + MISSING * (missing - both)
    loss *= 1 + SCARCITY * max(0.0, FULL_EVIDENCE - agreed)
    ratio = earned / (agreed + loss) if agreed else 0.0
    order = [p[4][0] for p in sorted(pairs, key=lambda p: p[3])]
    return ratio * FOLDED * (1.0 if order == sorted(order) else REORDERED)
