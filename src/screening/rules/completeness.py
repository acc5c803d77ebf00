"""What a transfer must carry by Recommendation 16, and what stands there instead."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from screening.errors import PolicyError
from screening.rules.findings import Finding, listed
from screening.rules.money import at_least_share
from screening.rules.rule import choice, count, duration, ratio, rule, share, threshold_code
from screening.rules.similarity import coded_similarities, similarities

if TYPE_CHECKING:
    import numpy.typing as npt

    from screening.rules.book import Book

__all__ = [
    "deficient_bank",
    "missing_items",
    "missing_party_data",
    "name_and_account_differ",
    "placeholder_data",
]

_CARD_PURCHASES = (
    "card_pos",
    "card_atm",
    "cash_dep",
    "cash_wd",
    "fx",
    "loan_disb",
    "internal",
    "prepaid_load",
)


@rule(
    "TF-D01",
    "Missing originator or beneficiary data",
    definition="A transfer lacks items that Recommendation 16 asks for in its case.",
    source="FATF INR.16 para 5-9, 17-21; FFIEC Manual App. F",
    weight=10,
    parameters=(
        choice(
            "profile", "r16_2012", "field profile in the reference table of fields", among="fields.profile"
        ),
        threshold_code("r16_de_minimis"),
    ),
    requires=(
        "originator_place",
        "beneficiary_place",
        "originator_name",
        "beneficiary_name",
    ),
    keys=("amount",),
    optional=(
        "originator_account",
        "beneficiary_account",
        "uetr",
        "originator_address",
        "originator_national_id",
        "originator_customer_id",
        "originator_birth_date",
        "originator_birth_place",
        "originator_lei",
        "originator_bic",
        "beneficiary_town",
        "beneficiary_country",
    ),
    scope=("row",),
    version="2",
    reason="{case} transfer lacks {items} ({profile})",
)
def missing_party_data(book: Book, *, profile: str, threshold: str) -> Finding:
    """Look for items missing from a transfer."""
    missing, case, unclear = missing_items(book, profile=profile, threshold=threshold)
    number = np.zeros(book.size, np.int64)
    for lacking in missing.values():
        number += lacking
    rows = np.flatnonzero(number > 0)
    items = listed([(lacking[rows], item.replace("|", " or ")) for item, lacking in missing.items()])
    words = pl.Series(["domestic", "small cross-border", "cross-border", "unplaced"])
    return Finding(
        rows=rows,
        value=number[rows],
        threshold=1.0,
        facts={"case": words.gather(case[rows]), "items": items},
        unclear=unclear,
    )


def missing_items(
    book: Book, *, profile: str, threshold: str
) -> tuple[
    dict[str, npt.NDArray[np.bool_]], npt.NDArray[np.int8], tuple[tuple[npt.NDArray[np.bool_], str], ...]
]:
    """Find which rows lack which item.

    Returns:
        Item -> rows that lack it; the case of each row (0 domestic, 1 small cross-border, 2 cross-border,
        3 none of them); rows whose case is not known.
    """
    table = book.table("fields")
    profiles = sorted({row["profile"] for row in table.rows})
    if profile not in profiles:
        raise PolicyError(
            f"TF-D01: unknown profile '{profile}'; the reference table has {', '.join(profiles)}"
        )
    limit, abroad = book.threshold(threshold), book.cross_border()
    transfer = ~book.is_in("channel", *_CARD_PURCHASES)
    case = np.where(abroad == 0, 0, np.where(book.amount <= limit, 1, 2)).astype(np.int8)
    case[(abroad < 0) | ((abroad == 1) & (limit < 0))] = 3
    case[~transfer] = 3
    missing: dict[str, npt.NDArray[np.bool_]] = {}
    for number, name in enumerate(("domestic", "cross_border_small", "cross_border")):
        for row in table.rows:
            if row["profile"] == profile and row["case"] == name:
                lacking = (case == number) & ~_filled(book, row["item"])
                if row["item"] in missing:
                    lacking |= missing[row["item"]]
                missing[row["item"]] = lacking
    unclear = (
        (transfer & (abroad < 0), "no country on one side: domestic or cross-border is not known"),
        (transfer & (abroad == 1) & (limit < 0), f"no threshold '{threshold}' for the currency"),
    )
    return missing, case, unclear


def _filled(book: Book, item: str) -> npt.NDArray[np.bool_]:
    """Whether one of an item's alternatives holds; parts joined by + must all hold."""
    held = np.zeros(book.size, np.bool_)
    for one in item.split("|"):
        held |= np.logical_and.reduce([book.known(part) for part in one.split("+")])
    return held


