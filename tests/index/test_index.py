"""Laws of a search: what it answers never depends on what stands around a name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from screening.designations import SanctionsList
from screening.errors import ListError, PolicyError, SchemaError
from screening.index import NameIndex
from screening.lists import read_un_list
from screening.names import compare
from screening.names.normalise import MAX_TOKENS, prepare
from screening.policy import ListPolicy, NamePolicy, Policy
from screening.schemas import SEARCH, TEXT_SEARCH
from screening.validation.manipulations import manipulate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOTHING = ["", "   ", "-–—", "\u200b\u0301", "\U0001f600 !", "v" * 10_000, "v " * 60]
COLUMNS = ["reference", "listed_name", "name_type", "quality", "weak", "status", "score"]


def by_name(answer: pl.DataFrame) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each name, without where it stood."""
    parts = answer.unique(["query", "reference"], maintain_order=True).partition_by("query", as_dict=True)
    return {str(text): part.select(COLUMNS).rows() for (text,), part in parts.items()}


def test_raising_the_threshold_gives_a_subset(index: NameIndex, queries: list[str]) -> None:
    keys = ["query_id", "reference", "listed_name", "score"]
    widest = wider = index.search(queries, threshold=0.6)
    for threshold in (0.65, 0.74, 0.85, 0.95, 1.0):
        narrower = index.search(queries, threshold=threshold)
        assert_frame_equal(narrower.select(keys), wider.filter(pl.col("score") >= threshold).select(keys))
        assert len(narrower) > 0
        wider = narrower
    assert len(wider) < len(widest)


def test_every_listed_name_finds_its_designation_at_every_threshold(index: NameIndex) -> None:
    names = index.names["name"]
    for threshold in (0.6, 1.0):
        found = index.search(names, threshold=threshold)
        own = {(place, reference) for place, reference in enumerate(index.names["reference"])}
        perfect = found.filter(score=1.0)
        assert own <= set(perfect.select("query_id", "reference").rows())


def test_scores_are_those_of_compare(index: NameIndex, queries: list[str]) -> None:
    kinds = dict(index.names.select("reference", "kind").rows())
    for query, listed, reference, score in (
        index.search(queries[::4]).select("query", "listed_name", "reference", "score").iter_rows()
    ):
        assert score == compare(query, listed, kind=kinds[reference]).score


def test_splitting_a_batch_changes_nothing(index: NameIndex, queries: list[str]) -> None:
    whole = by_name(index.search(queries, threshold=0.6))
    cut = len(queries) // 3
    halves = [index.search(part, threshold=0.6) for part in (queries[:cut], queries[cut:])]
    assert by_name(halves[0]) | by_name(halves[1]) == whole
    for text in queries[::9]:
        assert by_name(index.search([text], threshold=0.6)).get(text) == whole.get(text)


def test_a_digit_read_in_two_ways_is_no_letter_of_its_neighbour() -> None:
    """`a1` may be `al`; another name with the word `ai` beside it must not take that away."""
    index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", "Velkar AL-TESTI")]))
    alone = index.search(["Velkar a1-Testi"], threshold=0.6)["score"].to_list()
    assert alone == [compare("Velkar a1-Testi", "Velkar AL-TESTI").score]
    after = index.search(["Ai Torvash", "Velkar a1-Testi"], threshold=0.6)["score"].to_list()
    together = index.search(["Velkar a1-Testi", "Ai Torvash"], threshold=0.6)["score"].to_list()
    assert alone == after == together


def test_an_index_answers_alike_whatever_it_was_asked_before(
    index: NameIndex, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "screening.index.meetings._REMEMBERED", 5
    )  # of what tokens meet, nearly all is forgotten
    anew = NameIndex(index.sanctions, policy=index.policy)
    for start in range(0, len(queries), 7):
        part = queries[start : start + 7]
        assert_frame_equal(anew.search(part, threshold=0.6), index.search(part, threshold=0.6))


