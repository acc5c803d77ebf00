"""A run in batches leaves the bytes of a run in one piece, however it is cut, shared and interrupted."""

from __future__ import annotations

import gc
import json
import multiprocessing
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from tests.runs.conftest import outputs, payments_csv, small

import screening
from screening import Policy, RunError, screen
from screening.errors import ArgumentError
from screening.payments import conform
from screening.reference.dated import hashes
from screening.rules.rule import rule
from screening.runs import Budget, crew, read_memory, read_parties, screen_into, unfinished
from screening.runs.crew import Crew, Desk, Task
from screening.runs.merging import merge
from screening.runs.pace import Pace
from screening.runs.weights import weigh, weigh_texts
from screening.runs.workplace import Workplace
from screening.validation.typologies import labelled_payments

if TYPE_CHECKING:
    from pathlib import Path

    from screening import NameIndex


@pytest.mark.parametrize(
    "cut",
    [
        {"rows": 1, "names": 1},
        {"rows": 7, "names": 2, "shares": 3, "parts": 1},
        {"rows": 1_000, "names": 1_000, "parts": 3},
        {"rows": 16, "names": 3, "shares": 2, "parts": 2, "workers": 2},
        {"rows": 9, "names": 50, "shares": 2, "parts": 9},
        {"rows": 9, "names": 50, "shares": 2, "parts": 3, "held": 12_000},
        {"rows": 9, "names": 50, "shares": 2, "parts": 2, "held": 14_000, "workers": 2},
    ],
)
def test_any_split_into_batches_and_workers_gives_the_same_bytes(
    tmp_path: Path, payments: Path, index: NameIndex, cut: dict[str, int]
) -> None:
    whole = screen(payments, index).write(tmp_path / "whole")
    tables, manifest = outputs(whole)
    assert (
        min(pl.read_parquet(whole / name).height for name in tables) > 0
    )  # nothing is compared with nothing
    run = screen_into(tmp_path / "run", payments, index, budget=small(**cut))
    assert outputs(run.folder) == (tables, manifest)
    assert run.summary() == screen(payments, index).summary()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["payments.csv", "run", "whole"]


@pytest.mark.parametrize("cut", [(1, 1, 1), (7, 2, 3), (1_000, 1_000, 2)])
def test_a_column_that_holds_no_names_is_told_however_it_is_cut(
    tmp_path: Path, payments: Path, index: NameIndex, cut: tuple[int, int, int]
) -> None:
    rows, names, shares = cut
    table = pl.read_csv(payments, infer_schema=False)
    swapped = tmp_path / "swapped.csv"
    table.rename(
        {"beneficiary_name": "beneficiary_account", "beneficiary_account": "beneficiary_name"}
    ).with_columns(beneficiary_name=pl.col("beneficiary_name") + "00471100").write_csv(swapped)
    whole = screen(swapped, index).manifest
    run = screen_into(tmp_path / "run", swapped, index, budget=small(rows, names, shares=shares)).manifest
    assert (run["warnings"], run["fields"]) == (whole["warnings"], whole["fields"])
    assert [line for line in run["warnings"] if "'beneficiary_name' seems to hold" in line]


@pytest.mark.parametrize("suffix", ["parquet", "jsonl", "arrow"])
def test_files_of_every_format_are_cut_alike(
    tmp_path: Path, payments: Path, index: NameIndex, suffix: str
) -> None:
    table, path = pl.read_csv(payments, infer_schema=False), tmp_path / f"payments.{suffix}"
    write = {"parquet": "write_parquet", "jsonl": "write_ndjson", "arrow": "write_ipc"}
    getattr(table, write[suffix])(path)
    tables = outputs(screen(path, index).write(tmp_path / "whole"))
    assert outputs(screen_into(tmp_path / "run", path, index, budget=small(7, 2)).folder) == tables


