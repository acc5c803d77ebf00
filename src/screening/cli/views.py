"""What a person sees of a run, a name and a list."""

from __future__ import annotations

import dataclasses
import difflib
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from rich.console import Group
from rich.table import Table
from rich.text import Text

from screening.audit import MANIFEST
from screening.cli import console
from screening.corroboration import PARTY
from screening.errors import PolicyError
from screening.hit_reasons import compare_inside
from screening.hits import find_hits, judge_names
from screening.party_fields import more_than_a_name
from screening.policy import SEARCHABLE

if TYPE_CHECKING:
    from screening.corroboration import Party
    from screening.designations import SanctionsList
    from screening.index import NameIndex
    from screening.names import Comparison
    from screening.policy import Policy
    from screening.runs import Run

__all__ = ["described", "lookup", "rule_text", "show_list", "show_name", "show_result", "show_rules"]

_SHOWN: Final = 8
_TOLD: Final = (
    "reference", "listed_name", "name_type", "quality", "weak", "score", "tier", "corroboration",
)  # fmt: skip
_COLOURS: Final = {"SUSPEND": "bold red", "HOLD": "red", "REVIEW": "yellow", "MONITOR": "cyan"}


def show_result(result: Run) -> None:
    """Counts in and out, alerts by outcome, the first hits, and where the outputs are."""
    manifest, tables = result.manifest, result.tables
    sizes = {name: held["rows"] for name, held in manifest["outputs"].items()}
    rows, source = manifest["input"], manifest["list"]
    blocks: list[Any] = [_pairs("Payments", {
        "rows in": f"{rows['rows']:,}",
        "screened": f"{rows['screened']:,}",
        "rejected (rejects.parquet)": f"{rows['rejected']:,}",
        "list": f"{source['source']}, made {source['generated'] or 'on an unknown day'}",
        "designations": _designations(manifest),
    })]  # fmt: skip
    blocks.append(_outcomes(manifest, tables["alerts"], unread=result.unread_alerts))
    if sizes["hits.parquet"]:
        blocks.append(_first_hits(tables["hits"], tables["alerts"], sizes["hits.parquet"]))
    if sizes["rejects.parquet"]:
        blocks.append(_rejects(tables["rejects"]))
    blocks.append(_rules(manifest))
    blocks.extend(Text(f"note: {warning}") for warning in manifest["warnings"])
    files = [f"{name} ({rows:,})" for name, rows in sizes.items()]
    blocks.append(Text(f"Outputs in {result.folder}: {', '.join(files)}, {MANIFEST}", style="bold"))
    console.print_table(Group(*blocks))


def _designations(manifest: dict[str, Any]) -> str:
    """How many were searched, of how many, and what the policy left out."""
    total = manifest["list"]["individuals"] + manifest["list"]["entities"]
    left_out = manifest["policy"]["lists"]["exclude_list_types"]
    if not left_out:
        return f"{total:,}"
    searched = manifest["index"]["designations"]
    return f"{searched:,} of {total:,} designations, list types left out by the policy: {', '.join(left_out)}"


def _outcomes(manifest: dict[str, Any], alerts: pl.LazyFrame, *, unread: int) -> Group:
    table = _table("outcome", ">payments", ">by the list", ">by rules")
    listed, ruled = ((pl.col(name).list.len() > 0).sum() for name in ("references", "rules"))
    counted = alerts.group_by("outcome").agg(listed.alias("listed"), ruled.alias("ruled")).collect()
    by_channel = {outcome: counts for outcome, *counts in counted.iter_rows()}
    for outcome, count in manifest["alerts"].items():
        by_list, by_rules = by_channel.get(outcome, (0, 0))
        table.add_row(Text(outcome, style=_COLOURS[outcome]), f"{count:,}", f"{by_list:,}", f"{by_rules:,}")
    rows = manifest["input"]
    clear = rows["screened"] - (sum(manifest["alerts"].values()) - unread)
    table.add_row("no alert", f"{clear:,}", "", "")
    if rows["rejected"]:  # no rule has looked at them, so that they are no clear
        table.add_row("rejected, no alert", f"{rows['rejected'] - unread:,}", "", "")
    return _titled("Alerts", table)


