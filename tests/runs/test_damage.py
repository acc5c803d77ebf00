"""Whatever part of an unfinished run is damaged or missing is made anew, with all that answers for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.runs.conftest import outputs, payments_csv, small

from screening import NameIndex, RunError, SanctionsList, screen
from screening.runs import screen_into, stages, unfinished
from screening.runs.workplace import Workplace

LISTED = [("QDi.901", "individual", "Khalid Abdul-Rahman AL-TESTI")]
KINDS = [
    "payments-00000-000001", "problems-payments-00000-000001", "payments-rejected", "rejects", "unread",
    "warnings", "history-00000-000000", "problems-history-00000-000000",
    "history-rejected", "history-rejects", "weights-payments", "share-values", "values-0000",
    "distinct-names-0000", "distinct-texts-0001", "judged-names-0000-000000", "hits-payments-00000-000000",
    "hits-unread", "layout", "found-flags-00-0000", "found-fired-00-0000", "found-hindered-00-0000",
    "found-narrowed", "settling", "counted-0000", "flags-0000", "coverage", "share-alerts",
    "alerts-0000",
]  # fmt: skip


class Begun:
    """A run that was interrupted when everything but its outputs was sealed."""

    def __init__(self, folder: Path) -> None:
        self.payments, self.history = folder / "payments.csv", folder / "history.csv"
        self.payments.write_text(payments_csv())
        self.history.write_text(payments_csv(20).replace("\nP", "\nH").replace("2026-03", "2026-02"))
        self.index = NameIndex(SanctionsList.from_names(LISTED))
        whole = screen(self.payments, self.index, history=self.history).write(folder / "whole")
        self.expected = outputs(whole)
        self.target, self.kept = folder / "run", folder / "kept"
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(stages, "publish", interrupted)
            with pytest.raises(KeyboardInterrupt):
                screen_into(
                    self.target, self.payments, self.index, history=self.history,
                    budget=small(7, 5, shares=2, parts=2, held=12_000),
                )  # fmt: skip
        unfinished(self.target).rename(self.kept)

    def stand(self) -> Path:
        """Put the unfinished run back; where it stands."""
        shutil.rmtree(self.target, ignore_errors=True)
        place = unfinished(self.target)
        shutil.rmtree(place, ignore_errors=True)
        return shutil.copytree(self.kept, place)

    def resume(self, shares: int = 3) -> None:
        """Finish it with another memory than it was begun with; the outputs must not show it."""
        run = screen_into(
            self.target, self.payments, self.index, history=self.history, budget=small(9, 3, shares=shares),
            resume=True,
        )  # fmt: skip
        assert outputs(run.folder) == self.expected


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    return Begun(tmp_path_factory.mktemp("damage"))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x01
    path.write_bytes(content)


def test_every_kind_of_part_is_tried(begun: Begun) -> None:
    kinds = {path.stem.split("-0")[0] for path in begun.kept.glob("*.parquet")}
    assert kinds == {kind.split("-0")[0] for kind in KINDS} | {"judged-texts", "hits-payments"} | {
        "weights-history"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_that_is_damaged_or_missing_is_made_anew(begun: Begun, kind: str) -> None:
    part = min(path.stem for path in begun.kept.glob(f"{kind}*.parquet"))
    for damage, suffix in ((flip, ".parquet"), (Path.unlink, ".parquet"), (flip, ".json")):
        damage(begun.stand() / f"{part}{suffix}")
        begun.resume()


@pytest.mark.parametrize("shares", [1, 3])
@pytest.mark.parametrize(
    ("number", "parts", "later"),
    [
        ("share-values", ("values-", "distinct-", "judged-"), ("hits-", "share-alerts", "alerts-")),
        (
            "layout",
            ("found-", "dealt-"),
            ("coverage", "settling", "flags-", "counted-", "share-alerts", "alerts-"),
        ),
        ("settling", ("flags-", "counted-"), ("coverage", "share-alerts", "alerts-")),
        ("share-alerts", ("alerts-",), ()),
    ],
)
def test_parts_by_a_number_that_is_lost_are_never_taken_for_parts_by_the_new_one(
    begun: Begun, number: str, parts: tuple[str, ...], later: tuple[str, ...], shares: int
) -> None:
    drop = Workplace.drop
    for stop in parts:
        place = Workplace(begun.stand())
        for lost in (number, *later):
            place.drop(lost)

        def dropped(place: Workplace, prefix: str, *, stop: str = stop) -> None:
            if prefix == stop:
                raise KeyboardInterrupt
            drop(place, prefix)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Workplace, "drop", dropped)
            with pytest.raises(KeyboardInterrupt):
                begun.resume(shares)
        begun.resume(shares)


def test_a_number_that_was_changed_in_a_receipt_or_plan_is_not_believed(begun: Begun) -> None:
    for name in ("share-values.json", "payments-rejected.json", "plan.json"):
        path = begun.stand() / name
        text = path.read_text()
        held = json.loads(text)["content"]
        key = next(key for key in ("shares", "rows_in", "batch_rows") if key in held)
        changed = text.replace(f'"{key}": {held[key]}', f'"{key}": {held[key] + 1}')
        assert changed != text
        path.write_text(changed)
        begun.resume()


def test_a_part_that_is_taken_away_while_the_run_works_is_one_error(begun: Begun) -> None:
    place = Workplace(begun.stand())
    place.drop("unread")
    with pytest.raises(RunError, match=r"part 'unread' was damaged or taken away.* --resume makes it anew"):
        place.scan("unread")


def test_a_part_that_answers_for_another_falls_with_it(tmp_path: Path) -> None:
    place = Workplace.begin(tmp_path / "run")
    place.write_plan({})
    table = pl.DataFrame({"n": [1]})
    for name, beside in (("a", []), ("b", ["a"]), ("c", ["b"]), ("d", [])):
        place.seal(name, table, beside=beside)
    place.part("a").unlink()
    place.verify()
    assert place.sealed("") == ["d"]
    place.release()
