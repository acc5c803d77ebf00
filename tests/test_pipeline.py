"""screen(): every row accounted for, whatever kind of table it came in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import pickle
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import screening
from screening import NameIndex, Policy, SanctionsList, designations, screen
from screening.errors import PolicyError
from screening.hits import find_hits
from screening.rules.parties import conform_parties
from screening.rules.structuring import structuring
from screening.runs import read_parties, screen_into
from screening.schemas import ALERTS, FLAGS, HITS, REJECTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LISTED = SanctionsList.from_names(
    [
        ("QDi.901", "individual", "Khalid Abdul-Rahman AL-TESTI"),
        ("QDi.901", "individual", "Abu Testi", "alias", "Low"),
        ("QDe.902", "entity", "Testi General Trading"),
    ]
)
INDEX = NameIndex(LISTED)
START = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
NAMES = ["Khaled Abdulrahman Al Testi", "Jane Doe", "Testi General Trading LLC", "Otto Beispiel", "...", None]


def payments(*names: str | None, start: int = 1, amount: str = "120.50") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "transaction_id": [f"P{start + n:03}" for n in range(len(names))],
            "booked_at": [(START + dt.timedelta(hours=n)).isoformat() for n in range(len(names))],
            "amount": [amount] * len(names),
            "currency": ["EUR"] * len(names),
            "originator_name": ["Otto Beispiel"] * len(names),
            "originator_account": ["A1"] * len(names),
            "beneficiary_name": list(names),
            "beneficiary_account": [f"B{n}" for n in range(len(names))],
        },
        schema_overrides={"beneficiary_name": pl.String},
    )


def test_a_listed_party_suspends_and_an_innocent_one_passes() -> None:
    result = screen(payments("Khaled Abdulrahman Al Testi", "Jane Doe"), INDEX)
    assert result.alerts.select("transaction_id", "outcome", "references").rows() == [
        ("P001", "SUSPEND", ["QDi.901"])
    ]
    (hit,) = result.hits.to_dicts()
    assert hit["field"] == "beneficiary_name"
    assert hit["query"] == "Khaled Abdulrahman Al Testi"
    assert [table.schema for table in result.tables.values()] == [ALERTS, HITS, FLAGS, REJECTS]


def test_every_row_is_screened_or_rejected() -> None:
    table = payments(*NAMES)
    broken = payments("Jane Doe", start=50, amount="twelve")
    result = screen(pl.concat([table, broken]), INDEX)
    rows = result.manifest["input"]
    assert (rows["rows"], rows["screened"], rows["rejected"]) == (7, 6, 1)
    assert result.rejects["reason"].to_list() == ["not a number"]


def test_a_rejected_row_is_never_a_silent_clear() -> None:
    result = screen(payments("Khalid Abdul-Rahman AL-TESTI", amount="twelve"), INDEX)
    assert result.rejects.height == 1
    assert result.alerts.select("transaction_id", "outcome").rows() == [("P001", "SUSPEND")]


def test_a_name_that_cannot_be_judged_is_never_a_clear() -> None:
    result = screen(payments("...", None), INDEX)
    assert result.alerts.select("transaction_id", "outcome").rows() == [("P001", "REVIEW")]
    fields = {row["column"]: row for row in result.manifest["fields"]}
    assert fields["beneficiary_name"]["unscreenable"] == 1
    assert fields["beneficiary_name"]["filled"] == 1


def test_a_weak_alias_is_reviewed_and_not_dropped() -> None:
    outcomes = {"suspend_weak_at": 1.0}
    policy = Policy.from_dict({"outcomes": outcomes})
    result = screen(payments("Abu Testy"), INDEX, policy=policy)
    assert result.alerts["outcome"].to_list() == ["REVIEW"]


def test_what_is_known_of_a_party_moves_its_tier_and_the_manifest_says_with_what() -> None:
    born = {"reference": "QDi.901", "attribute": "birth_date"}
    year = {"earliest": dt.date(1970, 1, 1), "latest": dt.date(1970, 12, 31)}
    facts = pl.DataFrame([born | year], schema=designations.FACTS)
    table = payments(*["Khalid Abdul-Rahman AL-TESTA"] * 3).with_columns(
        beneficiary_birth_date=pl.Series(["1970-03-03", "2001-03-03", None])
    )
    result = screen(table, INDEX, facts=facts)
    assert result.hits["tier"].to_list() == ["SUSPEND", "REVIEW", "SUSPEND"]
    assert dict(result.alerts.select("transaction_id", "outcome").iter_rows()) == {
        "P001": "SUSPEND", "P002": "REVIEW", "P003": "SUSPEND",
    }  # fmt: skip
    alone = screen(table, INDEX, facts=facts.clear())
    assert alone.hits["tier"].to_list() == ["SUSPEND"] * 3
    digests = [run.manifest["index"]["facts_sha256"] for run in (result, alone)]
    assert digests[0] != digests[1]


def test_a_birth_date_that_nothing_is_compared_with_is_named_in_the_warnings() -> None:
    table = payments("Jane Doe").with_columns(beneficiary_birth_date=pl.lit("1970-03-03"))
    (warning,) = (w for w in screen(table, INDEX).manifest["warnings"] if "birth_date" in w)
    assert warning.startswith("column 'beneficiary_birth_date' was compared with nothing")


def test_a_rejected_row_is_corroborated_too() -> None:
    born = {"reference": "QDi.901", "attribute": "birth_date"}
    year = {"earliest": dt.date(1970, 1, 1), "latest": dt.date(1970, 12, 31)}
    facts = pl.DataFrame([born | year], schema=designations.FACTS)
    table = payments("Khalid Abdul-Rahman AL-TESTA", amount="twelve").with_columns(
        beneficiary_birth_date=pl.lit("1970-03-03")
    )
    (words,) = screen(table, INDEX, facts=facts).hits["corroboration"].to_list()
    assert words == ["birth date agrees (listed: 1970; payment: 1970-03-03)"]


def test_a_list_that_is_issued_again_with_a_changed_entry_suspends_again() -> None:
    changed = SanctionsList.from_names(
        [("QDi.901", "individual", "Khalid AL-TESTI"), ("QDi.901", "individual", "K. Testi")]
    )
    table = payments("Khalid AL-TESTI")
    for edition in (LISTED, changed):
        assert screen(table, NameIndex(edition)).alerts["outcome"].to_list() == ["SUSPEND"]


def test_a_lost_row_voids_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(*given: Any, **options: Any) -> Any:
        read = screening.conform(*given, **options)
        object.__setattr__(read, "transactions", read.transactions.head(1))
        return read

    monkeypatch.setattr("screening.pipeline.conform", losing)
    with pytest.raises(screening.RunError, match="missing silently"):
        screen(payments("Jane Doe", "John Doe"), INDEX)


CARRIERS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda table: table,
    "lazy": lambda table: table.lazy(),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table.to_arrow(),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_same_kind_of_table_comes_back_with_the_same_content(carrier: str) -> None:
    table = payments(*NAMES)
    expected = screen(table, INDEX)
    given = CARRIERS[carrier](table)
    result = screen(given, INDEX)
    for name, content in expected.tables.items():
        back = getattr(result, name)
        assert isinstance(back, type(given))
        if isinstance(back, pl.LazyFrame):
            back = back.collect()
        assert_frame_equal(result.tables[name], content)
        assert len(back) == content.height
    assert result.manifest["alerts"] == expected.manifest["alerts"]
    assert result.manifest["input"]["sha256"] == expected.manifest["input"]["sha256"]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl", "arrow"])
def test_a_file_gives_what_its_table_gives(suffix: str, tmp_path: Path) -> None:
    table, path = payments(*NAMES), tmp_path / f"payments.{suffix}"
    write = {"csv": "write_csv", "parquet": "write_parquet", "jsonl": "write_ndjson", "arrow": "write_ipc"}
    getattr(table, write[suffix])(path)
    result, expected = screen(path, INDEX), screen(table, INDEX)
    for name in expected.tables:
        assert_frame_equal(result.tables[name], expected.tables[name])
    assert result.manifest["input"]["bytes"] == path.stat().st_size


def test_equal_runs_write_equal_bytes_but_for_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    payments(*NAMES).write_csv(path)
    written = []
    for name in ("one", "two"):
        folder = screen(path, INDEX).write(tmp_path / name)
        manifest = json.loads((folder / "manifest.json").read_text())
        assert set(manifest.pop("clock")) == {"started_at", "finished_at", "seconds"}
        written.append((manifest, {p.name: p.read_bytes() for p in folder.glob("*.parquet")}))
    assert written[0] == written[1]


def test_a_written_run_reads_back(tmp_path: Path) -> None:
    result = screen(payments(*NAMES), INDEX)
    folder = result.write(tmp_path / "run")
    for name, table in result.tables.items():
        assert_frame_equal(pl.read_parquet(folder / f"{name}.parquet"), table)


def test_the_manifest_says_which_rules_could_not_look() -> None:
    rules = {row["rule"]: row for row in screen(payments("Jane Doe"), INDEX).manifest["rules"]}
    assert set(rules) == {rule.id for rule in screening.RULES}
    blind = [row for row in rules.values() if row["status"] == "not_evaluable" and row["missing"]]
    assert blind  # a table this narrow cannot serve every rule


def test_nothing_mutates_its_argument() -> None:
    table = payments(*NAMES)
    before = table.clone()
    screen(table, INDEX)
    assert_frame_equal(table, before)


def test_progress_is_told_and_timed() -> None:
    told: list[str] = []
    manifest = screen(payments("Jane Doe"), INDEX, progress=told.append).manifest
    assert told[0] == "reading payments"
    assert "screening 2 distinct names" in told
    assert set(manifest["clock"]["seconds"]) <= set(told)


def test_what_is_no_table_is_an_error_and_not_a_clear() -> None:
    with pytest.raises(screening.SchemaError):
        screen(object(), INDEX)
    with pytest.raises(screening.SchemaError, match="no such file"):
        screen("no such file.csv", INDEX)
    with pytest.raises(screening.SchemaError, match="booked_at"):
        screen(payments("Jane Doe").drop("booked_at").to_arrow(), INDEX)


def test_no_payments_give_an_empty_result() -> None:
    result = screen(payments("x").clear(), INDEX)
    assert result.manifest["input"]["rows"] == 0
    assert all(table.height == 0 for table in result.tables.values())


@given(names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=8), cut=st.integers(0, 8))
@settings(max_examples=15, phases=(Phase.explicit, Phase.generate))  # shrinking whole runs takes minutes
def test_splitting_the_batch_changes_no_hit(names: list[str | None], cut: int) -> None:
    table = payments(*names)
    whole = screen(table, INDEX).tables["hits"]
    parts = [screen(part, INDEX).tables["hits"] for part in (table[:cut], table[cut:])]
    assert_frame_equal(pl.concat(parts), whole)


def test_a_pickled_index_and_result_say_the_same() -> None:
    table = payments(*NAMES)
    again = screen(table, pickle.loads(pickle.dumps(INDEX)))
    assert_frame_equal(again.tables["hits"], screen(table, INDEX).tables["hits"])
    assert pickle.loads(pickle.dumps(again)).manifest == again.manifest


def test_a_policy_that_cannot_hold_is_refused_before_any_work(tmp_path: Path) -> None:
    said: list[str] = []
    policy = Policy.from_dict({"outcomes": {"forced": {"TF-L5": "HOLD"}}})
    with pytest.raises(PolicyError, match="unknown rule 'TF-L5'"):
        screen(payments("Jane Doe"), INDEX, policy=policy, progress=said.append)
    path = tmp_path / "payments.csv"
    payments("Jane Doe").write_csv(path)
    with pytest.raises(PolicyError, match="unknown rule 'TF-L5'"):
        screen_into(tmp_path / "run", path, INDEX, policy=policy, progress=said.append)
    assert said == []


@pytest.mark.parametrize(
    "content",
    [
        {"names": {"threshold": 0.6}},
        {"names": {"threshold": 1.0}},
        {"names": {"text_threshold": 1.0}},
        {"outcomes": {"suspend_at": 0.99}},
    ],
)
def test_the_policy_of_a_run_holds_whatever_the_index_was_built_by(
    content: dict[str, Any], tmp_path: Path
) -> None:
    policy = Policy.from_dict(content)
    table = payments("Khalid Rahman", "Khaled Abdulrahman Al Testi", "Testi General Trading").with_columns(
        remittance_text=pl.lit("for Khaled Abdulrahman Al Testi")
    )
    path = tmp_path / "payments.parquet"
    table.write_parquet(path)
    built = screen(path, NameIndex(LISTED, policy=policy))
    assert not built.tables["hits"].equals(screen(path, INDEX).tables["hits"])
    told = screen(path, INDEX, policy=policy)
    run = screen_into(tmp_path / "run", path, INDEX, policy=policy)
    assert_frame_equal(told.tables["hits"], built.tables["hits"])
    assert_frame_equal(run.tables["hits"].collect(), built.tables["hits"])
    assert told.manifest["run_id"] == run.manifest["run_id"] == built.manifest["run_id"]


def test_a_higher_threshold_adds_no_hit_in_texts_or_names() -> None:
    table = payments("Khalid Rahman", "Khaled Abdulrahman Testi", "Halid Testi").with_columns(
        remittance_text=pl.lit("for Khalid Abdulrahmn Tesi")
    )
    found = [
        set(screen(table, INDEX, threshold=threshold).hits.select("transaction_id", "field").rows())
        for threshold in (None, 0.76, 0.78, 0.8, 0.85, 0.9, 0.95)
    ]
    assert all(higher <= lower for lower, higher in pairwise(found))
    assert len(found[-1]) < len(found[0])


def test_a_listed_number_suspends_whatever_contradicts_it() -> None:
    numbers = pl.DataFrame(
        [
            {
                "reference": "QDe.902",
                "kind": "lei",
                "number": "5493001KJTIIGC8Y1R12",
                "normalised": "5493001KJTIIGC8Y1R12",
            }
        ],
        schema=LISTED.identifiers.schema,
    )
    index = NameIndex(dataclasses.replace(LISTED, identifiers=numbers))
    table = payments("Jane Doe").with_columns(
        beneficiary_lei=pl.lit("5493001KJTIIGC8Y1R12"), beneficiary_type=pl.lit("person")
    )
    assert screen(table, index).alerts["outcome"].to_list() == ["SUSPEND"]
    assert index.sha256 != INDEX.sha256


def test_hits_by_themselves_are_judged_by_the_policy_of_the_index() -> None:
    policy = Policy.from_dict({"outcomes": {"suspend_at": 1.0}})
    transactions = screening.conform(payments("Khaled Abdulrahman Al Testi")).transactions
    assert find_hits(transactions, INDEX).table["tier"].to_list() == ["SUSPEND"]
    assert find_hits(transactions, INDEX.with_policy(policy)).table["tier"].to_list() == ["REVIEW"]


def test_a_policy_that_excludes_regimes_excludes_them_in_every_run() -> None:
    regimes = LISTED.designations.with_columns(
        list_type=pl.col("reference").replace_strict({"QDi.901": "Al-Qaida", "QDe.902": "Taliban"})
    )
    index = NameIndex(dataclasses.replace(LISTED, designations=regimes))
    policy = Policy.from_dict({"lists": {"exclude_list_types": ["Taliban"]}})
    table = payments("Khalid Abdul-Rahman AL-TESTI", "Testi General Trading")
    assert screen(table, index).hits["reference"].to_list() == ["QDi.901", "QDe.902"]
    assert screen(table, index, policy=policy).hits["reference"].to_list() == ["QDi.901"]


def test_what_was_compared_with_nothing_is_named(tmp_path: Path) -> None:
    table = payments("Jane Doe").with_columns(
        beneficiary_lei=pl.lit("5493001KJTIIGC8Y1R12"), originator_bic=pl.lit(None, pl.String)
    )
    policy = Policy.from_dict({"lists": {"exclude_list_types": ["1773"]}})
    path = tmp_path / "payments.parquet"
    table.write_parquet(path)
    for manifest in (
        screen(path, INDEX, policy=policy).manifest,
        screen_into(tmp_path / "run", path, INDEX, policy=policy).manifest,
    ):
        assert (
            "column 'beneficiary_lei' was compared with nothing: the list holds no LEIs"
            in manifest["warnings"]
        )
        assert not [line for line in manifest["warnings"] if "originator_bic" in line]
        assert [line for line in manifest["warnings"] if "nothing of that type" in line and "1773" in line]
        assert (manifest["index"]["designations"], manifest["index"]["names"]) == (2, 3)


def test_rows_without_ids_can_have_a_history_of_their_kind(tmp_path: Path) -> None:
    policy = Policy.from_dict({"payments": {"number_rows": True}})
    now, before = payments("Jane Doe").drop("transaction_id"), payments("John Doe").drop("transaction_id")
    now.write_parquet(tmp_path / "now.parquet")
    before.write_parquet(tmp_path / "before.parquet")
    told = screen(now, INDEX, policy=policy, history=before).manifest
    run = screen_into(
        tmp_path / "run", tmp_path / "now.parquet", INDEX, policy=policy, history=tmp_path / "before.parquet"
    ).manifest
    assert told["history"]["read"] == run["history"]["read"] == 1


def test_a_manifest_tells_runs_apart_that_rest_on_other_rows_parties_or_rules() -> None:
    table, rule = payments("Jane Doe", "John Doe"), structuring()
    parties = pl.DataFrame({"party_id": ["A1"], "occupation": ["student"]})
    runs: list[tuple[pl.DataFrame, dict[str, Any]]] = [
        (table, {}),
        (table.head(1), {}),
        (table.with_columns(beneficiary_name=pl.lit("Jane Roe")), {}),
        (table, {"history": payments("Jim Doe", start=60)}),
        (table, {"history": payments("Jim Roe", start=60)}),
        (table, {"parties": parties}),
        (table, {"parties": parties.with_columns(occupation=pl.lit("retired"))}),
        (table, {"rules": [rule]}),
        (table, {"rules": [structuring(band=0.2)]}),
        (table, {"rules": [dataclasses.replace(rule, weight=1)]}),
        (table, {"rules": [dataclasses.replace(rule, version="99")]}),
        (table, {"rules": [dataclasses.replace(rule, family="own")]}),
        (table, {"rules": [dataclasses.replace(rule, context=True)]}),
    ]
    ids = [screen(rows, INDEX, **choices).manifest["run_id"] for rows, choices in runs]
    assert len(set(ids)) == len(ids)
    assert screen(table, INDEX).manifest["run_id"] == ids[0]
    (about,) = screen(table, INDEX, rules=[structuring(band=0.2)]).manifest["rules"]
    assert about["parameters"]["band"] == 0.2
    assert (about["version"], about["weight"]) == (rule.version, rule.weight)


def test_a_column_that_the_history_lacks_is_named_in_the_warnings_and_kept_in_the_batch() -> None:
    table = payments("Jane Doe").with_columns(originator_address=pl.lit("XXXX"))
    alone = screen(table, INDEX)
    result = screen(table, INDEX, history=payments("Jim Doe", start=60))
    for run in (alone, result):
        assert run.flags.filter(rule="TF-D02").height == 1
    more = set(result.manifest["warnings"]) - set(alone.manifest["warnings"])
    assert more == {"column 'originator_address' is not in the history: earlier payments are seen without it"}
    same = screen(table, INDEX, history=payments("x", start=60).clear())
    assert same.manifest["warnings"] == alone.manifest["warnings"]


def test_rows_of_the_history_that_cannot_be_read_are_counted_and_told() -> None:
    table = payments("Jane Doe")
    bad = payments("Jim Doe", "Jim Roe", start=60, amount="9500.00x")
    both = pl.concat([payments("Jim Poe", "Jim Coe", start=50), bad])
    manifest = screen(table, INDEX, history=both).manifest
    history = manifest["history"]
    assert [history[name] for name in ("rows", "read", "rejected")] == [4, 2, 2]
    assert history["columns"] == manifest["input"]["columns"]
    assert (
        "history: not a number (2 rows, first in row 3): these earlier payments are not seen by rules that "
        "look back"
    ) in manifest["warnings"]
    two = bad.with_columns(booked_at=pl.Series(["never", "2026-03-01T10:00:00Z"]))
    lines = [line for line in screen(table, INDEX, history=two).manifest["warnings"] if "history" in line]
    assert len(lines) == 2  # a row is told by its first reason


def test_parties_come_in_any_kind_of_table() -> None:
    table, parties = payments(*NAMES), pl.DataFrame({"party_id": ["A1", "B0"], "residence": ["IQ", None]})
    expected = screen(table, INDEX, parties=parties)
    arrow = parties.to_arrow()
    for carried in (parties.lazy(), parties.to_pandas(), arrow, arrow.to_batches()[0]):
        result = screen(table, INDEX, parties=carried)
        assert_frame_equal(result.tables["flags"], expected.tables["flags"])
        assert result.manifest["parties"]["sha256"] == expected.manifest["parties"]["sha256"]


@pytest.mark.parametrize(
    ("parties", "words"),
    [
        ({"party_id": ["A1", " A1 "]}, "parties: party 'A1' stands there more than once"),
        ({"party_id": ["A1", None]}, "parties: row 2 has no party_id"),
        ({"party_id": ["A1"], "case_statuss": ["suspended"]}, "did you mean 'case_status'"),
        (
            {"party_id": ["A1"], "case_status": ["frozen"]},
            "'frozen' cannot be read; known are suspended, conf",
        ),
        ({"party_id": ["A1"], "opened_at": [START.replace(tzinfo=None)]}, "a time needs a zone"),
        ({"party_id": [1.0]}, "party_id holds numbers of type Float64; supply it as text"),
        ({"occupation": ["clerk"]}, "parties lack party_id"),
    ],
)
def test_parties_that_cannot_be_read_are_refused_as_tables_too(
    parties: dict[str, list[Any]], words: str, tmp_path: Path
) -> None:
    table, path, told = payments("Jane Doe"), tmp_path / "payments.csv", pl.DataFrame(parties)
    table.write_csv(path)
    for call in (
        lambda: screen(table, INDEX, parties=told),
        lambda: screen_into(tmp_path / "run", path, INDEX, parties=told),
        lambda: screening.assess(screening.conform(table).transactions, parties=told),
    ):
        with pytest.raises(screening.SchemaError, match=words):
            call()


@pytest.mark.parametrize("kind", [pl.Int64, pl.String, pl.Categorical])
def test_parties_as_a_table_are_what_they_are_in_a_file(kind: Any, tmp_path: Path) -> None:
    table = payments("Jane Doe", "Jim Doe").with_columns(
        originator_account=pl.lit("1"), beneficiary_account=pl.lit("2")
    )
    plain = {"party_id": ["1 ", "2"], "case_status": [None, " Suspended"], "residence": ["France", None]}
    parties = pl.DataFrame(plain).with_columns(
        pl.col("party_id").str.strip_chars().cast(kind) if kind != pl.String else "party_id"
    )
    path = tmp_path / "parties.csv"
    pl.DataFrame(plain).write_csv(path)
    read = screen(table, INDEX, parties=read_parties(path, policy=INDEX.policy))
    assert read.flags.filter(rule="TF-L07").height == 2
    assert_frame_equal(screen(table, INDEX, parties=parties).flags, read.flags)
    named = screen(table, INDEX, parties=path)
    assert_frame_equal(named.flags, read.flags)
    assert named.manifest["parties"]["bytes"] == path.stat().st_size


def test_a_table_of_parties_that_was_read_stays_as_it_is_and_is_read_as_payments_are() -> None:
    policy = Policy()
    told = pl.DataFrame(
        {
            "party_id": ["1", "2", "3", "4"],
            "type": ["N.P.O.", "Natural Person", "Stranger", None],
            "case_status": ["CONFIRMED", None, " ", "suspended"],
            "opened_at": ["2024-01-05T10:00:00Z"] * 4,
            "income_minor": ["100", None, "5", "6"],
            "residence": ["Iraq", "IQ", None, "france"],
        }
    )
    read = conform_parties(told, policy=policy)
    assert read["type"].to_list() == ["npo", "person", "stranger", None]
    assert read["case_status"].to_list() == ["confirmed", None, None, "suspended"]
    assert_frame_equal(conform_parties(read, policy=policy), read)


def test_rules_that_can_be_read_only_once_are_all_evaluated(tmp_path: Path) -> None:
    table, path = payments("Jane Doe", "Jim Doe"), tmp_path / "payments.csv"
    table.write_csv(path)
    ids = [row["rule"] for row in screen(path, INDEX).manifest["rules"]]
    for run in (
        screen(path, INDEX, rules=(rule for rule in screening.RULES)),
        screen_into(tmp_path / "run", path, INDEX, rules=(rule for rule in screening.RULES)),
    ):
        assert [row["rule"] for row in run.manifest["rules"]] == ids


WRONG: Any = "list.xml"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: screen(payments("Jane Doe"), WRONG), "index must be a NameIndex, not a str"),
        (lambda: screen(payments("Jane Doe"), INDEX, policy=WRONG), "policy must be a Policy, not a str"),
        (lambda: screen(payments("Jane Doe"), INDEX, rules=[WRONG]), "every rule must be a Rule, not a str"),
        (lambda: NameIndex(WRONG), "sanctions must be a SanctionsList, not a str"),
        (lambda: NameIndex(LISTED, policy=WRONG), "policy must be a Policy, not a str"),
        (lambda: screening.assess(WRONG), "transactions must be a polars frame, not a str"),
        (lambda: screening.compare(7, "a"), "a name must be a str, not a int"),  # type: ignore[arg-type]
    ],
)
def test_an_argument_of_the_wrong_kind_is_a_typed_error(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(screening.ArgumentError, match=words):
        call()
    assert issubclass(screening.ArgumentError, TypeError)
