"""Export name pools from Faker into the package; run by hand when the pools should change.

    python -m pip install Faker
    python scripts/export_name_pools.py

Faker (MIT licence, copyright Daniele Faraglia and contributors) is needed here only, never at run time.
The result is checked in, so that the same seed keeps giving the same names whatever Faker does later.
"""

from __future__ import annotations

import csv
import importlib
from pathlib import Path
from typing import Any, Final, NamedTuple

from anyascii import anyascii

TARGET: Final = Path(__file__).parents[1] / "src/screening/validation/data/names_faker.csv"
AT_MOST: Final = 110  # names per pool: enough for 100,000 distinct names per culture, small in the package


class Pool(NamedTuple):
    """Where a part of a culture's names stands in Faker, and how it is written."""

    culture: str
    part: str
    locale: str
    attribute: str
    writing: str = "own"


def family(
    culture: str, locale: str, *, women: bool = False, writing: str = "own", last: str = "last_names"
) -> list[Pool]:
    """The usual four pools of one locale; `women` when women's surnames have a form of their own."""
    men = f"{last}_male" if women else last
    pools = [
        Pool(culture, "m", locale, "first_names_male", writing),
        Pool(culture, "f", locale, "first_names_female", writing),
        Pool(culture, "s", locale, men, writing),
    ]
    return [*pools, Pool(culture, "w", locale, f"{last}_female", writing)] if women else pools


POOLS: Final = [
    *family("arabic_script", "ar_SA"),
    Pool("arabic_script", "s", "ar_PS", "last_names"),
    *family("arabic_maghreb", "fr_DZ"),
    *family("azeri", "az_AZ", women=True),
    *family("bulgarian", "bg_BG", women=True, writing="cyrillic_bg"),
    *family("czech", "cs_CZ", women=True),
    *family("dutch", "nl_NL"),
    *family("english", "en_GB"),
    Pool("english", "s", "en_US", "last_names"),
    *family("finnish", "fi_FI"),
    *family("french", "fr_FR"),
    Pool("french", "s", "fr_CA", "last_names"),
    *family("georgian", "ka_GE", writing="georgian"),
    *family("german", "de_AT"),
    Pool("german", "s", "de_DE", "last_names"),
    *family("ghanaian", "tw_GH", women=True),
    *family("greek", "el_GR", women=True, writing="greek"),
    *family("greek_script", "el_GR", women=True),
    *family("hausa", "ha_NG"),
    *family("hebrew_script", "he_IL"),
    *family("hindi_script", "hi_IN"),
    *family("hungarian", "hu_HU"),
    *family("armenian", "hy_AM", writing="armenian"),
    *family("igbo", "ig_NG"),
    *family("indian", "en_IN"),
    *family("indonesian", "id_ID"),
    Pool("irish", "s", "en_IE", "last_names"),
    Pool("irish", "m", "en_IE", "first_names_male"),
    Pool("irish", "f", "en_IE", "first_names_female"),
    *family("italian", "it_IT"),
    *family("kenyan", "en_KE"),
    *family("korean_script", "ko_KR"),
    *family("latvian", "lv_LV", women=True),
    *family("persian_script", "fa_IR"),
    Pool("polish", "m", "pl_PL", "first_names_male"),
    Pool("polish", "f", "pl_PL", "first_names_female"),
    Pool("polish", "s", "pl_PL", "male_last_names"),
    *family("portuguese", "pt_PT"),
    Pool("portuguese", "m", "pt_BR", "first_names_male"),
    *family("romanian", "ro_RO"),
    *family("russian", "ru_RU", women=True, writing="cyrillic_ru"),
    Pool("russian", "p", "ru_RU", "middle_names_male", "cyrillic_ru"),
    Pool("russian", "q", "ru_RU", "middle_names_female", "cyrillic_ru"),
    *family("russian_script", "ru_RU", women=True),
    Pool("russian_script", "p", "ru_RU", "middle_names_male"),
    Pool("russian_script", "q", "ru_RU", "middle_names_female"),
    *family("scandinavian", "sv_SE"),
    *family("scandinavian", "da_DK"),
    *family("scandinavian", "no_NO"),
    *family("south_slavic", "hr_HR"),
    *family("spanish", "es_ES"),
    *family("spanish_american", "es_CO"),
    Pool("spanish_american", "s", "es_CL", "last_names"),
    *family("swahili", "sw", women=True),
    *family("thai_script", "th_TH"),
    *family("turkish", "tr_TR"),
    *family("ukrainian", "uk_UA", women=True, writing="cyrillic_uk"),
    *family("ukrainian_script", "uk_UA", women=True),
    *family("uzbek", "uz_UZ", women=True),
    *family("yoruba", "yo_NG"),
    *family("zulu", "zu_ZA"),
    Pool("chinese", "m", "zh_CN", "first_names_male", "syllables"),
    Pool("chinese", "f", "zh_CN", "first_names_female", "syllables"),
    *family("chinese_script", "zh_CN"),
    Pool("korean", "m", "ko_KR", "first_names_male", "hyphenated"),
    Pool("korean", "f", "ko_KR", "first_names_female", "hyphenated"),
    Pool("japanese", "m", "ja_JP", "first_romanized_names_male"),
    Pool("japanese", "f", "ja_JP", "first_romanized_names_female"),
    Pool("japanese", "s", "ja_JP", "last_romanized_names"),
    *family("japanese_script", "ja_JP"),
]  # fmt: skip

