"""An index that was saved, or pickled, answers as before; anything else is refused."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from screening.designations import SanctionsList
from screening.errors import IndexFormatError, PolicyError, RunError
from screening.index import NameIndex
from screening.policy import ListPolicy, NamePolicy, Policy

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    "paid to Khaled Abdulrahman Al Testi, invoice 7",
    "nothing",
    "x" * 20_000,
    "Ardo Belvane /RFB/ Velkar",
]


@pytest.fixture(scope="module")
def saved(index: NameIndex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("index") / "names.index"
    index.save(path)
    return path


@pytest.fixture(scope="module", params=["saved", "pickled"])
def other(request: pytest.FixtureRequest, index: NameIndex, saved: Path) -> NameIndex:
    if request.param == "saved":
        return NameIndex.load(saved)
    copy = pickle.loads(pickle.dumps(index))
    assert isinstance(copy, NameIndex)
    return copy


def test_it_answers_alike(index: NameIndex, other: NameIndex, queries: list[str]) -> None:
    asked = [*queries[::3], "", "x" * 10_000]
    for threshold in (0.6, None, 1.0):
        assert_frame_equal(
            other.search(asked, threshold=threshold),
            index.search(asked, threshold=threshold),
            check_exact=True,
        )
    assert_frame_equal(other.scan_text(TEXTS), index.scan_text(TEXTS), check_exact=True)
    assert other.why_not("Ardo Smith", "TSi.005") == index.why_not("Ardo Smith", "TSi.005")


def test_it_is_the_same_index(index: NameIndex, other: NameIndex) -> None:
    assert other.sha256 == index.sha256
    assert len(other) == len(index)
    assert other.policy == index.policy
    assert other.provenance == index.provenance
    assert other.sanctions == index.sanctions


def test_the_policy_is_saved_too(tmp_path: Path) -> None:
    policy = Policy(names=NamePolicy(threshold=0.91), lists=ListPolicy(exclude_list_types=("Velk",)))
    index = NameIndex(SanctionsList.from_names([("T.1", "individual", "Ardo Belvane")]), policy=policy)
    index.save(tmp_path / "one")
    assert NameIndex.load(tmp_path / "one").policy == policy
    assert NameIndex.load(tmp_path / "one").threshold == 0.91


def test_the_same_index_gives_the_same_bytes(index: NameIndex, saved: Path, tmp_path: Path) -> None:
    index.save(tmp_path / "again")
    NameIndex.load(saved).save(tmp_path / "reloaded")
    assert (tmp_path / "again").read_bytes() == saved.read_bytes()
    assert (tmp_path / "reloaded").read_bytes() == saved.read_bytes()


def test_it_holds_no_pickle(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        assert {name.rsplit(".", 1)[1] for name in archive.namelist()} == {"json", "arrow"}


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"reference,name\nT.1,Ardo", b"\x80\x04K\x01.", b"\x00" * 4096]
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(content)
    with pytest.raises(IndexFormatError, match="foreign"):
        NameIndex.load(path)


@pytest.mark.parametrize("kept", [0, 3])
def test_a_saved_list_that_lacks_names_is_refused(saved: Path, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "fewer"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "names.arrow":
                fewer = io.BytesIO()
                pl.read_ipc(io.BytesIO(content)).head(kept).write_ipc(fewer)
                content = fewer.getvalue()
            new.writestr(name, content)
    with pytest.raises(IndexFormatError, match="names is not the one"):
        NameIndex.load(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(IndexFormatError):
            NameIndex.load(path)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99])
def test_a_file_cut_short_is_refused(saved: Path, tmp_path: Path, share: float) -> None:
    content = saved.read_bytes()
    (tmp_path / "cut").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(IndexFormatError):
        NameIndex.load(tmp_path / "cut")


def test_a_damaged_byte_never_changes_an_answer(
    index: NameIndex, saved: Path, tmp_path: Path, queries: list[str]
) -> None:
    content = saved.read_bytes()
    expected = index.search(queries[:20])
    refused = 0
    for place in range(7, len(content), len(content) // 25):
        (tmp_path / "bad").write_bytes(
            content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        )
        try:
            found = NameIndex.load(tmp_path / "bad").search(queries[:20])
        except IndexFormatError:
            refused += 1
        else:
            assert_frame_equal(found, expected)
    assert refused > 15


def rewritten(saved: Path, path: Path, *, about: object = None, leave_out: str = "") -> Path:
    """A copy of a saved index with other statements, or without one of its parts."""
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "about.json" and about is not None:
                content = json.dumps(about).encode()
            if name != leave_out:
                target.writestr(name, content)
    return path


def about_of(saved: Path) -> dict[str, object]:
    with zipfile.ZipFile(saved) as archive:
        content = json.loads(archive.read("about.json"))
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("key", ["format", "score_version", "lexicon_sha256"])
def test_an_index_that_scores_otherwise_is_refused(saved: Path, tmp_path: Path, key: str) -> None:
    path = rewritten(saved, tmp_path / "older", about={**about_of(saved), key: "0"})
    with pytest.raises(IndexFormatError, match=f"{key} '0'.*anew"):
        NameIndex.load(path)


@pytest.mark.parametrize("part", ["about.json", "names.arrow", "designations.arrow", "ledger.arrow"])
def test_an_index_that_lacks_a_part_is_refused(saved: Path, tmp_path: Path, part: str) -> None:
    with pytest.raises(IndexFormatError):
        NameIndex.load(rewritten(saved, tmp_path / "less", leave_out=part))


@pytest.mark.parametrize("about", [[], "names", 7])
def test_statements_of_another_form_are_refused(saved: Path, tmp_path: Path, about: object) -> None:
    with pytest.raises(IndexFormatError):
        NameIndex.load(rewritten(saved, tmp_path / "odd", about=about))


@pytest.mark.parametrize("key", ["provenance", "policy"])
def test_statements_that_lack_a_part_are_refused(saved: Path, tmp_path: Path, key: str) -> None:
    about = {name: value for name, value in about_of(saved).items() if name != key}
    with pytest.raises(IndexFormatError):
        NameIndex.load(rewritten(saved, tmp_path / "less", about=about))


def test_a_policy_of_another_version_is_refused_with_its_key(saved: Path, tmp_path: Path) -> None:
    about = {**about_of(saved), "policy": {"names": {"treshold": 0.9}}}
    with pytest.raises((IndexFormatError, PolicyError), match="treshold"):
        NameIndex.load(rewritten(saved, tmp_path / "other", about=about))


@pytest.fixture
def tiny() -> NameIndex:
    return NameIndex(SanctionsList.from_names([("T.1", "individual", "Ardo Belvane")]))


@pytest.mark.parametrize(
    ("path", "words"), [("gone/one", "No such file"), (".", "director"), ("file/one", "Not a directory")]
)
def test_a_path_that_cannot_be_written_is_a_typed_error(
    tmp_path: Path, tiny: NameIndex, path: str, words: str
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match=f"the index cannot be written: .*{words}.*; name a file in a folder"):
        tiny.save(tmp_path / path)
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_is_a_typed_error_and_spoils_nothing(
    tmp_path: Path, tiny: NameIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.save(tmp_path / "one")

    def fill(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:9])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), "write_bytes", fill)
        with pytest.raises(RunError, match="No space left on device"):
            tiny.save(tmp_path / "one")
    assert NameIndex.load(tmp_path / "one").sha256 == tiny.sha256
    assert [item.name for item in tmp_path.iterdir()] == ["one"]


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "gone", "No such file"), (tmp_path, "directory")):
        with pytest.raises(
            IndexFormatError, match=f"the index cannot be read: .*{words}.*; name a file that"
        ):
            NameIndex.load(path)
