"""The peers' board: ours beside what a user would pick instead, on the same names and the same list.

    python benchmarks/peers/board.py --list consolidated.xml

Every peer runs in a process of its own, one after the other; ours runs first, in the middle and last, and its
median is what the others are compared with. What is not installed, or fails, is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from scipy.stats import binomtest

from machine import ROOT, circumstances, write_results
from peers.contest import all_peers, scaled
from peers.environments import interpreter
from peers.peer import Sizes
from peers.questions import write_questions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from peers.peer import Peer

RESULTS = ROOT / "benchmarks" / "results" / "peers.json"
COLUMNS = (
    "peer",
    "names/s",
    "ours is so many times as fast",
    "peak memory",
    "threshold",
    "recall",
    "alerts per 1,000",
    "recall at our alerts",
    "asked",
)
LIMIT = 900  # seconds a peer may take


def run(peer: Peer, folder: Path, *, divisor: int) -> dict[str, Any]:
    """Measurements of one peer in a fresh process, or why there are none."""
    python = interpreter(peer)
    if python is None:
        return {"status": "not installed", "because": f"no environment for {', '.join(peer.requirements)}"}
    paths = [str(ROOT / "benchmarks"), *([] if peer.requirements else [str(ROOT / "src")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [str(python), "-m", "peers.contest", peer.key, str(folder), str(divisor)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return {"status": "failed", "because": f"took longer than {LIMIT} s"}
    if done.returncode:
        return {"status": "failed", "because": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    if "missing" in result:
        return {"status": "not installed", "because": result["missing"]}
    return {"status": "measured", **result}


def recall(planted: Sequence[tuple[str, float]], threshold: float) -> float:
    """Share of planted names that reach their own entry: the mean of the manipulations."""
    classes: dict[str, list[bool]] = {}
    for manipulation, score in planted:
        classes.setdefault(manipulation, []).append(score >= threshold)
    return fmean(fmean(found) for found in classes.values())


def same_planted(
    ours: Sequence[tuple[str, float]], theirs: Sequence[tuple[str, float]]
) -> list[tuple[str, float]]:
    """Our scores of the planted names that the peer was asked: the first of each manipulation."""
    left = Counter(manipulation for manipulation, _ in theirs)
    kept = []
    for manipulation, score in ours:
        if left[manipulation]:
            left[manipulation] -= 1
            kept.append((manipulation, score))
    return kept


def threshold_for(alerts: int, innocents: Sequence[float], lowest: float) -> float:
    """The lowest threshold that raises no more than so many alerts: just above the next innocent's score."""
    scores = sorted(innocents, reverse=True)
    following = scores[alerts] if alerts < len(scores) else 0.0
    return max(lowest, following + 1e-9)


