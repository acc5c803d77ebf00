"""A small fictional list, built from parts so that each test shows only what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

INDIVIDUAL = """\
<INDIVIDUAL><DATAID>1</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>Ardo</FIRST_NAME>\
<SECOND_NAME>Belvane</SECOND_NAME><UN_LIST_TYPE>Sample</UN_LIST_TYPE>\
<REFERENCE_NUMBER>{reference}</REFERENCE_NUMBER>\
<LISTED_ON>2020-02-29</LISTED_ON>{inner}</INDIVIDUAL>"""
ENTITY = """\
<ENTITY><DATAID>2</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>Grey River Company</FIRST_NAME>\
<UN_LIST_TYPE>Sample</UN_LIST_TYPE><REFERENCE_NUMBER>{reference}</REFERENCE_NUMBER>\
<LISTED_ON>2020-02-29</LISTED_ON>{inner}</ENTITY>"""


@pytest.fixture(scope="session")
def list_xml() -> Callable[..., bytes]:
    """One individual and one entity with the given content, and extra entries beside the individual."""

    def build(individual: str = "", entity: str = "", *, extra: str = "", head: str = "") -> bytes:
        people = INDIVIDUAL.format(reference="XAi.001", inner=individual) + extra
        firms = ENTITY.format(reference="XAe.001", inner=entity)
        text = (
            f'{head}<CONSOLIDATED_LIST dateGenerated="2026-01-02T03:04:05Z">\n'
            f"<INDIVIDUALS>{people}</INDIVIDUALS>\n"
            f"<ENTITIES>{firms}</ENTITIES>\n</CONSOLIDATED_LIST>"
        )
        return text.encode()

    return build