CYRILLIC: Final = {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ё": "e",
    "й": "y", "ы": "y", "ь": "", "ъ": "", "э": "e", "є": "ie", "ї": "i", "’": "", "'": "",
}  # fmt: skip
WRITINGS: Final[dict[str, dict[str, str]]] = {
    "cyrillic_ru": CYRILLIC,
    "cyrillic_uk": {**CYRILLIC, "г": "h", "и": "y", "й": "i", "ю": "iu", "я": "ia"},
    "cyrillic_bg": {**CYRILLIC, "х": "h", "щ": "sht", "ъ": "a"},
    "georgian": {
        "ჟ": "zh", "ღ": "gh", "შ": "sh", "ჩ": "ch", "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "ch", "ხ": "kh",
        "ჯ": "j", "ჰ": "h", "ქ": "k", "კ": "k", "თ": "t", "ტ": "t", "ფ": "p", "პ": "p", "ყ": "q",
    },
    "greek": {
        "χ": "ch", "ψ": "ps", "ξ": "x", "θ": "th", "φ": "f", "υ": "y", "ύ": "y",
        "ου": "ou", "ού": "ou", "μπ": "b",
    },
    "armenian": {"ու": "u", "ր": "r", "ռ": "r"},
}  # fmt: skip


def romanise(name: str, writing: str) -> str:
    """Latin form of a name by the table of its writing; anything not in the table goes through anyascii."""
    if writing == "own":
        return name
    if writing in ("syllables", "hyphenated"):
        syllables = [anyascii(character) for character in name]
        return ("-" if writing == "hyphenated" else "").join(syllables).capitalize()
    text = name.lower()
    for source, target in sorted(WRITINGS[writing].items(), key=lambda item: -len(item[0])):
        text = text.replace(source, target)
    return "-".join(word.capitalize() for word in anyascii(text).replace("'", "").lower().split("-"))


def spread(names: list[str], at_most: int) -> list[str]:
    """At most `at_most` names taken evenly over the list, so that no letter of the alphabet is missing."""
    unique = list(dict.fromkeys(name for name in names if name and "|" not in name and len(name) > 0))
    step = max(1.0, len(unique) / at_most)
    return [unique[int(index * step)] for index in range(min(at_most, len(unique)))]


def main() -> None:
    """Write the pools."""
    rows: list[dict[str, Any]] = []
    for pool in POOLS:
        provider = importlib.import_module(f"faker.providers.person.{pool.locale}").Provider
        names = [romanise(str(name).strip(), pool.writing) for name in getattr(provider, pool.attribute)]
        rows.append({"culture": pool.culture, "part": pool.part, "names": "|".join(spread(names, AT_MOST))})
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["culture", "part", "names"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} pools, {TARGET.stat().st_size:,} bytes -> {TARGET.name}")


if __name__ == "__main__":
    main()