def row_of(peer: Peer, result: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """One row of the results; `ours` gives the speed and the alerts to compare with."""
    told = {
        "key": peer.key,
        "title": peer.title,
        "threshold": peer.threshold,
        "why": peer.why,
        "default": peer.default,
    }
    if result["status"] != "measured":
        return {**told, "status": result["status"], "because": result["because"]}
    alerts = sum(score >= peer.threshold for score in result["innocents"])
    asked = len(result["innocents"])
    interval = binomtest(alerts, asked).proportion_ci(method="exact")
    of_ours = sum(score >= ours["threshold"] for score in ours["innocents"][:asked])
    equal = threshold_for(of_ours, result["innocents"], peer.lowest)
    rate = result["names"] / result["seconds"]
    return {
        **told,
        "status": "measured",
        "versions": result["versions"],
        "names": result["names"],
        "build_seconds": round(result["build_seconds"], 2),
        "seconds": round(result["seconds"], 3),
        "cpu_seconds": round(result["cpu_seconds"], 3),
        "names_per_second": round(rate, 1),
        "ours_times_faster": round(ours["rate"] / rate, 2),
        "pairs": result["pairs"],
        "peak_mib": round(result["peak_mib"]),
        "planted": len(result["planted"]),
        "recall": round(recall(result["planted"], peer.threshold), 4),
        "our_recall": round(recall(same_planted(ours["planted"], result["planted"]), ours["threshold"]), 4),
        "innocents": asked,
        "alerts_per_1000": round(1000 * alerts / asked, 2),
        "our_alerts_per_1000": round(1000 * of_ours / asked, 2),
        "alerts_interval": [round(1000 * interval.low, 2), round(1000 * interval.high, 2)],
        "threshold_at_our_alerts": round(equal, 4),
        "recall_at_our_alerts": round(recall(result["planted"], equal), 4),
    }


def measure(peers: Sequence[Peer], source: Path, *, divisor: int, seed: int) -> dict[str, Any]:
    """All rows, and what they were measured on."""
    before = circumstances()
    head, others = peers[0], peers[1:]
    sizes = [scaled(peer.sizes, divisor) for peer in peers]
    largest = Sizes(**{name: max(getattr(size, name) for size in sizes) for name in Sizes.__slots__})
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        listed = write_questions(folder, source, sizes=largest, seed=seed)

        def measured(peer: Peer) -> dict[str, Any]:
            result = run(peer, folder, divisor=divisor)
            print(f"  {peer.title}: {result.get('because') or _briefly(result)}", file=sys.stderr)
            return result

        mine, results = [measured(head)], []
        for number, peer in enumerate(others, start=1):
            results.append(measured(peer))
            if number in (len(others) // 2, len(others)):
                mine.append(measured(head))
    failed = [result["because"] for result in mine if result["status"] != "measured"]
    if failed:
        raise SystemExit(f"ours could not be measured: {failed[0]}")
    typical = sorted(mine, key=lambda result: result["seconds"])[len(mine) // 2]
    rates = [result["names"] / result["seconds"] for result in mine]
    ours = {**typical, "rate": median(rates), "threshold": head.threshold}
    rows = [row_of(head, typical, ours)]
    rows[0]["rates_of_runs"] = [round(rate) for rate in rates]
    rows += [row_of(peer, result, ours) for peer, result in zip(others, results, strict=True)]
    return {**before, "list": listed, "seed": seed, "divisor": divisor, "rows": rows}


def _briefly(result: Mapping[str, Any]) -> str:
    return f"{result['names']:,} names in {result['seconds']:.2f} s, {result['peak_mib']:,.0f} MiB"


def table(results: Mapping[str, Any]) -> str:
    """The board as Markdown, the same in the terminal and in the documents."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    for row in results["rows"]:
        if row["status"] != "measured":
            blank = [""] * (len(COLUMNS) - 2)
            lines.append(f"| {' | '.join([row['title'], row['status'], *blank])} |")
            continue
        ours = row["key"] == "ours"
        low, high = row["alerts_interval"]
        cells = [
            row["title"],
            f"{row['names_per_second']:,.{0 if row['names_per_second'] >= 100 else 1}f}",
            "1" if ours else f"{row['ours_times_faster']:,.{_places(row)}f}",
            f"{row['peak_mib']:,} MiB",
            f"{row['threshold']:g}",
            f"{row['recall']:.3f}" + ("" if ours else f" (ours {row['our_recall']:.3f})"),
            f"{row['alerts_per_1000']:.1f} ({low:.1f} to {high:.1f})"
            + ("" if ours else f"; ours {row['our_alerts_per_1000']:.1f}"),
            "" if ours else f"{row['recall_at_our_alerts']:.3f} (at {row['threshold_at_our_alerts']:.4g})",
            f"{row['names']:,} / {row['planted']:,} / {row['innocents']:,}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _places(row: Mapping[str, Any]) -> int:
    return 1 if row["ours_times_faster"] < 100 else 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", type=Path, required=True, help="UN consolidated list (XML)")
    parser.add_argument("--only", nargs="*", default=[], metavar="KEY", help="these peers beside ours")
    parser.add_argument("--divisor", type=int, default=1, help="ask every peer so much less")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help=f"results as JSON ({RESULTS.name} for the documents)")
    given = parser.parse_args()
    peers = [p for p in all_peers() if not given.only or p.key in ("ours", *given.only)]
    results = measure(peers, given.list, divisor=given.divisor, seed=given.seed)
    print(table(results))
    write_results(results, given.out)


if __name__ == "__main__":
    main()
