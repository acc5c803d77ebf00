"""NameIndex: built once from a SanctionsList, immutable, exact."""

from __future__ import annotations

import difflib
import hashlib
import io
import json
import zipfile
import zlib
from contextlib import suppress
from copy import copy
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from screening.designations import Provenance, SanctionsList
from screening.errors import IndexFormatError, ListError, PolicyError, RunError, SchemaError, check_kind
from screening.index.aligning import scores, similar_units
from screening.index.batch import Batch, Ints, tokenise_batch
from screening.index.bound import candidates
from screening.index.collector import collector_paused
from screening.index.readings import as_given, unjudged, with_readings
from screening.index.texts import limits_of, scan
from screening.index.worth import Vocabulary, appraise
from screening.names.comparison import SCORE_VERSION, Listed, Query, score
from screening.names.explanation import Comparison, explain_best
from screening.names.lexicon import LEXICON_SHA256
from screening.names.normalise import prepare, prepare_readings
from screening.policy import SEARCHABLE, Policy
from screening.schemas import LISTED_NAMES, SEARCH, TEXT_SEARCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from screening.names.comparison import Similar

__all__ = ["NameIndex"]

FORMAT: Final = 2
"""Version of the file that `NameIndex.save` writes."""

_SLICE: Final = 1_000_000  # distinct texts searched together: bounds memory
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, pl.exceptions.PolarsError)
_PAIRS: Final = {"query": pl.String, "place": pl.Int64, "score": pl.Float64}
_TYPE_ORDER = ("primary", "alias", "former", "acronym", "original_script", "identifier")