def _first_hits(hits: pl.LazyFrame, alerts: pl.LazyFrame, total: int) -> Group:
    order = alerts.select("transaction_id", "outcome").with_row_index("rank")
    first = (
        hits.join(order, on="transaction_id", how="left", maintain_order="left")
        .sort(["rank", "score"], descending=[False, True], nulls_last=True, maintain_order=True)
        .head(_SHOWN)
        .collect(engine="streaming")
    )
    table = _table(
        "payment", "outcome", "field", "as written", "listed name", "reference", ">score",
    )  # fmt: skip
    for row in first.iter_rows(named=True):
        cannot = row["status"] == "unscreenable"
        table.add_row(
            _clip(row["transaction_id"]),
            Text(row["outcome"] or "", style=_COLOURS.get(row["outcome"] or "", "")),
            row["field"],
            _clip(row["query"] or ""),  # a payment may name nobody
            "cannot be judged" if cannot else _clip(row["listed_name"]),
            row["reference"] or "",
            "" if cannot else f"{row['score']:.3f}",
        )
    return _titled(f"Hits ({first.height} of {total:,})", table)


def _rejects(rejects: pl.LazyFrame) -> Group:
    counted = (
        rejects.group_by("reason", "column")
        .agg(pl.len(), pl.col("row").min())
        .sort(["len", "row", "column", "reason"], descending=[True, False, False, False])
        .head(_SHOWN)
        .collect()
    )
    table = _table(
        ">rows",
        "column",
        "reason",
        ">first",
    )
    for row in counted.iter_rows(named=True):
        table.add_row(f"{row['len']:,}", row["column"], row["reason"], f"row {row['row']:,}")
    return _titled("Rejected rows (their parties are screened, nothing else of them is)", table)


def _rules(manifest: dict[str, Any]) -> Text:
    groups = manifest["rules"]
    blind = sorted({group["rule"] for group in groups if group["missing"]})
    off = sorted({group["rule"] for group in groups if group["status"] == "off"})
    evaluated = len({group["rule"] for group in groups}) - len(blind) - len(off)
    text = Text(f"Rules: {evaluated} evaluated, {len(off)} switched off, {len(blind)} that could not look")
    if blind:
        more = f" and {len(blind) - _SHOWN} more" if len(blind) > _SHOWN else ""
        text.append(f": {', '.join(blind[:_SHOWN])}{more} ({MANIFEST} names the columns they need)")
    return text


def lookup(
    query: str,
    index: NameIndex,
    *,
    party: Party | None = None,
    facts: pl.DataFrame | None = None,
    policy: Policy | None = None,
    threshold: float | None = None,
    reference: str | None = None,
) -> dict[str, Any]:
    """Search one name as that of a beneficiary, with what is known of it, and explain every hit."""
    given = {suffix: getattr(party, attribute) for suffix, attribute in PARTY.items() if party}
    row = {"transaction_id": "query", "beneficiary_name": query} | {
        f"beneficiary_{suffix}": value for suffix, value in given.items() if value is not None
    }
    found = find_hits(pl.DataFrame([row]), index, facts=facts, policy=policy, threshold=threshold).table
    hits = []
    for hit in found.filter(pl.col("status") == "hit").sort(
        "score", "reference", descending=[True, False]
    ).iter_rows(named=True):  # fmt: skip
        number = hit["name_type"] == "identifier"
        why = (
            {"tokens": [], "reasons": hit["reasons"]}
            if number
            else _words(_best_of_hit(query, hit, index)) | {"reasons": hit["reasons"]}
        )
        hits.append({key: hit[key] for key in _TOLD} | why)
    blind = (found["status"] == "unscreenable").any()
    answer: dict[str, Any] = {
        "query": query,
        "status": "unscreenable" if blind else "hit" if hits else "clear",
        "threshold": index.threshold if threshold is None else threshold,
        "party": {suffix: value for suffix, value in given.items() if value is not None},
        "hits": hits,
    }
    if reference is not None:
        answer["why_not"] = _why_not(query, reference, index, threshold)
    return answer


def _why_not(query: str, reference: str, index: NameIndex, threshold: float | None) -> dict[str, Any]:
    """How a name compares with a designation by each reading that a run makes of it, and which counts."""
    best = index.explain(query, reference)
    fields = pl.Series([query])
    counted = judge_names(fields, index, threshold=threshold).filter(
        pl.col("reference") == reference, pl.col("status") == "hit"
    )
    return {
        "reference": reference,
        "listed_name": best.listed,
        "score": best.score,
        "threshold": index.threshold if threshold is None else threshold,
        **_words(best),
        "as_text": _inside(query, reference, index, threshold) if more_than_a_name(fields).item() else None,
        "counted": None if counted.is_empty() else "name" if counted["start"].item() is None else "text",
    }