def test_sizes_that_bound_memory_change_nothing(
    index: NameIndex, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of one token each, chunks of a few values, and a filter that lets nearly everything through."""
    usual = index.search(queries, threshold=0.6)
    for name, size in (("worth._BLOCK", 1), ("bound._CHUNK", 8), ("bound._MOST_BITS", 1)):
        monkeypatch.setattr(f"screening.index.{name}", size)
    assert_frame_equal(index.search(queries, threshold=0.6), usual)


def test_threads_that_share_an_index_get_what_each_would_get_alone(
    index: NameIndex, queries: list[str]
) -> None:
    alone = [index.search(queries[start::4], threshold=0.6) for start in range(4)]
    anew = NameIndex(index.sanctions, policy=index.policy)
    with ThreadPoolExecutor(4) as pool:
        shared = list(pool.map(lambda start: anew.search(queries[start::4], threshold=0.6), range(4)))
    for mine, ours in zip(alone, shared, strict=True):
        assert_frame_equal(mine, ours)


def test_shuffling_and_repeating_changes_nothing(index: NameIndex, queries: list[str]) -> None:
    whole = by_name(index.search(queries, threshold=0.6))
    mixed = queries + queries[::2]
    Random(4).shuffle(mixed)
    answer = index.search(mixed, threshold=0.6)
    assert by_name(answer) == whole
    per_name = dict(answer.group_by("query").len().iter_rows())
    assert all(per_name[text] == len(rows) * mixed.count(text) for text, rows in whole.items())


def test_an_answer_is_sorted_and_points_at_its_row(index: NameIndex, queries: list[str]) -> None:
    answer = index.search(queries, threshold=0.6)
    assert_frame_equal(answer, answer.sort("query_id", "score", "reference", descending=[False, True, False]))
    assert [queries[place] for place in answer["query_id"]] == answer["query"].to_list()


def test_the_same_search_gives_the_same_frame(index: NameIndex, queries: list[str]) -> None:
    assert_frame_equal(index.search(queries), index.search(queries), check_exact=True)


def test_nothing_is_changed_by_a_search(index: NameIndex, queries: list[str]) -> None:
    series, before = pl.Series("name", queries), index.sha256
    copy = series.clone()
    index.search(series)
    assert series.equals(copy)
    assert series.name == "name"
    assert index.sha256 == before


def test_a_listed_name_added_removes_no_hit(index: NameIndex, queries: list[str]) -> None:
    rows = index.names.select("reference", "kind", "name").rows()
    more = [
        ("TSi.000", "individual", "Velkarion Orlank"),
        ("TSi.900", "individual", queries[10]),
        ("TSe.900", "entity", queries[40]),
        ("TSi.901", "individual", "Mohammed"),
        ("TSe.901", "entity", "Trading Company"),
    ]
    larger = NameIndex(SanctionsList.from_names(rows + more))
    before = index.search(queries, threshold=0.6).select("query", "reference", "score")
    after = larger.search(queries, threshold=0.6).select("query", "reference", pl.col("score").alias("now"))
    both = before.join(after, on=["query", "reference"], how="left")
    assert both["now"].null_count() == 0
    assert (both["now"] >= both["score"]).all()
    kept = both.filter(pl.col("reference") != "TSi.000")
    assert kept["now"].equals(kept["score"].alias("now"))


def test_the_order_of_the_list_means_nothing(index: NameIndex, queries: list[str]) -> None:
    rows = index.names.select("reference", "kind", "name").rows()
    turned = NameIndex(SanctionsList.from_names(rows[::-1]))
    assert_frame_equal(turned.search(queries), index.search(queries))
    assert turned.sha256 == index.sha256


@pytest.mark.parametrize("threshold", [0.6, 0.74, 0.9, 1.0])
def test_what_cannot_be_judged_is_said_to_be_so_at_every_threshold(
    index: NameIndex, threshold: float
) -> None:
    answer = index.search([*NOTHING, "Ardo Belvane"], threshold=threshold)
    odd = answer.filter(status="unscreenable")
    assert odd["query_id"].to_list() == list(range(len(NOTHING)))
    assert odd["query"].to_list() == NOTHING
    assert odd.select("reference", "listed_name", "score").null_count().row(0) == (len(NOTHING),) * 3


def test_a_name_of_ten_thousand_characters_is_one_row(index: NameIndex) -> None:
    answer = index.search(["Ardo Belvane " * 770])
    assert answer["status"].to_list() == ["unscreenable"]


def test_null_names_give_no_rows_and_keep_the_count(index: NameIndex) -> None:
    answer = index.search([None, "Ardo Belvane", None, ""])
    assert set(answer["query_id"]) == {1, 3}
    assert index.search([None, None]).is_empty()


@pytest.mark.parametrize("empty", [[], pl.Series([], dtype=pl.String), pl.Series([]), [None]])
def test_no_names_give_an_empty_typed_frame(index: NameIndex, empty: Any) -> None:
    assert index.search(empty).schema == SEARCH
    assert index.scan_text(empty).schema == TEXT_SEARCH
    assert index.search(empty).is_empty()


def test_every_answer_has_the_promised_schema(index: NameIndex) -> None:
    for names in (["Ardo Belvane"], ["Unrelated Person"], [""], ["", "Ardo Belvane"]):
        assert index.search(names).schema == SEARCH
        assert index.scan_text(names).schema == TEXT_SEARCH


@pytest.mark.parametrize("names", [pl.Series(["Ardo Belvane"]), ("Ardo Belvane",), iter(["Ardo Belvane"])])
def test_any_iterable_of_names_will_do(index: NameIndex, names: Any) -> None:
    assert index.search(names)["reference"].to_list() == ["TSi.005"]


def test_a_categorical_column_is_read_as_text(index: NameIndex) -> None:
    names = pl.Series(["Ardo Belvane", "Ardo Belvane", None], dtype=pl.Categorical)
    assert index.search(names)["query_id"].to_list() == [0, 1]


@pytest.mark.parametrize("threshold", [0.0, 0.59, 1.01, 74, -1, float("nan"), float("inf")])
def test_a_threshold_out_of_range_is_refused(index: NameIndex, threshold: float) -> None:
    for ask in (index.search, index.scan_text, index.recall_audit):
        with pytest.raises(PolicyError, match="threshold"):
            ask(["Ardo Belvane"], threshold=threshold)


def test_a_threshold_of_the_policy_out_of_range_is_refused_too() -> None:
    listed = SanctionsList.from_names([("T.1", "individual", "Ardo Belvane")])
    with pytest.raises(PolicyError, match="threshold"):
        NameIndex(listed, policy=Policy(names=NamePolicy(threshold=0.2)))


def test_nothing_left_to_screen_is_refused_and_not_clear() -> None:
    listed = SanctionsList.from_names([("T.1", "individual", "Ardo Belvane")])
    typed = replace(listed, designations=listed.designations.with_columns(list_type=pl.lit("Velk")))
    without = Policy(lists=ListPolicy(exclude_list_types=("Velk",)))
    with pytest.raises(ListError, match="leaves nothing to screen"):
        NameIndex(typed, policy=without)
    assert len(NameIndex(listed, policy=without)) == 1  # of no type: screened


@pytest.mark.parametrize("name", ["Abdulrahman", "Nureddine", "Abd-al-Rahman Zzz"])
def test_a_batch_that_meets_nothing_is_searched_like_any_other(name: str) -> None:
    index = NameIndex(SanctionsList.from_names([("T.1", "individual", "Yong Chol")]))
    assert index.search([name]).is_empty()
    assert index.scan_text([f"pay {name}"]).is_empty()


@pytest.mark.parametrize("names", [[1.5], [b"Ardo"], [["Ardo"]]])
def test_what_is_no_text_is_refused_by_type(index: NameIndex, names: list[object]) -> None:
    for ask in (index.search, index.scan_text):
        with pytest.raises(SchemaError, match="must be strings"):
            ask(names)  # type: ignore[arg-type]


def test_the_threshold_of_the_policy_is_the_default(queries: list[str], index: NameIndex) -> None:
    strict = NameIndex(index.sanctions, policy=Policy(names=NamePolicy(threshold=0.9)))
    assert strict.threshold == 0.9
    assert_frame_equal(strict.search(queries), index.search(queries, threshold=0.9))
    assert index.threshold == Policy().names.threshold


def test_a_designation_answers_once_by_its_best_name() -> None:
    index = NameIndex(
        SanctionsList.from_names(
            [
                ("T.1", "individual", "Ardo Belvane"),
                ("T.1", "individual", "Ardo Belvaine"),
                ("T.2", "individual", "Ardo Belvane"),
            ]
        )
    )
    answer = index.search(["Ardo Belvaine"])
    assert answer["reference"].to_list() == ["T.1", "T.2"]
    assert answer["listed_name"].to_list() == ["Ardo Belvaine", "Ardo Belvane"]


def test_of_equally_good_names_the_primary_one_answers() -> None:
    rows = [
        {
            "reference": "T.1",
            "kind": "individual",
            "name": "ARDO BELVANE",
            "name_type": "alias",
            "quality": "Low",
        },
        {"reference": "T.1", "kind": "individual", "name": "Ardo BELVANE", "name_type": "primary"},
    ]
    answer = NameIndex(SanctionsList.from_names(rows)).search(["Belvane, Ardo"])
    assert answer.select("listed_name", "name_type", "weak").rows() == [("Ardo BELVANE", "primary", False)]


def test_a_weak_alias_hits_and_is_marked() -> None:
    rows = [
        {"reference": "T.1", "kind": "individual", "name": "Ardo Belvane"},
        {
            "reference": "T.1",
            "kind": "individual",
            "name": "Orlank Torvash",
            "name_type": "alias",
            "quality": "Low",
        },
    ]
    answer = NameIndex(SanctionsList.from_names(rows)).search(["Orlank Torvash"])
    assert answer.select("listed_name", "quality", "weak", "score").rows() == [
        ("Orlank Torvash", "Low", True, 1.0)
    ]


def test_a_designation_without_any_comparable_name_is_an_error() -> None:
    with pytest.raises(ListError, match=r"T\.2"):
        NameIndex(SanctionsList.from_names([("T.1", "individual", "Ardo"), ("T.2", "individual", "…")]))


def test_excluded_list_types_do_not_answer(sample_list: Path) -> None:
    sanctions = read_un_list(sample_list)
    kind = sanctions.designations["list_type"].drop_nulls()[0]
    fewer = NameIndex(sanctions, policy=Policy(lists=ListPolicy(exclude_list_types=(kind,))))
    left = set(sanctions.designations.filter(pl.col("list_type") != kind)["reference"])
    assert set(fewer.names["reference"]) <= left
    assert set(fewer.search(sanctions.names["name"])["reference"].drop_nulls()) <= left
    assert len(fewer) < len(NameIndex(sanctions))


def test_why_not_tells_the_gap_and_the_step(index: NameIndex) -> None:
    answer = index.why_not("Ardo Smith", "TSi.005")
    score = index.explain("Ardo Smith", "TSi.005").score
    assert f"{index.threshold - score:.2f} below the threshold {index.threshold:.2f}" in answer
    assert "'Ardo Belvane'" in answer
    assert "'smith' is extra in query" in answer
    assert "'belvane' is missing in query" in answer


def test_why_not_tells_what_reading_the_name_as_a_text_gives(index: NameIndex) -> None:
    name = "Rose Meyer c/o ARDO BELVANE, London"
    answer = index.why_not(name, "TSi.005").splitlines()
    assert "below the threshold" in answer[0]
    assert answer[-1] == (
        "read as a text, 'ARDO BELVANE' in it scores 0.99 against 'Ardo Belvane', a hit at 0.80"
    )
    assert index.scan_text([name])["reference"].to_list() == ["TSi.005"]
    assert "a hit at 0.95" in index.why_not(name, "TSi.005", threshold=0.95).splitlines()[-1]
    short = index.why_not("Rose Meyer c/o ARDO BELVAMK, London", "TSi.005", threshold=0.95).splitlines()[-1]
    assert short.startswith("read as a text, 'ARDO BELVAMK' in it scores 0.")
    assert short.endswith("below the threshold 0.95")
    assert "read as a text" not in index.why_not("ARDO BELVANE", "TSi.005")


def test_a_reference_in_another_case_is_taken_for_itself_before_others() -> None:
    listed = [("XAi.009", "individual", "Ardo Belvane"), ("XBi.009", "individual", "Jo Velk")]
    with pytest.raises(PolicyError, match=r"did you mean XAi\.009\?"):
        NameIndex(SanctionsList.from_names(listed)).explain("Ardo", "xai.009")


def test_why_not_says_so_when_it_is_a_hit(index: NameIndex) -> None:
    assert "a hit at 0.60" in index.why_not("Ardo Belvanne", "TSi.005", threshold=0.6)
    assert index.search(["Ardo Belvanne"], threshold=0.6)["reference"].to_list() == ["TSi.005"]


def test_why_not_says_that_a_name_cannot_be_judged(index: NameIndex) -> None:
    assert "unscreenable" in index.why_not("…", "TSi.005")


def test_an_unknown_designation_is_an_error(index: NameIndex) -> None:
    for ask in (index.why_not, index.explain):
        with pytest.raises(PolicyError, match=r"TSx\.1"):
            ask("Ardo Belvane", "TSx.1")


@pytest.mark.parametrize("threshold", [0.6, 0.74, None, 1.0])
def test_an_audit_finds_that_nothing_was_lost(
    index: NameIndex, queries: list[str], threshold: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = queries[::15]
    lost = index.recall_audit([*sample, sample[0]], threshold=threshold)
    assert lost.is_empty()
    assert lost.columns == ["query", "reference", "score", "found"]
    assert capsys.readouterr().out == f"0 lost of {len(sample) * len(index)} pairs\n"


def test_an_audit_would_notice_a_loss(
    index: NameIndex, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NameIndex, "search", lambda *_, **__: pl.DataFrame(schema=SEARCH))
    lost = index.recall_audit(["Ardo Belvane"])
    assert lost.select("query", "reference", "found").rows() == [
        ("Ardo Belvane", "TSi.005", "brute force only")
    ]
    assert capsys.readouterr().out.startswith("1 lost of ")


@pytest.mark.real_lists
def test_on_the_real_list_a_search_equals_scoring_every_pair(
    shared_data: Path, exact: Callable[..., None]
) -> None:
    index = NameIndex(read_un_list(shared_data / "un" / "2026-02-27.xml"))
    made = manipulate(index.names, seed=7, per_class=2)["query"].to_list()
    exact(index, Random(7).sample(made, 25), (0.6, 0.74))


@pytest.mark.parametrize(
    "asked", ["Mutassim B|||ah Dormani", "Mutass!m B!!!ah Dormani", "Mutassim Bil|ah Dorman|"]
)
def test_letters_beside_each_other_may_all_be_strokes(asked: str, build: Callable[..., NameIndex]) -> None:
    index = build(["Mutassim Billah Dormani"])
    assert index.search([asked])["status"].to_list() == ["hit"]
    assert index.scan_text([f"paid to {asked} in May"])["status"].to_list() == ["hit"]


def test_a_stroke_is_read_in_a_search_as_it_is_in_a_comparison(build: Callable[..., NameIndex]) -> None:
    asked = [
        "KHA①|id Mansur",
        "Kha\u200b|id Mansur",
        "Kh@|id|Mansur",
        "Kha|?d Mansur",
        "M|a|b|Kha|id|Mansur|x",
    ]
    index = build(["Khalid Mansur"])
    assert index.recall_audit(asked, threshold=0.6).is_empty()
    assert index.search(asked[1:4])["status"].to_list() == ["hit"] * 3


def test_a_name_is_unscreenable_only_if_it_is_as_it_was_written(build: Callable[..., NameIndex]) -> None:
    """Misread letters may be many tokens; strokes that might join words leave them as many as they are."""
    name = "Мухаммад Абдулла Халид Дорманов Хаджи Сафар Амр"
    index = build([name])
    misread, han = (text.encode().decode("latin-1") for text in (name, "金" * (MAX_TOKENS + 1)))
    piped = "|".join("ab" for _ in range(MAX_TOKENS + 1))
    assert not prepare(misread).screenable
    assert prepare(han).screenable
    answer = index.search([misread, han, piped])
    assert answer["status"].to_list() == ["hit", "unscreenable", "unscreenable"]


JOINED = [
    ("Talib Abdulrahman", "Talibabdulrahman"),
    ("نور الحق", "نورالحق"),
    ("yong Chol الرابحة", "yongcholالرابحة"),
    ("Seif Islam M", "Saifislam Cohen"),
    ("Abou Noor ul L", "abounoorul"),
    ("ښکلی", "Xxkalay"),
    ("מחמוד", "محمد"),
    ("מוסטפא אחמד", "مصطفى احمد"),
    ("ءءالله قدرت", "allah qudrat"),
    ("فیض الله خان", "Faizullah Khan"),
    ("Faizullah Khan", "فیض الله خان"),
    ("Aboubakr Velkari", "Abu Bakr VELKARI"),
    ("Abou Bakr Velkari", "Aboubakr VELKARI"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "listed"), JOINED)
def test_names_written_together_or_apart_are_found_as_scoring_finds_them(
    query: str, listed: str, build: Callable[..., NameIndex], exact: Callable[..., None]
) -> None:
    exact(build([listed], [listed]), [query, listed])


def test_half_a_character_is_refused_in_words(build: Callable[..., NameIndex]) -> None:
    with pytest.raises(SchemaError, match="half a character"):
        build(["Ardo Velkari"]).search(["Ardo \ud800 Velkari"])


@pytest.mark.parametrize("asked", [["Velkar \u0438", "\u0418. Velkar"], ["\u0418. Velkar", "Velkar \u0438"]])
def test_a_letter_that_is_a_word_is_no_initial_and_spoils_none_beside_it(asked: list[str]) -> None:
    index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", "Ivan Velkar")]))
    found = dict(index.search(asked, threshold=0.6).select("query", "score").rows())
    assert found == {
        query: compare(query, "Ivan Velkar").score
        for query in asked
        if compare(query, "Ivan Velkar").score >= 0.6
    }
    assert found["\u0418. Velkar"] >= index.threshold