def test_a_folder_of_files_is_one_table_and_each_file_is_named_by_its_bytes(
    tmp_path: Path, index: NameIndex
) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    lines = payments_csv().replace('"rent\nof March"', "rent").splitlines()
    (folder / "a.csv").write_text("\n".join(lines[:20]) + "\n")
    (folder / "b.csv").write_text("\n".join([lines[0], *lines[20:]]) + "\n")
    whole = outputs(screen(folder, index).write(tmp_path / "whole"))
    assert outputs(screen_into(tmp_path / "run", folder, index, budget=small(7, 2)).folder) == whole
    assert [held["path"] for held in whole[1]["input"]["files"]] == ["payments/a.csv", "payments/b.csv"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_batches_are_cut_across_many_small_files(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    table = pl.read_csv(payments, infer_schema=False)
    for number in range(21):  # the last one is empty
        rows = table[2 * number : 2 * number + 2]
        path = folder / f"{number:02}.{suffix}"
        rows.write_csv(path) if suffix == "csv" else rows.write_parquet(path)
    whole = outputs(screen(folder, index).write(tmp_path / "whole"))
    sealed, seal = list[str](), Workplace.seal

    def counted(place: Workplace, name: str, rows: pl.DataFrame, **note: Any) -> None:
        sealed.append(name)
        seal(place, name, rows, **note)

    monkeypatch.setattr(Workplace, "seal", counted)
    assert outputs(screen_into(tmp_path / "run", folder, index, budget=small(7, 9)).folder) == whole
    assert len([name for name in sealed if name.startswith("payments-0")]) == 6
    assert len(whole[1]["input"]["files"]) == 21


def test_what_fits_is_looked_at_in_one_piece_and_only_the_rest_is_dealt(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, seal = [], Workplace.seal

    def sealed(place: Workplace, name: str, table: pl.DataFrame, **note: Any) -> None:
        seal(place, name, table, **note)
        if name == "layout":
            seen.append(table)

    monkeypatch.setattr(Workplace, "seal", sealed)
    for held in (0, 14_000, 10**9):
        screen_into(tmp_path / "run", payments, index, budget=small(9, 50, parts=3, held=held))
    tables = [layout["table"].n_unique() - layout["table"].has_nulls() for layout in seen]
    dealt = [(layout["parts"] > 1).sum() for layout in seen]
    assert tables[0] == 0 < tables[1]
    assert tables[2] == 1
    assert dealt[0] > dealt[1] > dealt[2] == 0


def test_files_that_are_read_in_slices_are_one_table_whatever_the_order_of_their_columns(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    table = pl.read_csv(payments, infer_schema=False)
    table[:20].write_parquet(folder / "a.parquet", row_group_size=6)
    table[20:].select(reversed(table.columns)).write_ipc(folder / "b.arrow")
    table[:0].write_parquet(folder / "c.parquet")
    whole = outputs(screen(folder, index).write(tmp_path / "whole"))
    budget = small(7, 2, parts=2, workers=2)
    assert outputs(screen_into(tmp_path / "run", folder, index, budget=budget).folder) == whole


@pytest.mark.parametrize("parts", [0, 2, 8])
def test_history_and_parties_reach_the_rules_of_a_run(
    tmp_path: Path, payments: Path, index: NameIndex, parts: int
) -> None:
    history = tmp_path / "history.csv"
    history.write_text(payments_csv().replace("\nP", "\nH").replace("2026-03", "2026-02"))
    known = pl.DataFrame({"party_id": ["A1"], "type": ["npo"]})
    options: dict[str, Any] = {"history": history, "parties": known}
    whole = outputs(screen(payments, index, **options).write(tmp_path / "whole"))
    budget = small(7, 2, parts=parts)
    assert outputs(screen_into(tmp_path / "run", payments, index, budget=budget, **options).folder) == whole
    assert whole[1]["history"]["bytes"] == history.stat().st_size
    assert whole[1] != outputs(screen(payments, index).write(tmp_path / "plain"))[1]


@pytest.mark.parametrize("parts", [0, 2, 8])
@pytest.mark.parametrize("only", ["batch", "history"])
def test_a_history_of_other_columns_is_seen_alike_by_every_engine(
    tmp_path: Path, payments: Path, index: NameIndex, parts: int, only: str
) -> None:
    table = pl.read_csv(payments, infer_schema=False)
    known = table.with_columns(amount_base="amount", originator_address=pl.lit("XXXX"))
    past = table.with_columns(transaction_id=pl.lit("H") + pl.col("transaction_id"), currency=pl.lit("JPY"))
    past = past.with_columns(pl.col("booked_at").str.replace("2026-03-0", "2026-02-2"))
    past = past if only == "batch" else past.with_columns(device_id=pl.lit("D"))
    path, history = tmp_path / "known.csv", tmp_path / "history.csv"
    known.write_csv(path)
    past.drop("beneficiary_country" if only == "batch" else ()).write_csv(history)
    whole = outputs(screen(path, index, history=history).write(tmp_path / "whole"))
    run = screen_into(tmp_path / "run", path, index, history=history, budget=small(7, 2, parts=parts))
    assert outputs(run.folder) == whole
    lines = [line for line in whole[1]["warnings"] if "is not in the history" in line]
    names = ["amount_base", *(["beneficiary_country"] if only == "batch" else []), "originator_address"]
    assert sorted(lines) == [
        f"column '{name}' is not in the history: earlier payments are seen without it" for name in names
    ]
    flags = pl.read_parquet(run.folder / "flags.parquet")
    assert "TF-D02" in flags["rule"].to_list()


def test_no_payments_give_an_empty_run(tmp_path: Path, index: NameIndex) -> None:
    path = tmp_path / "payments.csv"
    path.write_text(payments_csv(0))
    whole = outputs(screen(path, index).write(tmp_path / "whole"))
    assert outputs(screen_into(tmp_path / "run", path, index).folder) == whole


def test_earlier_payments_that_are_in_the_batch_as_well_are_refused(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    history = tmp_path / "history.csv"
    history.write_text(payments_csv(20).replace("\nP", "\nH").replace("H0004", "P0004"))
    with pytest.raises(screening.SchemaError) as whole:
        screen(payments, index, history=history)
    with pytest.raises(screening.SchemaError) as run:
        screen_into(tmp_path / "run", payments, index, history=history, budget=small(7, 2, shares=3, parts=2))
    assert str(run.value) == str(whole.value)
    assert "'P0004'" in str(run.value)


def test_a_rule_that_cannot_travel_to_workers_is_evaluated_without_them(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    @rule(
        "BANK-1", "Any", family="S", weight=5, definition="Any payment.", source="own", reason="a payment",
    )  # fmt: skip
    def local(book: Any) -> Any:
        return book.where()

    own = (*screening.RULES[:5], local())
    whole = outputs(screen(payments, index, rules=own).write(tmp_path / "whole"))
    budget = small(16, 50, parts=2, workers=2)
    assert outputs(screen_into(tmp_path / "run", payments, index, rules=own, budget=budget).folder) == whole
    assert pl.read_parquet(tmp_path / "run" / "flags.parquet").filter(rule="BANK-1").height > 20


def test_rules_that_build_upon_others_hear_of_them_in_parts(tmp_path: Path, index: NameIndex) -> None:
    table, _, _ = labelled_payments(100, seed=3, per_rule=1)
    table = table.with_columns(campaign_id=pl.col("beneficiary_account"))  # dealt apart from the accounts
    table.write_parquet(path := tmp_path / "payments.parquet")
    whole = outputs(screen(path, index).write(tmp_path / "whole"))
    budget = small(1_000, 100, shares=2, parts=2)
    assert outputs(screen_into(tmp_path / "run", path, index, budget=budget).folder) == whole
    assert pl.read_parquet(tmp_path / "run" / "flags.parquet").filter(rule="TF-N05").height > 0


def interrupted_at(parts: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let some parts be sealed, then fail."""
    seal, left = Workplace.seal, [parts]

    def sealed(place: Workplace, name: str, table: pl.DataFrame, **note: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise error
        seal(place, name, table, **note)

    monkeypatch.setattr(Workplace, "seal", sealed)


def test_an_interrupted_run_is_refused_without_resume_and_finished_with_it(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = outputs(screen(payments, index).write(tmp_path / "whole"))
    for parts in (3, 9, 5):
        with monkeypatch.context() as patched:
            interrupted_at(parts, patched, KeyboardInterrupt())
            with pytest.raises(KeyboardInterrupt):
                screen_into(tmp_path / "run", payments, index, budget=small(7, 2), resume=parts > 3)
        assert not (tmp_path / "run").exists()
        with pytest.raises(RunError, match="--resume"):
            screen_into(tmp_path / "run", payments, index)
    # sizes are those of the plan, whatever is asked for now
    run = screen_into(tmp_path / "run", payments, index, budget=small(1_000, 1_000), resume=True)
    assert outputs(run.folder) == expected
    assert not unfinished(tmp_path / "run").exists()


def test_rules_interrupted_in_the_middle_go_on_in_the_same_parts_whatever_the_memory(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = outputs(screen(payments, index).write(tmp_path / "whole"))
    place = unfinished(tmp_path / "run")
    seal = Workplace.seal
    for stop, parts in (("found-flags-01-0001", 2), ("found-fired-03-0000", 3), ("flags-0000", 0)):

        def sealed(
            place: Workplace, name: str, table: pl.DataFrame, *, stop: str = stop, **note: Any
        ) -> None:
            if name == stop:
                raise KeyboardInterrupt
            seal(place, name, table, **note)

        with monkeypatch.context() as patched:
            patched.setattr(Workplace, "seal", sealed)
            with pytest.raises(KeyboardInterrupt):
                screen_into(
                    tmp_path / "run",
                    payments,
                    index,
                    budget=small(7, 20, parts=parts, held=12_000),
                    resume=parts != 2,
                )
        assert set(pl.read_parquet(place / "layout.parquet")["parts"]) <= {1, 2}
        assert list(place.glob("found-flags-*.json"))
        assert not (place / "coverage.json").exists()
    run = screen_into(tmp_path / "run", payments, index, budget=small(7, 20), resume=True)
    assert outputs(run.folder) == expected


def test_a_run_that_has_nothing_to_keep_leaves_nothing(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_at(0, monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        screen_into(tmp_path / "run", payments, index)
    assert [path.name for path in tmp_path.iterdir()] == ["payments.csv"]


def test_a_full_disk_is_one_error_and_the_run_goes_on_later(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, left = pl.DataFrame.write_parquet, [8]

    def full(frame: pl.DataFrame, *given: Any, **options: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        write(frame, *given, **options)

    with monkeypatch.context() as patched:
        patched.setattr(pl.DataFrame, "write_parquet", full)
        with pytest.raises(RunError, match=r"No space left on device; what is sealed stays in .*--resume"):
            screen_into(tmp_path / "run", payments, index, budget=small(7, 2))
    assert not (tmp_path / "run").exists()
    expected = outputs(screen(payments, index).write(tmp_path / "whole"))
    assert outputs(screen_into(tmp_path / "run", payments, index, resume=True).folder) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_is_full_from_the_beginning_leaves_nothing_and_says_so(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(RunError, match=r"No space left on device; nothing was sealed yet") as failed:
        screen_into(tmp_path / "run", payments, index, budget=small(7, 2, workers=workers))
    assert "--resume" not in str(failed.value)
    assert [path.name for path in tmp_path.iterdir()] == ["payments.csv"]


def begun(tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch) -> Path:
    with monkeypatch.context() as patched:
        interrupted_at(12, patched, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            screen_into(tmp_path / "run", payments, index, budget=small(7, 2))
    return unfinished(tmp_path / "run")


@pytest.mark.parametrize("change", ["input", "policy", "list", "rules", "threshold"])
def test_a_run_is_not_resumed_on_other_grounds(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    place = begun(tmp_path, payments, index, monkeypatch)
    options: dict[str, Any] = {}
    words = {"input": "the payments", "threshold": "the index", "list": "the index"}
    if change == "input":
        payments.write_text(payments_csv().replace("Jo Example", "Jo Examplo"))
    elif change == "policy":
        options["policy"] = Policy.from_dict({"outcomes": {"suspend_at": 0.99}})
    elif change == "list":
        index = screening.NameIndex(screening.SanctionsList.from_names([("X.1", "entity", "Testi Ltd")]))
    elif change == "rules":
        options["rules"] = screening.RULES[:3]
    else:
        options["threshold"] = 0.9
    with pytest.raises(RunError, match=f"changed .*{words.get(change, f'the {change}')}"):
        screen_into(tmp_path / "run", payments, index, resume=True, **options)
    assert place.exists()


def test_half_a_part_is_never_read_as_one(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = begun(tmp_path, payments, index, monkeypatch)
    parts = sorted(place.glob("*.parquet"))
    parts[0].write_bytes(parts[0].read_bytes()[:-5])  # cut
    damaged = bytearray(parts[2].read_bytes())
    damaged[20] ^= 0xFF
    parts[2].write_bytes(damaged)  # of the right length
    (place / f"{parts[4].stem}.json").unlink()  # without a receipt
    (place / "payments-00000-000003-77.draft").write_bytes(b"half")
    expected = outputs(screen(payments, index).write(tmp_path / "whole"))
    assert outputs(screen_into(tmp_path / "run", payments, index, resume=True).folder) == expected


def test_two_runs_never_work_in_one_place(tmp_path: Path, payments: Path, index: NameIndex) -> None:
    held = Workplace.begin(tmp_path / "run")
    with pytest.raises(RunError, match="another process"):
        screen_into(tmp_path / "run", payments, index)
    held.remove()
    assert screen_into(tmp_path / "run", payments, index).folder.exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, payments: Path, index: NameIndex) -> None:
    place = unfinished(tmp_path / "run")
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match=r"notes\.txt"):
        screen_into(tmp_path / "run", payments, index)
    assert (place / "notes.txt").read_text() == "mine"


def test_bad_input_leaves_nothing_to_resume(tmp_path: Path, index: NameIndex) -> None:
    path = tmp_path / "payments.csv"
    path.write_text(payments_csv().replace(":00:00Z", ":00:00"))
    with pytest.raises(screening.SchemaError, match="timezone"):
        screen_into(tmp_path / "run", path, index)
    assert [path.name for path in tmp_path.iterdir()] == ["payments.csv"]


def test_an_earlier_run_stands_until_the_new_one_is_whole(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = outputs(screen_into(tmp_path / "run", payments, index).folder)
    payments.write_text(payments_csv(30))
    begun(tmp_path, payments, index, monkeypatch)
    assert outputs(tmp_path / "run") == before
    run = screen_into(tmp_path / "run", payments, index, resume=True)
    assert run.manifest["input"]["rows"] == 30


def test_a_long_stage_tells_rows_a_second_time_left_and_its_parts() -> None:
    said: list[str] = []
    times = iter([0.0, 4.0])
    pace = Pace(
        said.append, "rules", 100, "rows", note=lambda: "; 2 of 9 parts are done", clock=lambda: next(times)
    )
    pace.advance(20)
    assert said == ["rules: 20 of 100 rows, 5 rows/s, 16 s left; 2 of 9 parts are done"]


def test_what_has_no_rate_tells_none() -> None:
    said: list[str] = []
    times = iter([0.0, 4.0, 8.0, 12.0, 0.0, 40.0])
    pace = Pace(said.append, "alerts", 3, "%", clock=lambda: next(times))
    for done in (0, 1, 1):
        pace.advance(done)
    Pace(said.append, "stock", 9_000_000, "MB", each=10**6, clock=lambda: next(times)).advance(4_000_000)
    assert said == ["alerts: 33 %, 16 s left", "alerts: 66 %, 6 s left", "stock: 4 of 9 MB, 50 s left"]


def test_rules_that_are_looked_at_in_one_piece_are_told_one_by_one(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.runs.pace._EVERY", 0.0)
    said: list[str] = []
    screen_into(tmp_path / "run", payments, index, progress=said.append)
    told = [int(line.split(": ")[1].split(" %")[0]) for line in said if line.startswith("evaluating rules: ")]
    assert len(told) > 10
    assert told == sorted(told)
    assert told[-1] == 100
    assert not [line for line in said if " 0 rows/s" in line or ": 0 of 40 rows" in line]


def test_a_reader_hears_how_far_many_files_are(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.runs.pace._EVERY", 0.0)
    folder, table, said = tmp_path / "payments", pl.read_csv(payments, infer_schema=False), list[str]()
    folder.mkdir()
    for number in range(4):
        table[10 * number : 10 * number + 10].write_csv(folder / f"{number}.csv")
    screen_into(tmp_path / "run", folder, index, progress=said.append)
    assert [line.split(",")[0] for line in said if line.startswith("opening payments: ")] == [
        f"opening payments: {number} of 4 files" for number in (1, 2, 3, 4)
    ]


def test_alerts_on_rows_that_were_rejected_are_counted_apart(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    run = screen_into(tmp_path / "run", payments, index)
    alerts = run.tables["alerts"].collect()["transaction_id"]
    rejected = conform(payments).rejected_rows["transaction_id"]
    assert 0 < run.unread_alerts == alerts.is_in(rejected.implode()).sum() < len(alerts)
    assert run.unread_alerts < len(rejected)


def test_memory_decides_what_is_looked_at_as_a_whole_and_in_how_many_parts() -> None:
    one, two = Budget(memory=4 * 10**9), Budget(memory=4 * 10**9, workers=2)
    assert one.holds(3 * 10**9)
    assert not one.holds(4 * 10**9)  # the library and the list are there as well
    assert two.holds(3 * 10**9)  # for then the others do not work
    assert one.parts(3 * 10**9) == 1
    assert two.parts(6 * 10**9) > one.parts(6 * 10**9) > 1


@pytest.mark.parametrize("block", [1, 3, 1_000])
def test_sorted_parts_become_one_sorted_table(tmp_path: Path, block: int) -> None:
    rows = [(n * 7 % 23, None if n % 5 == 0 else n * 3 % 11, n) for n in range(60)]
    table = pl.DataFrame(rows, schema=["a", "b", "c"], orient="row")
    order: dict[str, Any] = {"by": ["a", "b", "c"], "descending": [False, True, False]}
    paths = []
    for number, start in enumerate((0, 5, 6, 40)):
        part = table[start : (5, 6, 40, 60)[number]].sort(**order, nulls_last=True)
        part.write_parquet(path := tmp_path / f"{number}.parquet")
        paths.append(path)
    merged = list(merge(paths, **order, rows=block))
    assert pl.concat(merged).equals(table.sort(**order, nulls_last=True))
    assert max(part.height for part in merged) <= max(block, len(paths))


def test_memory_is_a_size_and_too_little_of_it_is_refused() -> None:
    assert read_memory("2 GiB") == 2 * 2**30
    for wrong in ("lots", "4", "10MB", "-1GB"):
        with pytest.raises(RunError, match="memory"):
            read_memory(wrong)
    assert Budget(memory=10**9, workers=64).workers == 1  # more than the memory can hold would not be bounded
    assert Budget(memory=64 * 10**9, workers=8).workers == 8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("party,opened_at\nA1,2026-01-01\n", "unknown column 'party'"),
        ("occupation\nclerk\n", "lack party_id"),
        ("party_id,income_minor\nA1,lots\n", "row 1: income_minor 'lots'"),
        ("party_id,residence\nA1,FR\nA1,DE\n", "'A1' stands there more than once"),
        ("party_id,residence\n,FR\n", "row 1 has no party_id"),
        (
            "party_id,case_status\nA1,SUSPENDED\nA2,frozen\n",
            "row 2: case_status 'frozen'.* known are suspended",
        ),
    ],
)
def test_parties_that_cannot_be_read_are_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "parties.csv"
    path.write_text(content)
    with pytest.raises(screening.SchemaError, match=words):
        read_parties(path, policy=Policy())


def test_parties_are_read_as_rules_want_them(tmp_path: Path) -> None:
    path = tmp_path / "parties.csv"
    path.write_text(
        "party_id,opened_at,income_minor,residence\nA1,2026-01-01T00:00:00Z,250000,France\nA2,,,\n"
    )
    (first, second) = read_parties(path, policy=Policy()).to_dicts()
    assert (first["opened_at"].year, first["income_minor"], first["residence"]) == (2026, 250_000, "FR")
    assert second == {"party_id": "A2", "opened_at": None, "income_minor": None, "residence": None}


def test_parties_may_hold_lists_of_texts_where_several_are_meant(tmp_path: Path) -> None:
    path = tmp_path / "parties.parquet"
    several = {"expected_countries": [["DE", "FR"]], "holder_aliases": [["Jo Elm", "J. Elm"]]}
    pl.DataFrame({"party_id": ["A1"], **several}).write_parquet(path)
    (party,) = read_parties(path, policy=Policy()).to_dicts()
    assert (party["expected_countries"], party["holder_aliases"]) == ("DE FR", "Jo Elm;J. Elm")
    pl.DataFrame({"party_id": ["A1"], "occupation": [["clerk"]]}).write_parquet(path)
    with pytest.raises(screening.SchemaError, match="column 'occupation' holds values of type List"):
        read_parties(path, policy=Policy())


def test_the_list_of_rejected_rows_is_bounded(tmp_path: Path, index: NameIndex) -> None:
    path = tmp_path / "payments.csv"
    path.write_text(payments_csv(60).replace("EUR", "XXQ"))

    class Tiny(Budget):
        @property
        def room(self) -> int:
            return 50_000

    with pytest.raises(screening.SchemaError, match="60 rows cannot be read"):
        screen_into(tmp_path / "run", path, index, budget=Tiny(memory=10**9))


def test_the_manifest_tells_the_clock_what_memory_was_taken(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    screen_into(tmp_path / "run", payments, index, budget=Budget(memory=2 * 10**9))
    clock = json.loads((tmp_path / "run" / "manifest.json").read_text())["clock"]
    assert clock["memory"] == 2 * 10**9
    assert clock["peak"] > 0


def test_memory_does_not_grow_with_the_number_of_parts(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, live = list[str](), list[int]()
    seal = Workplace.seal

    def named(place: Workplace, name: str, table: pl.DataFrame, **note: Any) -> None:
        made.append(name)
        seal(place, name, table, **note)

    def given_back() -> None:  # what no part needs any more must be gone when the next begins
        gc.collect()
        if made[-1].startswith("found-flags-"):
            live.append(sum(isinstance(held, pl.DataFrame) for held in gc.get_objects()))

    monkeypatch.setattr(Workplace, "seal", named)
    monkeypatch.setattr("screening.runs.crew._give_back", given_back)
    screen_into(tmp_path / "run", payments, index, budget=small(9, 50, parts=6))
    assert len(live) > 20
    assert max(live) <= live[0]


def test_more_shares_than_memory_asks_for_only_where_each_is_worth_a_process() -> None:
    budget = Budget(memory=16 * 10**9, workers=4)
    assert budget.spread(1_000) == budget.shares(1_000) == 1
    assert budget.spread(1_600_000_000) == 4
    assert Budget(memory=16 * 10**9).spread(1_600_000_000) == 1


def test_texts_weigh_what_their_different_ones_take() -> None:
    rows = pl.LazyFrame(
        {"few": ["ab", "cd"] * 5_000, "many": [f"t{n:07}" for n in range(10_000)], "n": range(10_000)}
    )
    weighed = weigh_texts(rows)
    assert weighed.keys() == {"few", "many"}
    assert weighed["few"] == pytest.approx(2 * (2 + 20), rel=0.1)
    assert weighed["many"] == pytest.approx(10_000 * (8 + 20), rel=0.1)
    assert weigh_texts(rows.select("n")) == {}
    assert weigh_texts(rows.clear()) == {"few": 0, "many": 0}


def test_texts_of_a_run_are_weighed_once(tmp_path: Path) -> None:
    place = Workplace.begin(tmp_path / "run")
    place.write_plan({})
    place.seal("payments-00000-000000", pl.DataFrame({"name": ["Ardo", "Velk", "Ardo"], "n": [1, 2, 3]}))
    weighed = weigh(place, "payments")
    assert weighed == weigh_texts(place.scan("payments-0"))
    assert weighed
    place.drop("payments-")
    assert weigh(place, "payments") == weighed
    place.release()


def test_no_worker_outlives_its_run(tmp_path: Path, payments: Path, index: NameIndex) -> None:
    before = set(multiprocessing.active_children())
    screen_into(tmp_path / "run", payments, index, budget=small(7, 2, shares=2, parts=2, workers=2))
    for child in set(multiprocessing.active_children()) - before:
        child.join(10)
        assert not child.is_alive()


def panicking(*_: object, **__: object) -> None:
    raise pl.exceptions.PanicException("boom")


def test_a_panic_in_a_worker_is_told_in_the_first_process(tmp_path: Path, index: NameIndex) -> None:
    place = Workplace.begin(tmp_path / "run")
    tables = hashes(index.policy.rules.reference)
    desk = Desk(
        place=place, index=index, facts=index.facts, policy=index.policy, threshold=None, tables=tables
    )
    tasks = [Task(part=f"part-{n}", make=panicking, given={}, size=1) for n in range(2)]
    with Crew(desk, workers=2, threads=2) as two, pytest.raises(RuntimeError, match="PanicException: boom"):
        two.do(tasks, lambda _: None)
    place.remove()


def test_outputs_within_the_folder_of_payments_are_no_payments_that_were_left_out(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "payments"
    folder.mkdir()
    (folder / "a.csv").write_text(payments_csv())
    out = folder / "runs" / "today"
    expected = outputs(screen_into(tmp_path / "beside", folder, index).folder)
    for _ in range(2):
        with monkeypatch.context() as patched:
            interrupted_at(5, patched, KeyboardInterrupt())
            with pytest.raises(KeyboardInterrupt):
                screen_into(out, folder, index, budget=small(7, 5))
        assert outputs(screen_into(out, folder, index, resume=True).folder) == expected


def test_a_file_that_comes_into_the_folder_while_the_run_works_stays_and_so_does_the_work(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "run"
    expected = outputs(screen_into(target, payments, index).folder)
    seal = Workplace.seal

    def sealed(place: Workplace, name: str, table: pl.DataFrame, **note: Any) -> None:
        (target / "notes.txt").write_text("mine")
        seal(place, name, table, **note)

    with monkeypatch.context() as patched:
        patched.setattr(Workplace, "seal", sealed)
        with pytest.raises(RunError, match=r"\(notes\.txt\); move them elsewhere; what is sealed stays in"):
            screen_into(target, payments, index)
    (target / "notes.txt").rename(tmp_path / "notes.txt")
    assert outputs(target) == expected
    assert outputs(screen_into(target, payments, index, resume=True).folder) == expected
    assert not unfinished(target).exists()


def test_an_earlier_run_that_was_put_aside_is_back_before_anybody_is_told_to_remove_the_folder(
    tmp_path: Path, payments: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "run"
    expected = outputs(screen_into(target, payments, index).folder)
    with monkeypatch.context() as patched:
        interrupted_at(5, patched, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            screen_into(target, payments, index)
    target.rename(unfinished(target) / "old")  # as where the process is killed between two renames
    with pytest.raises(RunError, match="remove the folder"):
        screen_into(target, payments, index, threshold=0.99, resume=True)
    assert outputs(target) == expected


def test_a_run_into_a_link_works_beside_what_it_points_to_and_can_be_repeated(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    expected = outputs(screen_into(tmp_path / "whole", payments, index).folder)
    (tmp_path / "disk").mkdir()
    link = tmp_path / "run"
    link.symlink_to("disk/there")
    assert unfinished(link) == tmp_path / "disk" / "there.unfinished"
    for _ in range(2):
        screen_into(link, payments, index)
        assert link.is_symlink()
        assert outputs(link) == expected
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["there"]


def test_arguments_of_the_wrong_kind_are_typed_errors(
    tmp_path: Path, payments: Path, index: NameIndex
) -> None:
    table: Any = pl.DataFrame({"a": [1]})
    size: Any = "4GB"
    with pytest.raises(
        ArgumentError, match=r"payments must be a path, not a DataFrame: screening\.screen takes"
    ):
        screen_into(tmp_path / "run", table, index)
    with pytest.raises(ArgumentError, match="history must be a path, not a DataFrame"):
        screen_into(tmp_path / "run", payments, index, history=table)
    with pytest.raises(ArgumentError, match="budget must be a Budget, not a str"):
        screen_into(tmp_path / "run", payments, index, budget=size)
    with pytest.raises(ArgumentError, match=r"memory must be a number, not a str: read_memory\('4GB'\)"):
        Budget(memory=size)


def test_workers_begin_only_where_that_takes_less_time_than_it_saves(
    tmp_path: Path, index: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "_WORTH_BEGINNING", 4.0)
    desk = Desk(
        place=Workplace.begin(tmp_path / "run"), index=index, facts=index.facts, policy=Policy(),
        threshold=0.8, tables={},
    )  # fmt: skip
    here, shared = list[str](), list[str]()
    monkeypatch.setattr(Crew, "_share", lambda _, tasks, __: shared.extend(task.part for task in tasks))
    for name, sizes, pace in (
        ("quick", (100_000, 100_000), 100_000),
        ("slow", (300_000, 300_000), 100_000),
        ("one", (300_000, 0), 0),
        ("unknown", (1, 1), 0),
    ):
        make = lambda _, part: here.append(part)  # noqa: E731
        tasks = [Task(part=f"{name}-{size}", make=make, given={}, size=size, pace=pace) for size in sizes]
        Crew(desk, workers=2, threads=2).do(tasks, lambda _: None)
    assert {part.split("-")[0] for part in here} == {"quick", "one"}
    assert {part.split("-")[0] for part in shared} == {"slow", "unknown"}
    desk.place.release()
