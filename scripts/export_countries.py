"""Export the table of country names and codes into the package; run by hand when it should change.

    python -m pip install rigour pycountry
    python scripts/export_countries.py

rigour (MIT licence, copyright OpenSanctions and contributors) gives the spellings, pycountry only says
which codes ISO 3166-1 knows. Both are needed here only, never at run time.
"""

from __future__ import annotations

import csv
import importlib
import json
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from screening.reference.countries import fold

TARGET: Final = Path(__file__).parents[1] / "src/screening/reference/data/countries.csv"
AT_MOST: Final = 60  # letters: longer spellings are sentences, not names

# Spellings that sanctions lists use and the source lacks, or gives to nobody in particular.
OWN: Final = {
    "CD": ["Democratic Republic of the Congo", "DRC", "Congo-Kinshasa", "Zaire", "RDC"],
    "CG": ["Congo", "Republic of the Congo", "Congo-Brazzaville"],
    "CI": ["Cote d'Ivoire", "Ivory Coast"],
    "CN": ["People's Republic of China", "PRC", "Mainland China"],
    "GB": ["UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland", "Britain"],
    "HK": ["China, Hong Kong Special Administrative Region", "Hong Kong"],
    "IR": ["Iran", "Iran (Islamic Republic of)", "Islamic Republic of Iran"],
    "KM": ["Union of the Comoros"],
    "KP": ["DPRK", "RPDC", "North Korea", "Democratic People's Republic of Korea"],
    "KR": ["South Korea", "Republic of Korea", "ROK"],
    "LY": ["Libyan Arab Jamahiriya", "State of Libya", "Libia"],
    "MM": ["Burma"],
    "MO": ["China, Macao Special Administrative Region", "Macau"],
    "OM": ["Sultanate of Oman"],
    "PS": ["Palestine", "State of Palestine", "Palestinian Territories", "Occupied Palestinian Territory"],
    "RU": ["Russia", "Russian Federation"],
    "SY": ["Syria", "Syrian Arab Republic"],
    "TR": ["Turkey", "Turkiye"],
    "TW": ["Taiwan", "Taiwan, Province of China", "Chinese Taipei"],
    "TZ": ["United Republic of Tanzania", "Tanzania"],
    "US": ["USA", "U.S.A.", "U.S.", "United States", "United States of America", "America"],
    "VA": ["Holy See", "Vatican City"],
}

# What payments write in a field of a country; never looked for inside a longer text. A place without a code
# of its own is where ISO 3166 has it; Crimea, Abkhazia and others that payments place otherwise are left out.
FIELDS: Final = {
    "AE": ["Emirates", "Dubai", "Abu Dhabi"],
    "LA": ["Lao PDR"],
    "PS": ["West Bank", "Gaza", "Gaza Strip"],
    "SA": ["KSA"],
    "SO": ["Somaliland", "Republic of Somaliland", "Puntland"],
    "US": ["US of A"],
    "ZA": ["RSA"],
}