_NAMED_FIELDS = (
    "originator_name",
    "beneficiary_name",
    "ultimate_originator_name",
    "ultimate_beneficiary_name",
    "originator_address",
    "beneficiary_address",
    "originator_town",
    "beneficiary_town",
)


@rule(
    "TF-D02",
    "Placeholders instead of data",
    definition="A name, address or town holds a filler, only digits, hardly any information, or the "
    "address repeats "
    "the name. A name with an LEI is taken as it is.",
    source="EBA/GL/2024/11 (missing or incomplete data)",
    weight=15,
    parameters=(
        ratio(
            "entropy",
            1,
            "bits a character, below which a text says nothing; asked of texts of up to eight characters "
            "and of those with one symbol three times in a row; not where a character is a syllable",
        ),
    ),
    requires=("|".join(_NAMED_FIELDS),),
    optional=(*_NAMED_FIELDS, "originator_lei", "beneficiary_lei"),
    scope=("row",),
    version="3",
    reason="{field} holds '{text}'",
)
def placeholder_data(book: Book, *, entropy: float) -> tuple[Finding, ...]:
    """Look for fillers in fields of names and places."""
    fillers = sorted({row["term"] for row in book.table("placeholders").rows})
    findings = []
    for name in (name for name in _NAMED_FIELDS if name in book.columns):
        rows = _suspects(book, name, fillers)
        bad = _says_nothing(book.column(name, rows), fillers, entropy, names_only=name.endswith("_name"))
        side = "originator" if "originator" in name else "beneficiary"
        truth = np.zeros(book.size, np.bool_)
        truth[rows[bad]] = True
        if name.endswith("_address") and f"{side}_name" in book.columns:
            truth |= book.same(name, f"{side}_name") & book.known(name)
        if name == f"{side}_name" and f"{side}_lei" in book.columns:
            truth &= ~book.known(f"{side}_lei")
        found = np.flatnonzero(truth)
        findings.append(
            Finding(rows=found, facts={"field": name, "text": book.column(name, found).str.slice(0, 60)})
        )
    return tuple(findings)


