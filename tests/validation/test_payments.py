from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.designations import SanctionsList
from screening.errors import PolicyError
from screening.reference.currencies import exponents
from screening.schemas import CHANNELS, NAME_COLUMNS, STATUSES, TEXT_COLUMNS, TRANSACTIONS
from screening.validation import payments as module
from screening.validation.payments import TRUTH, as_text, flawed, generate_payments, main

SAMPLE = Path(__file__).parents[2] / "sanctions_lists/sample"
SAMPLE_COMMAND = "--rows 600 --parties 900 --seed 2026 --hit-rate 0.06 --flaws 3"
LISTED = SanctionsList.from_names(
    [
        ("TSi.001", "individual", "Khalid Abd al-Rahman al-Testi"),
        ("TSi.001", "individual", "خالد عبد الرحمن التستي"),
        ("TSi.002", "individual", "Ardo Quellin Belvane"),
        ("TSe.001", "entity", "Testi General Trading Co. Ltd"),
        ("TSe.002", "entity", "Noor Relief Foundation of Wadi Testan and Brothers"),
    ]
)


@settings(deadline=None, max_examples=6)
@given(n=st.integers(0, 120), seed=st.integers(0, 99), rate=st.sampled_from([0.0, 0.1, 1.0]))
def test_the_truth_is_in_the_payments(n: int, seed: int, rate: float) -> None:
    payments, truth = generate_payments(n, listed=LISTED, seed=seed, hit_rate=rate, distinct_parties=60)
    assert payments.height == payments["transaction_id"].n_unique() == n
    assert truth.schema == TRUTH
    assert truth.height == truth["transaction_id"].n_unique() == round(n * rate)
    rows = {row["transaction_id"]: row for row in payments.iter_rows(named=True)}
    roles = {**NAME_COLUMNS, **TEXT_COLUMNS}
    listed = set(zip(LISTED.names["reference"], LISTED.names["name"], strict=True))
    for planted in truth.iter_rows(named=True):
        assert rows[planted["transaction_id"]][planted["field"]] == planted["query"]
        assert roles[planted["field"]] == planted["role"]
        assert (planted["reference"], planted["listed_name"]) in listed


def test_the_same_seed_gives_the_same_payments_from_a_list_or_its_names() -> None:
    one = generate_payments(300, listed=LISTED, seed=5, hit_rate=0.1)
    two = generate_payments(300, listed=LISTED.names, seed=5, hit_rate=0.1)
    assert all(a.equals(b) for a, b in zip(one, two, strict=True))
    assert not one[0].equals(generate_payments(300, listed=LISTED, seed=6, hit_rate=0.1)[0])


def test_payments_hold_what_the_contract_asks_for() -> None:
    payments, _ = generate_payments(3000, listed=LISTED, seed=1, hit_rate=0)
    major = {"amount": "amount_minor", "balance_after": "balance_after_minor"}
    assert {major.get(name, name) for name in payments.columns} <= set(TRANSACTIONS)
    for name, kind in payments.schema.items():
        assert kind == (pl.Float64 if name in major else TRANSACTIONS[name])
        assert payments[name].null_count() < payments.height
    assert set(payments["channel"]) == set(CHANNELS)
    assert set(payments["status"]) == set(STATUSES)
    assert set(payments["currency"]) >= {"USD", "EUR", "JPY", "BHD"}
    assert payments["booked_at"].is_sorted()
    assert (payments["amount"] > 0).all()


def test_amounts_have_the_decimals_of_their_currency() -> None:
    text = as_text(generate_payments(3000, listed=LISTED, seed=1, hit_rate=0)[0])
    for currency, amount, balance in text.select("currency", "amount", "balance_after").iter_rows():
        decimals = exponents()[currency]
        pattern = r"(0|[1-9]\d*)" + (rf"\.\d{{{decimals}}}" if decimals else "")
        assert re.fullmatch(pattern, amount)
        assert balance is None or re.fullmatch(pattern, balance)


def test_text_and_numbers_are_the_same_money() -> None:
    payments, _ = generate_payments(500, listed=LISTED, seed=2, hit_rate=0)
    assert as_text(payments)["amount"].cast(pl.Float64).equals(payments["amount"])


