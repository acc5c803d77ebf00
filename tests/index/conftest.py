"""The oracle of the index: every pair scored by the definition, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from screening.designations import SanctionsList
from screening.index import NameIndex
from screening.names.comparison import Listed, Query, score
from screening.names.normalise import prepare, prepare_readings
from screening.validation.manipulations import manipulate
from screening.validation.people import companies, people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import polars as pl

THRESHOLDS = (0.6, 0.7, 0.74, 0.8, 0.9, 0.95, 1.0)

PERSONS = (
    "Khalid Abdul-Rahman AL-TESTI", "Nur-uddin VELKARI", "Abdulrahman Nureddine Abdullah",
    "ABD AL-RAHIM", "HAMZA", "Ardo Belvane", "Abu Velkar al-Dormani", "KIM Yong-chol", "金永哲", "김영철",
    "Халид Дорманов", "خالد دورماني", "خالد عبدالرحمن التستي", "J. R. Velkar", "LI Min",
    "Mohammed Ali Hassan", "Mohammad Hussain", "Mohamed Ali", "Maria del Carmen de la Velkara y Orlank",
    "Sheikh Dr. Velk", "VELKARIONDORMANI", "Yusuf ibn Torvash bin Qorvati", "AL",
    "Tschetschenow Dschalil", "Anh Thi Nguyen Velk", "Κωνσταντίνος Βέλκαρης", "יוסף ולקר",
    "Ｖｅｌｋａｒ Ａｒｄｏ", "حزب الله فيلكار", "Abu Bakr VELKARI", "Faizullah DORMANI", "شفيع الله ولکاری",
    "Aboubakr Dormanov", "الرابحة ولكار", "ثروت الله تورفاش", "Noor-ul-Haq TORVASH", "משה ולקר",
    "PYON Hak To", "리몽룡", "HONG Kil Tong", "दाऊद वेलकार", "Dawood VELKAR", "রহমান তোর্ভাশ",
)  # fmt: skip
FIRMS = (
    "Velkar Trading Company L.L.C.", "11420 CORP", "Velkar Fund II", "A-B-C Company", "JSC VELKARIL",
    "HAMZA TRADING", "Velkar Relief Foundation", "Al Noor General Trading FZE", "株式会社東立",
    "شركة النور للتجارة", "ООО Велькарнефть",
    "Front for the Liberation of Velkaria and Dormania (FLVD)", "V.R.F.",
    "Global Trading & Shipping Ltd", "Ansar Dormani",
    "Velkar Electronics Research Institute of Technology", "Bank of the West", "The Company",
    "DORMANI-VELKAR GmbH & Co. KG",
)  # fmt: skip


class Best(NamedTuple):
    """What a search has to say of one designation, or of a name that cannot be judged."""

    status: str
    score: float | None


Answers = dict[tuple[int, str | None], Best]


class Oracle:
    """Scores every pair with the definition, without the index."""

    def __init__(self, index: NameIndex) -> None:
        self.listed: list[tuple[str, Listed]] = [
            (reference, Listed.ready(prepare(name), kind))
            for reference, kind, name in index.names.select("reference", "kind", "name").iter_rows()
        ]
        self.known: dict[str, tuple[dict[str, float], bool]] = {}

    def scores(self, text: str) -> tuple[dict[str, float], bool]:
        """Best score by reference, and whether the name can be judged, in all ways that it may be read."""
        if text not in self.known:
            readings = prepare_readings(text)
            judged = all(name.screenable for name in readings)
            self.known[text] = self._scores([Query.ready(name) for name in readings]), judged
        return self.known[text]

    def _scores(self, queries: Sequence[Query]) -> dict[str, float]:
        best: dict[str, float] = {}
        for reference, listed in self.listed:
            best[reference] = max(best.get(reference, 0.0), *(score(query, listed) for query in queries))
        return best

    def search(self, names: Iterable[str | None], threshold: float) -> Answers:
        """What `NameIndex.search` must return."""
        answers: Answers = {}
        for place, text in enumerate(names):
            if text is None:
                continue
            scores, judged = self.scores(text)
            answers |= {
                (place, reference): Best("hit", value)
                for reference, value in scores.items()
                if value >= threshold
            }
            if not judged:
                answers[place, None] = Best("unscreenable", None)
        return answers


def read(answer: pl.DataFrame) -> Answers:
    """An answer of the index in the form of the oracle."""
    keys = answer.select("query_id", "reference").rows()
    assert len(keys) == len(set(keys)), "one row per name and designation"
    return {
        (query_id, reference): Best(status, value)
        for query_id, reference, status, value in answer.select(
            "query_id", "reference", "status", "score"
        ).iter_rows()
    }


def index_of(individuals: Sequence[str], entities: Sequence[str] = ()) -> NameIndex:
    """An index of a list with one name per designation."""
    rows = [(f"TSi.{place:03}", "individual", name) for place, name in enumerate(individuals)]
    rows += [(f"TSe.{place:03}", "entity", name) for place, name in enumerate(entities)]
    return NameIndex(SanctionsList.from_names(rows))


def assert_exact(
    index: NameIndex, names: Sequence[str | None], thresholds: Sequence[float] = THRESHOLDS
) -> None:
    """The law: a search returns what scoring every pair would."""
    oracle = Oracle(index)
    for threshold in thresholds:
        assert read(index.search(names, threshold=threshold)) == oracle.search(names, threshold)


@pytest.fixture(scope="session")
def exact() -> Callable[..., None]:
    """Asserts that an index and the oracle say the same of some names, at many thresholds."""
    return assert_exact


@pytest.fixture(scope="session")
def build() -> Callable[..., NameIndex]:
    """Builds an index from names of individuals and of entities."""
    return index_of


@pytest.fixture(scope="session")
def answers() -> Callable[[pl.DataFrame], Answers]:
    """Reads an answer of the index as a mapping."""
    return read


@pytest.fixture(scope="session")
def index() -> NameIndex:
    """Hand-picked awkward names and some invented ones of many cultures."""
    persons = [*PERSONS, *people(30, seed=61)["name"]]
    return index_of(persons, [*FIRMS, *companies(25, seed=61)["name"]])


@pytest.fixture(scope="session")
def queries(index: NameIndex) -> list[str]:
    """Names on the list, manipulated names on the list, and invented innocent names."""
    made = manipulate(index.names, seed=62, per_class=4)["query"].to_list()
    innocent = [*people(40, seed=63)["name"], *companies(30, seed=63)["name"]]
    return sorted({*index.names["name"], *made, *innocent})