# The adjective of a country, as lists write it for a nationality or before "passport".
ADJECTIVES: Final = """
AF Afghan Afghani|AL Albanian|DZ Algerian|AO Angolan|AR Argentine Argentinian|AM Armenian|AU Australian
AT Austrian|AZ Azerbaijani Azeri|BH Bahraini|BD Bangladeshi|BY Belarusian|BE Belgian|BJ Beninese|BO Bolivian
BA Bosnian|BR Brazilian|BG Bulgarian|BF Burkinabe|MM Burmese|BI Burundian|KH Cambodian|CM Cameroonian
CA Canadian|CF Central_African|TD Chadian|CL Chilean|CN Chinese|CO Colombian|KM Comorian|CR Costa_Rican
HR Croatian|CU Cuban|CY Cypriot|CZ Czech|DK Danish|DJ Djiboutian|NL Dutch|EC Ecuadorian|EG Egyptian
AE Emirati|ER Eritrean|EE Estonian|ET Ethiopian|FI Finnish|FR French|GA Gabonese|GM Gambian|GE Georgian
DE German|GH Ghanaian|GR Greek|GT Guatemalan|GN Guinean|GY Guyanese|HT Haitian|HN Honduran|HU Hungarian
IS Icelandic|IN Indian|ID Indonesian|IR Iranian|IQ Iraqi|IE Irish|IL Israeli|IT Italian|CI Ivorian
JM Jamaican|JP Japanese|JO Jordanian|KZ Kazakh Kazakhstani|KE Kenyan|XK Kosovar|KW Kuwaiti|KG Kyrgyz
LA Lao Laotian|LV Latvian|LB Lebanese|LR Liberian|LY Libyan|LT Lithuanian|LU Luxembourgish|MK Macedonian
MG Malagasy|MW Malawian|MY Malaysian|MV Maldivian|ML Malian|MT Maltese|MR Mauritanian|MU Mauritian
MX Mexican|MD Moldovan|MN Mongolian|ME Montenegrin|MA Moroccan|MZ Mozambican|NA Namibian|NP Nepalese Nepali
NI Nicaraguan|NG Nigerian|NE Nigerien|KP North_Korean|NO Norwegian|OM Omani|PK Pakistani|PS Palestinian
PA Panamanian|PY Paraguayan|PE Peruvian|PH Filipino Philippine|PL Polish|PT Portuguese|QA Qatari|RO Romanian
RU Russian|RW Rwandan|SA Saudi Saudi_Arabian|SN Senegalese|RS Serbian|SL Sierra_Leonean|SG Singaporean
SK Slovak|SI Slovenian|SO Somali Somalian|ZA South_African|KR South_Korean|SS South_Sudanese|ES Spanish
LK Sri_Lankan|SD Sudanese|SE Swedish|CH Swiss|SY Syrian|TW Taiwanese|TJ Tajik Tajikistani|TZ Tanzanian
TH Thai|TG Togolese|TT Trinidadian|TN Tunisian|TR Turkish|TM Turkmen|UG Ugandan|UA Ukrainian|GB British
US American|UY Uruguayan|UZ Uzbek Uzbekistani|VE Venezuelan|VN Vietnamese|YE Yemeni|ZM Zambian
ZW Zimbabwean
"""


def adjectives() -> dict[str, list[str]]:
    """Country code -> its adjectives."""
    rows = [row.split() for row in ADJECTIVES.replace("\n", "|").split("|") if row.strip()]
    return {code: [word.replace("_", " ") for word in words] for code, *words in rows}


def territories() -> list[dict[str, Any]]:
    """Territories of the source that have an ISO 3166-1 code; XK is user-assigned, for Kosovo."""
    lines = importlib.import_module("rigour._core").territories_jsonl().splitlines()
    known = {country.alpha_2 for country in importlib.import_module("pycountry").countries} | {"XK"}
    rows = [json.loads(line) for line in lines if line.strip()]
    return [row for row in rows if row["code"].upper() in known]


def spellings() -> dict[str, tuple[str, str, int]]:
    """Folded text -> (code, use, rank); a text that two countries claim equally is left out."""
    claims: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    uses = {0: "name", 1: "name", 2: "name", 3: "adjective", 4: "code", 5: "variant"}
    own = {code: set(texts) for code, texts in OWN.items()}
    adjective = adjectives()
    for row in territories():
        code = row["code"].upper()
        ranked = {
            0: own.get(code, set()),
            1: {row["name"], row.get("full_name", row["name"])},
            2: set(row.get("names_strong", [])),
            3: set(adjective.get(code, [])),
            4: {code, row.get("alpha3", code)},
            5: {*row.get("names_weak", []), *FIELDS.get(code, [])},
        }
        for rank, texts in ranked.items():
            for text in texts:
                if (key := fold(text)) and len(key) <= AT_MOST:
                    claims[key][rank].add(code)
    best = {key: (min(ranks), ranks[min(ranks)]) for key, ranks in claims.items()}
    return {
        key: (next(iter(codes)), uses[rank], rank) for key, (rank, codes) in best.items() if len(codes) == 1
    }


def main() -> None:
    """Write the table."""
    rows = sorted((code, rank, text, use) for text, (code, use, rank) in spellings().items())
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "# Country names, adjectives and codes -> ISO 3166-1 alpha-2.\n"
            f"# Exported {datetime.now(UTC).date()} from rigour {version('rigour')}, territories database\n"
            "# (MIT licence, copyright OpenSanctions and contributors), with additions of our own\n"
            "# (scripts/export_countries.py).\n"
            "# XK is user-assigned. text is folded, see screening.reference.countries.fold.\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", "use", "text"])
        writer.writerows((code, use, text) for code, _, text, use in rows)
    print(f"{len(rows)} spellings of {len({row[0] for row in rows})} countries -> {TARGET.name}")


if __name__ == "__main__":
    main()