def _suspects(book: Book, name: str, fillers: list[str]) -> npt.NDArray[np.int64]:
    """Rows worth a close look: fillers, digits, short texts, and one symbol three times in a row."""
    words = sorted({max(term.split(), key=len) for term in fillers} - {""})
    runs = [symbol * 3 for symbol in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_/+?#x "]
    text = pl.col(name)
    long_words = [word for word in words if len(word) > 4]
    look = text.str.contains_any([*long_words, *runs], ascii_case_insensitive=True)
    look |= text.str.len_chars() <= 8
    if name.endswith("_name"):
        look |= text.str.contains(r"^\W*\d")
    return np.flatnonzero(book.select(look))


def _says_nothing(
    texts: pl.Series, fillers: list[str], entropy: float, *, names_only: bool
) -> npt.NDArray[np.bool_]:
    distinct = texts.unique(maintain_order=True).drop_nulls()
    folded = distinct.str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    nothing = (folded == "") | folded.is_in(fillers)
    if names_only:
        nothing |= folded.str.contains(r"^[\d ]+$")
    # Where a character is a syllable, three of them are a name: only one repeated says nothing.
    syllabic = folded.str.contains(r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]")
    low = pl.Series(
        [
            len(text) > 2 and (len(set(text)) == 1 if by_syllable else _bits(text) < entropy)
            for text, by_syllable in zip(folded, syllabic, strict=True)
        ],
        dtype=pl.Boolean,
    )
    bad = distinct.filter(nothing | low)
    truth: npt.NDArray[np.bool_] = texts.is_in(bad.to_list()).fill_null(False).to_numpy()
    return truth


def _bits(text: str) -> float:
    """Entropy of the characters of a text, in bits a character."""
    parts = [times / len(text) for times in Counter(text).values()]
    return -sum(part * math.log2(part) for part in parts)


@rule(
    "TF-D03",
    "Name and account do not fit",
    definition="The beneficiary's name is unlike the holder of the account on our books and all names "
    "known for it.",
    source="FATF R.16 as of June 2025 (alignment check; secondary source)",
    weight=15,
    parameters=(share("similarity", 0.6, "of the names, below which they are different"),),
    requires=("beneficiary_name", "beneficiary_holder_name"),
    keys=("beneficiary_name", "beneficiary_holder_name"),
    optional=("beneficiary_holder_aliases",),
    scope=("row",),
    reason="beneficiary '{name}' is unlike the account holder '{holder}'",
)
def name_and_account_differ(book: Book, *, similarity: float) -> Finding:
    """Look for beneficiaries unlike the holder of the account."""
    rows = np.flatnonzero(book.known("beneficiary_name") & book.known("beneficiary_holder_name"))
    name, holder = book.coded("beneficiary_name"), book.coded("beneficiary_holder_name")
    score = coded_similarities(name, holder, rows)
    if book.has("beneficiary_holder_aliases"):
        unlike = np.flatnonzero(score < similarity)
        aliases = book.column("beneficiary_holder_aliases", rows[unlike]).cast(pl.String).fill_null("")
        pairs = pl.DataFrame(
            {"at": unlike, "name": name.series(rows[unlike]), "alias": aliases.str.split(";")}
        )
        pairs = pairs.explode("alias", empty_as_null=False)
        np.maximum.at(score, pairs["at"].to_numpy(), similarities(pairs["name"], pairs["alias"]))
    fired = score < similarity
    return Finding(
        rows=rows[fired],
        value=score[fired],
        threshold=similarity,
        facts={"name": name.series(rows[fired]), "holder": holder.series(rows[fired])},
    )


@rule(
    "TF-D04",
    "A bank that keeps sending deficient data",
    definition="Much of what a bank sends lacks originator or beneficiary data (TF-D01).",
    source="FATF INR.16 para 18 and 21",
    weight=5,
    parameters=(
        share("share", 0.05, "of its payments"),
        count("payments", 20, "fewest payments"),
        duration("window", 90),
    ),
    requires=(
        "originator_agent_bic",
        "originator_place",
        "beneficiary_place",
        "originator_name",
        "beneficiary_name",
    ),
    keys=("originator_agent_bic",),
    window="90 days",
    key="originator's bank",
    scope=("originator_agent_bic",),
    upon=("TF-D01",),
    version="2",
    reason="{deficient} of {value} payments of this bank within {window} lack data",
)
def deficient_bank(book: Book, *, share: float, payments: int, window: int) -> Finding:
    """Look for banks that keep sending deficient data."""
    deficient = book.fired(missing_party_data.default)
    ledger = book.ledger("originator_agent_bic", moved=False)
    span = ledger.within(window)
    bad = span.sum(deficient)
    fired = deficient[span.rows] & (span.count >= payments) & at_least_share(bad, span.count, share)
    span, bad = span[fired], bad[fired]
    return Finding(
        rows=span.rows,
        value=span.count,
        threshold=float(payments),
        window=window,
        spans=(span,),
        facts={"deficient": bad},
    )
