"""Writes names/data/rarity.csv: how common a token is among people and among companies.

Run by hand: `python scripts/export_rarity.py LIST.xml [LIST.xml ...]`. Counts come from public lists (in how many
entries a token occurs), from the name pools of the validation package, and from a short list of ordinary
company words. Only tokens that several parties share are written, so no listed name can be read from it.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from pathlib import Path

import polars as pl

from screening.names.normalise import prepare

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/screening/names/data/rarity.csv"
POOLS = (
    ROOT / "src/screening/validation/data/names_faker.csv",
    ROOT / "src/screening/validation/data/names_own.csv",
)

COMPANY_WORDS = """
academy agency agricultural agriculture air airlines america american art asia asian assembly asset assets association
atlantic auto aviation bank banking beauty board bridge brigade british brothers building business capital care cargo
cell cement center central charitable charity chemical chemicals china city clinic clothing club coast college
commerce commercial commission committee communication communications community computer construction consult
consultancy consultants consulting contracting cooperative council credit culture cultural defence defense department
design development digital direct distribution division east eastern economic education educational electric
electrical electronic electronics energy engineering enterprise entertainment environment equipment establishment
europe european exchange express export factory faith family farm fashion federal finance financial first fishing
fitness flight food foods force forces foreign forum foundation free front fund furniture future gas general germany
glass global gold golden government grand green group guard gulf hall health heart heavy help high holding holdings
home hospital hotel house human image import importexport india industrial industries information infrastructure
institute institution insurance international internet invest investment investments iron islamic japan jewellery
jihad journal justice kingdom korea laboratory land law league leather liberation life light line link local
logistics london machinery management manufacturing marine maritime market marketing master material materials media
medical metal metals middle military mill mineral mining ministry mobile money mortgage motor motors movement national
natural network new news north northern nuclear office oil online operations organization overseas pacific packaging
paper parts party peace people peoples petrochemical petroleum pharma pharmaceutical pharmacy plastic port power press
print printing private pro processing product production products professional program project projects property
protection public quality radio rail railway real red refinery relief religious remittance rent repair republic
research resources restaurant retail revolutionary rice river road royal russia sales school science scientific sea
security service services shipping shop silver social society software solar solidarity solution solutions south
southern space special sport sports staff standard star state states steel store stores studio sugar sun supplies
supply support system systems team technical technology telecom telecommunications television textile textiles tools
total tourism tours trade trading training transfer transport transportation travel trust trustees united universal
university urban user vehicle ventures vision water welfare west western wholesale wood work workers works workshop
world young youth zone estate partner saudi arabia arabian iran iraq afghanistan pakistan syria lebanon yemen libya
somalia sudan mali nigeria turkey egypt jordan qatar kuwait emirates dubai africa african canada mexico brazil france
french german italy italian spain swiss switzerland singapore malaysia indonesia philippines thailand vietnam hong
kong australia england uk usa us
""".split()


def entries(paths: list[str]) -> dict[str, dict[str, set[str]]]:
    """Kind -> key -> references of the entries whose names hold it."""
    found: dict[str, dict[str, set[str]]] = {"individual": defaultdict(set), "entity": defaultdict(set)}
    for path in paths:
        root = ET.parse(path).getroot()
        for kind, tag in (("individual", "INDIVIDUAL"), ("entity", "ENTITY")):
            for entry in root.iter(tag):
                reference = (entry.findtext("REFERENCE_NUMBER") or "").strip()
                parts = [entry.findtext(f"{n}_NAME") or "" for n in ("FIRST", "SECOND", "THIRD", "FOURTH")]
                aliases = [a.findtext("ALIAS_NAME") or "" for a in entry.findall(f"{tag}_ALIAS")]
                for text in [" ".join(parts), *aliases]:
                    for token in prepare(text).tokens:
                        for key in token.keys:
                            found[kind][key].add(reference)
    return found


def weight(count: int) -> float:
    """The more entries share a token, the less it says."""
    for least, value in ((60, 0.25), (30, 0.3), (15, 0.4), (8, 0.5), (4, 0.65), (2, 0.85)):
        if count >= least:
            return value
    return 1.0


def table(paths: list[str]) -> pl.DataFrame:
    """key, kind, weight."""
    weights: dict[tuple[str, str], float] = {}

    def lower(kind: str, key: str, value: float) -> None:
        if len(key) > 1:
            weights[kind, key] = min(value, weights.get((kind, key), 1.0))

    for kind, keys in entries(paths).items():
        for key, references in keys.items():
            if len(references) >= 2:
                lower(kind, key, weight(len(references)))
    for word in COMPANY_WORDS:
        for token in prepare(word).tokens:
            for key in token.keys:
                lower("entity", key, 0.4)
    cultures: dict[str, set[str]] = defaultdict(set)
    for pool in POOLS:
        for row in pl.read_csv(pool, comment_prefix="#").iter_rows(named=True):
            for token in (token for name in str(row["names"]).split("|") for token in prepare(name).tokens):
                for key in token.keys:
                    cultures[key].add(row["culture"])
    for key, where in cultures.items():
        lower("individual", key, 0.85 if len(where) < 4 else 0.7)
    rows = [
        {"key": key, "kind": kind, "weight": value}
        for (kind, key), value in sorted(weights.items())
        if value < 1
    ]
    return pl.DataFrame(rows)


if __name__ == "__main__":
    TARGET.write_text("key,kind,weight\n", encoding="utf-8") if not TARGET.exists() else None
    frame = table(sys.argv[1:])
    head = "# How common a romanised token is; weight 1 (not listed here) is rare. scripts/export_rarity.py, 2026-11-23.\n"
    TARGET.write_text(head + frame.write_csv(), encoding="utf-8")
    print(frame.group_by("kind", "weight").len().sort("kind", "weight"))