def _inside(query: str, reference: str, index: NameIndex, threshold: float | None) -> dict[str, Any]:
    """The same for a field that may hold more than a name: what stands in it, read as a text."""
    needed = max(index.policy.names.text_threshold, threshold or 0.0)
    places = index.scan_text([query], threshold=SEARCHABLE[0]).filter(reference=reference)
    if places.is_empty():
        return {"words": None, "listed_name": None, "score": 0.0, "threshold": needed, "reasons": []}
    place = places.row(0, named=True)
    kind = index.names.filter(reference=reference)["kind"][0]
    words = query[place["start"] : place["end"]]
    return {
        "words": words,
        "listed_name": place["listed_name"],
        "score": place["score"],
        "threshold": needed,
        **_words(compare_inside(words, place["listed_name"], kind=kind)),
    }


def _best_of_hit(query: str, hit: dict[str, Any], index: NameIndex) -> Comparison:
    """The comparison of the words that a hit rests on: the query, or what stands inside it."""
    whole = index.explain(query, hit["reference"])
    if whole.score >= hit["score"]:
        return whole
    places = index.scan_text([query], threshold=hit["score"]).filter(reference=hit["reference"])
    inside = [
        compare_inside(query[start:end], hit["listed_name"], kind=whole.kind)
        for start, end in places.select("start", "end").iter_rows()
    ]
    return max([whole, *inside], key=lambda comparison: comparison.score)


def _words(why: Comparison) -> dict[str, Any]:
    return {"tokens": [dataclasses.asdict(token) for token in why.tokens], "reasons": list(why.reasons)}


def show_name(answer: dict[str, Any]) -> None:
    """The hits on one name, token by token."""
    blocks: list[Any] = []
    if answer["status"] == "unscreenable":
        blocks.append(
            Text(f"'{answer['query']}' cannot be judged as a name; this is not a clear.", style="bold yellow")
        )
    elif answer["status"] == "clear":
        blocks.append(
            Text(f"No listed name scores {answer['threshold']:g} or more against '{answer['query']}'.")
        )
    for hit in answer["hits"]:
        quality = f", {hit['quality']}" if hit["quality"] else ""
        title = (
            f"{hit['score']:.3f}  {hit['tier']}  {hit['listed_name']}  {hit['reference']} "
            f"({hit['name_type']}{quality})"
        )
        blocks += [_tokens(title, hit), Text("; ".join(hit["reasons"]))]
        blocks += [*(Text(words) for words in hit["corroboration"]), Text("")]
    if "why_not" in answer:
        blocks += _shown_why_not(answer["why_not"])
    console.print_table(Group(*blocks))


def _shown_why_not(why: dict[str, Any]) -> list[Any]:
    """Both readings of a field, and which of them counts."""
    title = (
        f"{why['score']:.3f}  {why['listed_name']}  {why['reference']}: "
        f"{_verdict(why['score'], why['threshold'])}"
    )
    blocks: list[Any] = [_tokens(title, why), Text("; ".join(why["reasons"]))]
    text = why["as_text"]
    if text is None:
        return blocks
    read = "It may hold more than a name, so that a run reads it as a text too"
    if text["words"] is None:
        return [*blocks, Text(""), Text(f"{read}: no name of {why['reference']} stands in it.")]
    title = (
        f"{text['score']:.3f}  {text['listed_name']}  '{text['words']}' in it: "
        f"{_verdict(text['score'], text['threshold'])}"
    )
    which = {
        None: "neither reading is a hit",
        "name": "the reading as one name counts",
        "text": "the reading as a text counts",
    }[why["counted"]]
    return [
        *blocks, Text(""), Text(f"{read}; {which}."), _tokens(title, text), Text("; ".join(text["reasons"])),
    ]  # fmt: skip


def _verdict(score: float, threshold: float) -> str:
    short = max(0.0, threshold - score)
    return f"{short:.3f} short of {threshold:g}" if short else f"a hit at {threshold:g}"