class NameIndex:
    """All names of a sanctions list, ready for searching.

    Args:
        sanctions: The list.
        policy: Its `names.threshold` is the default threshold; `lists.exclude_list_types` are left out.

    Attributes:
        names: The listed names that are searched.
        unscreenable: Those of them that cannot be compared; each designation has others that can.

    Raises:
        ListError: Nothing is left to screen, or a designation has no name that can be compared.
        ArgumentError: `sanctions` or `policy` is something else.

    Example:
        >>> from screening.designations import SanctionsList
        >>> index = NameIndex(
        ...     SanctionsList.from_names([("XXi.001", "individual", "Khalid Abdul-Rahman AL-TESTI")])
        ... )
        >>> index.search(["Khaled Abdulrahman Al Testi", "Jane Doe"]).select("query_id", "reference").rows()
        [(0, 'XXi.001')]
    """

    def __init__(self, sanctions: SanctionsList, *, policy: Policy | None = None) -> None:
        check_kind(
            "sanctions", sanctions, SanctionsList, instead="read one with screening.read_un_list(path)"
        )
        self._policy = Policy() if policy is None else policy
        check_kind("policy", self._policy, Policy, instead="use Policy.from_toml(path)")
        excluded = self.policy.lists.exclude_list_types
        self.sanctions = sanctions
        names = sanctions.names.select(LISTED_NAMES.names())
        if excluded:
            kept = sanctions.designations.filter(
                ~pl.col("list_type").is_in(excluded).fill_null(value=False)  # without a type it is screened
            )["reference"]
            names = names.filter(pl.col("reference").is_in(kept.implode()))
        if names.is_empty():
            raise ListError(_nothing_left(sanctions, excluded))
        self.provenance: Provenance = sanctions.provenance
        self.identifiers: pl.DataFrame = sanctions.identifiers.join(names, on="reference", how="semi")
        self.facts: pl.DataFrame = sanctions.facts.join(names, on="reference", how="semi")
        self._prepare(names)

    @collector_paused()
    def _prepare(self, names: pl.DataFrame) -> None:
        order = pl.col("name_type").replace_strict({n: i for i, n in enumerate(_TYPE_ORDER)}, default=99)
        names = names.match_to_schema(LISTED_NAMES).sort("reference", order, "weak", "name")
        self.names = names.unique(["reference", "name"], keep="first", maintain_order=True)
        self._listed = [
            Listed.ready(prepare(name), kind) for name, kind in self.names.select("name", "kind").iter_rows()
        ]
        self._kinds = np.array([listed.k for listed in self._listed], dtype=np.int64)
        self._weights = np.array([listed.cost for listed in self._listed], dtype=np.float32)
        self._vocabulary = Vocabulary(self._listed)
        self._limits = limits_of(self._listed, self._vocabulary)
        self._units = self._limits.units
        judged = pl.Series([listed.name.screenable for listed in self._listed], dtype=pl.Boolean)
        self.unscreenable = self.names.filter(~judged)
        lost = self.unscreenable.join(self.names.filter(judged), on="reference", how="anti")
        if not lost.is_empty():
            raise ListError(
                f"no name of {lost['reference'][0]} can be compared with anything: {lost['name'][0]!r}",
                reference=lost["reference"][0],
            )

    def __len__(self) -> int:
        return len(self.names)

    @property
    def policy(self) -> Policy:
        """What it searches by; another one makes another index, see `with_policy`."""
        return self._policy

    def with_policy(self, policy: Policy) -> Self:
        """The same list, searched by another policy; the index itself where that changes nothing.

        Raises:
            ListError: `lists.exclude_list_types` leaves nothing to screen.
        """
        if policy == self.policy:
            return self
        if policy.lists != self.policy.lists:
            return type(self)(self.sanctions, policy=policy)
        other = copy(self)
        other._policy = policy  # noqa: SLF001 (its own)
        return other

    @property
    def threshold(self) -> float:
        """Score from which a name is a hit, unless a search says otherwise."""
        return self.policy.names.threshold

    @property
    def sha256(self) -> str:
        """Digest of what answers depend on: names, identifiers, score version, tables, threshold."""
        content = [SCORE_VERSION, LEXICON_SHA256, self.threshold, self.names.rows(), self.identifiers.rows()]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()

    def search(
        self, names: pl.Series | Iterable[str | None], *, threshold: float | None = None
    ) -> pl.DataFrame:
        """Find every listed party whose name reaches the threshold.

        Args:
            names: Names as they stand in payments; null means that there is none.
            threshold: Score from 0.6 to 1; the policy's by default.

        Returns:
            One row per (name, designation), by the designation's name that weighs most: one that suspends by
            the policy before one that does not, then by score. Sorted by `query_id`, score and reference;
            columns as in `schemas.SEARCH`. A name that cannot be judged has one row of status "unscreenable".

        Raises:
            PolicyError: The threshold is outside 0.6 to 1.
        """
        threshold = self._checked(threshold)
        frame = _numbered(names)
        distinct = frame["query"].unique(maintain_order=True)
        answers = [self._search(part, threshold) for part in distinct.to_frame().iter_slices(_SLICE)]
        return _answered(frame, answers, SEARCH)

    @collector_paused()
    def _search(self, distinct: pl.DataFrame, threshold: float) -> pl.DataFrame:
        texts = distinct["query"]
        asked, others = with_readings(texts, names=True)
        batch = tokenise_batch(asked)
        pairs = as_given(self._pairs(asked, batch, threshold), texts, others)
        pairs = pairs.filter(pl.col("score") >= threshold)
        left = unjudged(asked.filter(pl.Series(batch.unscreenable)), texts, others)
        return pl.concat(
            [self._best(pairs), left.to_frame("query").with_columns(status=pl.lit("unscreenable"))],
            how="diagonal",
        )

    @collector_paused()
    def scan_text(
        self, texts: pl.Series | Iterable[str | None], *, threshold: float | None = None
    ) -> pl.DataFrame:
        """Find listed names inside free text, whole or with a slip in each token.

        Args:
            texts: Narratives, remittance information, address lines; null means that there is none.
            threshold: Score from 0.6 to 1; the policy's `text_threshold` by default.

        Returns:
            One row per (text, designation), by its best place: see `schemas.TEXT_SEARCH`; `start` and `end`
            count characters. A text that cannot be judged (too long, or shown in another order than
            written) has one row of status "unscreenable".

        Raises:
            PolicyError: The threshold is outside 0.6 to 1.

        Example:
            >>> from screening.designations import SanctionsList
            >>> index = NameIndex(
            ...     SanctionsList.from_names([("XXi.001", "individual", "Khalid Dormani AL-TESTI")])
            ... )
            >>> index.scan_text(["inv 22 for K. Dormani Al Testi", "testimonial dinner"]).select(
            ...     "query_id", "reference", "start", "end"
            ... ).rows()
            [(0, 'XXi.001', 11, 30)]
        """
        limits = replace(self._limits, threshold=self._checked(threshold, self.policy.names.text_threshold))
        frame = _numbered(texts)
        distinct = frame["query"].unique(maintain_order=True)
        answers = []
        for part in distinct.to_frame().iter_slices(_SLICE):
            found, unjudged = scan(part["query"], self._listed, self._vocabulary, limits)
            pairs = pl.DataFrame(
                [(text, place, f.score, f.start, f.end) for text, place, f in found],
                schema={**_PAIRS, "start": pl.Int64, "end": pl.Int64},
                orient="row",
            )
            answers.append(
                pl.concat([self._best(pairs), _unscreenable(part["query"], unjudged)], how="diagonal")
            )
        return _answered(frame, answers, TEXT_SEARCH)

    def explain(self, name: str, reference: str) -> Comparison:
        """The comparison of a name with the name of a designation that it resembles most.

        Raises:
            PolicyError: No such designation is screened.
        """
        places = self.names.with_row_index("place").filter(pl.col("reference") == reference)["place"]
        if places.is_empty():
            known = {name.casefold(): name for name in self.names["reference"].unique().sort()}
            close = difflib.get_close_matches(reference.casefold(), known, n=1)
            hint = f"; did you mean {known[close[0]]}?" if close else ""
            raise PolicyError(f"no designation {reference!r} is screened{hint}", reference=reference)
        queries = [Query.ready(reading) for reading in prepare_readings(name)]
        best = max(places.to_list(), key=lambda place: _score(queries, self._listed[place]))
        return explain_best(name, queries, self._listed[best])

    def why_not(self, name: str, reference: str, *, threshold: float | None = None) -> str:
        """In words: what kept a name from being a hit for a designation, and by how much it fell short.

        Where a name of the designation stands inside what was given, as in a field that holds an address
        too, the last line says what reading it as a text gives; a run reads fields so that may hold more
        than a name (`party_fields.more_than_a_name`).

        Raises:
            PolicyError: No such designation is screened.

        Example:
            >>> from screening.designations import SanctionsList
            >>> index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", "Khalid Dormani")]))
            >>> print(index.why_not("Khalid Smith", "XXi.001").splitlines()[0])
            'Khalid Smith' scores 0.11 against 'Khalid Dormani' (XXi.001), 0.64 below the threshold 0.75
            >>> print(index.why_not("Jane Smith c/o Khalid Dormani", "XXi.001").splitlines()[-1])
            read as a text, 'Khalid Dormani' in it scores 1.00 against 'Khalid Dormani', a hit at 0.80
        """
        found = self.explain(name, reference)
        verdict = _verdict(found.score, self._checked(threshold))
        head = f"'{found.query}' scores {found.score:.2f} against '{found.listed}' ({reference}), {verdict}"
        least = self.policy.names.text_threshold
        places = self.scan_text([name], threshold=SEARCHABLE[0]).filter(
            pl.col("reference") == reference, pl.col("end") - pl.col("start") < len(name.strip())
        )
        inside = [
            f"read as a text, '{name[start:end]}' in it scores {value:.2f} against '{listed}', "
            + _verdict(value, least if threshold is None else max(threshold, least))
            for start, end, value, listed in places.select("start", "end", "score", "listed_name").iter_rows()
        ]
        return "\n".join([head, *(f"- {reason}" for reason in found.reasons), *inside])

    def recall_audit(
        self, sample: pl.Series | Iterable[str], *, threshold: float | None = None
    ) -> pl.DataFrame:
        """Score every pair of a sample by brute force, and list what the index lost or invented: nothing.

        Prints one line, such as "0 lost of 41200 pairs".

        Returns:
            query, reference, score, and found: "index only" or "brute force only". Empty when all is well.
        """
        threshold = self._checked(threshold)
        names = _numbered(sample)["query"].unique(maintain_order=True)
        pairs = [
            (text, self.names["reference"][place], value)
            for text in names
            for queries in [[Query.ready(reading) for reading in prepare_readings(text)]]
            for place, listed in enumerate(self._listed)
            if (value := _score(queries, listed)) >= threshold
        ]
        kind = {"query": pl.String, "reference": pl.String, "score": pl.Float64}
        brute = (
            pl.DataFrame(pairs, schema=kind, orient="row").group_by("query", "reference").agg(pl.max("score"))
        )
        index = self.search(names, threshold=threshold).filter(pl.col("status") == "hit").select(*kind)
        keys = list(kind)
        lost = brute.join(index, on=keys, how="anti").with_columns(found=pl.lit("brute force only"))
        invented = index.join(brute, on=keys, how="anti").with_columns(found=pl.lit("index only"))
        print(f"{lost.height} lost of {len(names) * len(self)} pairs")  # noqa: T201 (the audit's answer)
        return pl.concat([lost, invented]).sort("query", "reference")

    def save(self, path: str | Path) -> None:
        """Write the index to one file, without pickle; `load` gives the same answers.

        Raises:
            RunError: It cannot be written; what stood there before is left as it was.
        """
        tables = {name: _ipc(getattr(self.sanctions, name)) for name in _tables()}
        about = {
            "format": FORMAT,
            "score_version": SCORE_VERSION,
            "lexicon_sha256": LEXICON_SHA256,
            "policy": self.policy.to_dict(),
            "provenance": asdict(self.sanctions.provenance),
            "tables": {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
        }
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            _put(archive, "about.json", json.dumps(about, ensure_ascii=False, sort_keys=True).encode())
            for name, content in tables.items():
                _put(archive, f"{name}.arrow", content)
        _write(Path(path), written.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an index that `save` wrote.

        Raises:
            IndexFormatError: The file cannot be read, is no index, is damaged, or was written by a version
                that scores otherwise.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                about = dict(json.loads(archive.read("about.json")))
                _check_version(path, about)
                tables = {name: _table(archive, name, about["tables"][name]) for name in _tables()}
            sanctions = SanctionsList(provenance=Provenance(**about["provenance"]), **tables)
            return cls(sanctions, policy=Policy.from_dict(about["policy"]))
        except IndexFormatError:
            raise
        except OSError as error:
            raise IndexFormatError(
                f"{path}: the index cannot be read: {error.strerror or error}; name a file that "
                "NameIndex.save wrote, or build the index anew from the list"
            ) from error
        except (KeyError, TypeError, ValueError, *_DAMAGE) as error:
            raise IndexFormatError(f"{path}: not a saved name index, or damaged: {error}") from error

    def _pairs(self, distinct: pl.Series, batch: Batch, threshold: float) -> pl.DataFrame:
        """Every (query, listed name) that reaches the threshold: place in the index, and score."""
        known = appraise(batch, self._vocabulary, self._kinds)
        pairs = candidates(known.rows, known.worth, self._weights, threshold)
        rows, places = pairs
        found = scores(pairs, batch, known, self._units)
        texts, listed = distinct.gather(pl.Series(rows, dtype=pl.UInt32)), self.names["name"][places]
        found[(texts == listed).to_numpy()] = 1.0
        left = np.flatnonzero(np.isnan(found))
        alone = similar_units((rows[left], places[left]), batch, known, self._units)
        found[left] = self._scores(texts.gather(pl.Series(left, dtype=pl.UInt32)), places[left], alone)
        kept = pl.Series(found >= threshold)
        return pl.DataFrame({"query": texts, "place": places, "score": found}, schema=_PAIRS).filter(kept)

    def _scores(self, texts: pl.Series, places: Ints, similar: Iterable[list[Similar]]) -> list[float]:
        """Scores of pairs one by one, for those that may be aligned by more than units."""
        queries: dict[str, Query] = {}
        found = []
        for text, place, alike in zip(texts, places.tolist(), similar, strict=True):
            query = queries.get(text)
            if query is None:
                query = queries[text] = Query.ready(prepare(text))
            found.append(score(query, self._listed[place], alike))
        return found

    def _best(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Per query and designation the name that weighs most, then the best; of equals the first.

        A weak alias that may not suspend never hides a strong name that does, be it in a text or in a party
        field that was read as one.
        """
        listed = self.names[pairs["place"]] if len(pairs) else self.names.clear()
        bands = [self.policy.outcomes.suspends_at(pl.lit(text)) for text in (False, True)]
        enough = pl.sum_horizontal(pl.col("score") >= band for band in bands)
        return (
            listed.select("reference", pl.col("name").alias("listed_name"), "name_type", "quality", "weak")
            .with_columns(pairs, status=pl.lit("hit"))
            .sort(enough, "score", "place", descending=[True, True, False])
            .unique(["query", "reference"], keep="first", maintain_order=True)
            .drop("place")
        )

    def _checked(self, threshold: float | None, default: float | None = None) -> float:
        if threshold is None:
            threshold = self.threshold if default is None else default
        low, high = SEARCHABLE
        if not isinstance(threshold, int | float) or not low <= threshold <= high:
            raise PolicyError(f"threshold must be between {low:g} and {high:g}, not {threshold!r}")
        return threshold


def _nothing_left(sanctions: SanctionsList, excluded: Sequence[str]) -> str:
    if not excluded:
        return "the list holds no names: nothing could ever be a hit"
    types = ", ".join(sorted(sanctions.designations["list_type"].drop_nulls().unique()))
    return (
        f"lists.exclude_list_types = {list(excluded)} leaves nothing to screen; "
        f"the list has the types {types}"
    )


def _verdict(score: float, threshold: float) -> str:
    """What a score amounts to."""
    gap = threshold - score
    return f"{gap:.2f} below the threshold {threshold:.2f}" if gap > 0 else f"a hit at {threshold:.2f}"


def _score(readings: list[Query], listed: Listed) -> float:
    """The score of a name that may be read in several ways: that of the best."""
    return max(score(reading, listed) for reading in readings)


def _numbered(names: pl.Series | Iterable[str | None]) -> pl.DataFrame:
    if isinstance(names, str):  # its letters are no names
        names = [names]
    try:
        queries = names if isinstance(names, pl.Series) else pl.Series(list(names), dtype=pl.String)
    except TypeError as error:
        raise SchemaError(f"names and texts must be strings or null: {error}") from error
    except UnicodeEncodeError as error:
        raise SchemaError(
            f"a name or text holds half a character (a lone surrogate), which nothing can store: {error}; "
            "read its source anew with the right encoding"
        ) from error
    frame = queries.cast(pl.String).alias("query").to_frame().with_row_index("query_id")
    return frame.filter(pl.col("query").is_not_null())


def _unscreenable(texts: pl.Series, which: npt.NDArray[np.bool_]) -> pl.DataFrame:
    return texts.filter(pl.Series(which)).to_frame("query").with_columns(status=pl.lit("unscreenable"))


def _answered(frame: pl.DataFrame, answers: list[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    answer = pl.concat(answers, how="diagonal") if answers else pl.DataFrame(schema={"query": pl.String})
    missing = [pl.lit(None, kind).alias(name) for name, kind in schema.items() if name not in answer.columns]
    return (
        frame.join(answer.with_columns(missing).drop("query_id", strict=False), on="query", how="inner")
        .select(pl.col(name).cast(kind) for name, kind in schema.items())
        .sort("query_id", "score", "reference", descending=[False, True, False], nulls_last=True)
    )


def _check_version(path: str | Path, about: dict[str, Any]) -> None:
    mine = {"format": FORMAT, "score_version": SCORE_VERSION, "lexicon_sha256": LEXICON_SHA256}
    for key, value in mine.items():
        if about.get(key) != value:
            raise IndexFormatError(
                f"{path}: written with {key} {about.get(key)!r}, this library has {value!r}; "
                "build it anew from the list"
            )


def _tables() -> list[str]:
    return [field.name for field in fields(SanctionsList) if field.name != "provenance"]


def _table(archive: zipfile.ZipFile, name: str, sha256: str) -> pl.DataFrame:
    content = archive.read(f"{name}.arrow")
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"the table of {name} is not the one that was saved")
    return pl.read_ipc(io.BytesIO(content))


def _ipc(table: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    table.write_ipc(content)
    return content.getvalue()


def _write(path: Path, content: bytes) -> None:
    """Beside the path first, so that a full disk spoils no file that stood there."""
    fresh = path.parent / f".{path.name}.unfinished"
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise RunError(
            f"{path}: the index cannot be written: {error.strerror or error}; name a file in a folder that "
            "exists, may be written to and has room"
        ) from error


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Without a clock, so that the same index gives the same bytes."""
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