def test_iban_check_digits_are_right() -> None:
    payments, _ = generate_payments(200, listed=LISTED, seed=3, hit_rate=0)
    ibans = payments["originator_account"].filter(payments["originator_account"].str.contains("^[A-Z]"))
    assert ibans.len() > 50
    for iban in ibans:
        digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
        assert int(digits) % 97 == 1


def test_what_is_known_of_an_invented_party_does_not_speak_about_a_planted_one() -> None:
    payments, truth = generate_payments(200, listed=LISTED, seed=4, hit_rate=1)
    for side in ("originator", "beneficiary"):
        planted = truth.filter(pl.col("field") == f"{side}_name")["transaction_id"]
        rows = payments.filter(pl.col("transaction_id").is_in(planted.implode()))
        assert rows.height > 10
        assert rows[f"{side}_birth_date"].null_count() == rows.height
        kinds = dict(zip(truth["transaction_id"], truth["reference"].str.slice(0, 3), strict=True))
        for row in rows.iter_rows(named=True):
            assert row[f"{side}_type"] == {"TSi": "person", "TSe": "company"}[kinds[row["transaction_id"]]]


def test_a_few_parties_do_most_of_the_paying() -> None:
    payments, _ = generate_payments(4000, listed=LISTED, seed=1, hit_rate=0, distinct_parties=1000)
    counts = payments["originator_account"].value_counts(sort=True)["count"]
    assert counts.head(100).sum() > 0.3 * payments.height
    assert counts.len() > 400


def test_parts_join_to_the_whole_and_their_ids_and_times_go_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "_PART", 100)
    payments, truth = generate_payments(350, listed=LISTED, seed=1, hit_rate=0.1)
    assert payments["transaction_id"].n_unique() == 350
    assert payments["booked_at"].is_sorted()
    assert truth.height == 35
    for suffix, read in (("csv", pl.read_csv), ("parquet", pl.read_parquet)):
        out, side = tmp_path / f"p.{suffix}", tmp_path / f"t.{suffix}"
        parts = module.payment_parts(350, listed=LISTED, seed=1, hit_rate=0.1)
        assert module.write_payments(parts, out, side) == (350, 35)
        assert read(out)["transaction_id"].equals(payments["transaction_id"])
        assert read(side).height == 35
    assert pl.read_parquet(tmp_path / "p.parquet").equals(payments)


def test_flaws_spare_the_planted_rows() -> None:
    payments, truth = generate_payments(60, listed=LISTED, seed=1, hit_rate=0.5)
    text = as_text(payments)
    broken = flawed(text, truth, 4, seed=1)
    pairs = zip(text.iter_rows(named=True), broken.iter_rows(named=True), strict=True)
    changed = [before["transaction_id"] for before, after in pairs if before != after]
    assert len(changed) == 4
    assert not set(changed) & set(truth["transaction_id"])


@pytest.mark.parametrize("wrong", [{"n": -1}, {"hit_rate": 2.0}, {"distinct_parties": 3}])
def test_impossible_wishes_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(PolicyError, match="cannot make"):
        generate_payments(**{"n": 10, "listed": LISTED, "seed": 1, **wrong})  # type: ignore[arg-type]


def test_an_empty_list_cannot_be_planted() -> None:
    with pytest.raises(PolicyError, match="no names to plant"):
        generate_payments(10, listed=LISTED.names.clear(), seed=1, hit_rate=0.5)


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = ["--rows", "5", "--list", str(tmp_path / "no.xml"), "--truth", str(tmp_path / "t.csv")]
    assert main([*missing, "--out", str(tmp_path / "p.csv")]) == 3
    assert "no.xml" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([*missing, "--out", str(tmp_path / "p.xlsx")])
    assert ".csv or .parquet" in capsys.readouterr().err


def test_the_sample_payments_can_be_made_again_byte_for_byte(tmp_path: Path) -> None:
    """See docs/generators.md for the command; run it again after a change to the sample list."""
    out, truth = tmp_path / "payments.csv", tmp_path / "payments_truth.csv"
    source = ["--list", str(SAMPLE / "consolidated.xml"), "--out", str(out), "--truth", str(truth)]
    assert main([*SAMPLE_COMMAND.split(), *source]) == 0
    assert out.read_bytes() == (SAMPLE / out.name).read_bytes()
    assert truth.read_bytes() == (SAMPLE / truth.name).read_bytes()