def _tokens(title: str, why: dict[str, Any]) -> Group:
    table = _table("in the query", "in the list", ">alike", ">weight", "how")
    for token in why["tokens"]:
        table.add_row(
            token["query"] or "-", token["listed"] or "-", f"{token['similarity']:.2f}",
            f"{token['weight']:.2f}", token["how"],
        )  # fmt: skip
    return Group(Text(title, style="bold"), *([table] if why["tokens"] else []))


def described(sanctions: SanctionsList) -> dict[str, Any]:
    """A list in numbers: provenance, sizes, what was used and what was left, warnings."""
    ledger = sanctions.ledger.group_by("disposition", "reason").agg(pl.col("count").sum())
    return {
        "provenance": dataclasses.asdict(sanctions.provenance),
        "tables": {name: table.height for name, table in sanctions.tables.items()},
        "names": _counted(sanctions.names, "name_type"),
        "qualities": _counted(sanctions.names, "quality"),
        "list_types": _counted(sanctions.designations, "list_type"),
        "ledger": ledger.sort("disposition", "count", "reason", descending=[True, True, False]).to_dicts(),
        "warnings": sanctions.warnings.to_dicts(),
    }


def _counted(table: pl.DataFrame, column: str) -> dict[str, int]:
    counts = table.group_by(pl.col(column).fill_null("")).len().sort("len", column, descending=[True, False])
    return dict(zip(counts[column], counts["len"], strict=True))


def show_rules() -> None:
    """The catalogue, one line per rule."""
    from screening.rules import list_rules

    table = _table("rule", "title", "family", ">weight", "window", "status")
    for row in list_rules().iter_rows(named=True):
        table.add_row(
            row["id"], row["title"], row["family"], f"{row['weight']:g}", row["window"] or "", row["status"]
        )
    console.print_table(table)


def rule_text(name: str) -> str:
    """One rule in full.

    Raises:
        PolicyError: There is no such rule.
    """
    from screening.rules import describe
    from screening.rules.catalogue import by_id

    known = by_id()
    if name.upper() not in known:
        close = difflib.get_close_matches(name.upper(), known, n=1)
        hint = f"did you mean {close[0]}?" if close else "`screening rules list` names them all"
        raise PolicyError(f"no rule {name!r}; {hint}", rule=name)
    return describe(known[name.upper()])


def show_list(sanctions: SanctionsList) -> None:
    """Provenance, counts, ledger and warnings of a list."""
    facts = described(sanctions)
    blocks: list[Any] = [
        _pairs("Provenance", {k: str(v) for k, v in facts["provenance"].items() if v is not None})
    ]
    blocks.append(_pairs("Tables", {name: f"{count:,}" for name, count in facts["tables"].items()}))
    for title, key in (
        ("Names by type", "names"),
        ("Names by quality", "qualities"),
        ("Regimes", "list_types"),
    ):
        blocks.append(_pairs(title, {name or "(none)": f"{count:,}" for name, count in facts[key].items()}))
    ledger = _table("disposition", ">count", "reason")
    for row in facts["ledger"]:
        ledger.add_row(row["disposition"], f"{row['count']:,}", row["reason"])
    blocks.append(_titled("Ledger: every element of the file, used or ignored", ledger))
    if facts["warnings"]:
        warnings = _table("reference", ">line", "message")
        for row in facts["warnings"][: 5 * _SHOWN]:
            warnings.add_row(row["reference"] or "", str(row["line"] or ""), row["message"])
        blocks.append(_titled("Warnings", warnings))
        left = len(facts["warnings"]) - 5 * _SHOWN
        if left > 0:
            blocks.append(Text(f"and {left:,} more warnings: `--json` prints them all"))
    console.print_table(Group(*blocks))


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.lstrip(">"), justify="right" if right else "left", overflow="fold")
    return table


def _titled(title: str, table: Table) -> Group:
    return Group(Text(title, style="bold"), table, Text(""))


def _pairs(title: str, pairs: dict[str, str]) -> Group:
    table = _table("", "")
    table.show_header = False
    for key, value in pairs.items():
        table.add_row(key, value)
    return _titled(title, table)


def _clip(text: str, *, width: int = 40) -> str:
    """A text of somebody else for a terminal: short, and with invisible characters made visible."""
    seen = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
    return seen if len(seen) <= width else seen[: width - 1] + "\N{HORIZONTAL ELLIPSIS}"
