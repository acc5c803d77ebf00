"""Party fields that hold more than a name: what banks and customers write beside one."""

from __future__ import annotations

from typing import Final

import polars as pl

__all__ = ["SETTINGS", "in_fields"]

SETTINGS: Final = {
    "behind an account": "/GB29NWBK60161331926819 {}",
    "before an address": "{}, 12 High Street, London",
    "before a city and a country": "{} DUBAI UAE",
    "before a mail address": "{} a.belvane@example.com",
    "before a telephone": "{} +44 20 7946 0958",
    "quoted": 'a/c "{}"',
    "before a nickname in quotation marks": '{} "Orlo"',
    "one of two holders": "ARDO BELVANE & {}",
    "behind another's care": "ARDO BELVANE C/O {}",
    "for the benefit of": "ARDO BELVANE FBO {}",
    "trading as": "{} DBA ORLANK TRADING",
    "formerly known as": "ARDO QUELLIN BELVANE FKA {}",
    "before a birth date": "{} DOB 01.01.1970",
    "before a purpose": "{} salary May",
}
"""What stands around a name, which is the same for all: {} is the name."""


def in_fields(names: pl.DataFrame, size: int, *, seed: int) -> pl.DataFrame:
    """Some of the listed names, each in every setting.

    Args:
        names: `reference` and `name`.
        size: How many of the names.
        seed: Which of them.

    Returns:
        setting, reference, field.
    """
    some = names.sample(min(size, names.height), seed=seed)
    return pl.concat(
        [
            some.select("reference", setting=pl.lit(setting), field=pl.format(around, "name"))
            for setting, around in SETTINGS.items()
        ]
    ).select("setting", "reference", "field")
