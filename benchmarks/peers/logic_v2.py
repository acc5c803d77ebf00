"""OpenSanctions' nomenklatura: logic-v2 over every designation, with all its names at once.

yente puts a search engine before it, which may lose candidates; here none is lost, and each name costs more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peers.peer import Peer, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from peers.peer import Listed, Search

SCHEMA = {"individual": "Person", "entity": "Organization"}


def build(listed: list[Listed]) -> Search:
    from followthemoney import EntityProxy, model
    from nomenklatura.matching import LogicV2, ScoringConfig

    def entity(key: str, kind: str, names: dict[str, list[str]]) -> EntityProxy:
        made = model.make_entity(SCHEMA.get(kind, "LegalEntity"))
        made.id = key
        for prop, values in names.items():
            made.add(prop, values)
        return made

    designations: dict[tuple[str, str], dict[str, list[str]]] = {}
    for x in listed:
        prop = "weakAlias" if x.quality == "Low" else "name" if x.name_type == "primary" else "alias"
        designations.setdefault((x.reference, x.kind), {}).setdefault(prop, []).append(x.name)
    candidates = [entity(key, kind, names) for (key, kind), names in designations.items()]
    config = ScoringConfig.defaults()

    def search(names: list[str], threshold: float) -> Iterator[tuple[int, str, float]]:
        for number, name in enumerate(names):
            asked = entity(f"asked-{number}", "", {"name": [name]})
            for candidate in candidates:
                score = LogicV2.compare(asked, candidate, config).score
                if score >= threshold:
                    yield number, str(candidate.id), score

    next(search(["Ardo Belvane"], 0.0))  # its tables of names are read at the first comparison
    return search


PEERS = (
    Peer(
        key="logic_v2",
        title="OpenSanctions nomenklatura, logic-v2",
        distributions=("nomenklatura", "followthemoney", "rigour", "pyicu"),
        build=build,
        sizes=Sizes(timed=20, per_class=3, innocents=150),
        threshold=0.7,
        why="default of yente",
        default="0.7",
        lowest=0.4,
        folded=False,
        requirements=("nomenklatura>=4.17",),
    ),
)
