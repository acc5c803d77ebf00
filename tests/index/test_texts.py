"""Listed names inside free text: found where they stand, and nowhere else."""

from __future__ import annotations

import re
import unicodedata
from random import Random
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import screening.index.texts
from screening import SanctionsList
from screening.index import NameIndex
from screening.index.texts import _FEW, MAX_TEXT, Finding, _counts, _longest, find_window
from screening.index.windows import Windows, parted, possible_windows, spans_of
from screening.names.comparison import FOLDED, Listed, Query, align, rate
from screening.names.misread import reread_with_places
from screening.names.normalise import REVERSED, prepare
from screening.names.readings import other_readings
from screening.validation.people import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from screening.names.comparison import Option
    from screening.names.tokens import Kind

PERSONS = (
    "Khalid Dormani AL-TESTI", "al Testi", "Ardo Belvane", "Orlankovic", "Mohammed Ali", "Hassan",
    "KIM Yong-chol", "Nuruddin Abdulrahman Velkari", "خالد دورماني", "Abu Torvash",
    "Prof. Sevrin Maltuk",
)  # fmt: skip
FIRMS = (
    "Velkar Relief Foundation", "Global Trading Company", "Ansar Dormani", "National Bank",
    "Torvash-Qorvati LLC", "11420 CORP", "The Front", "VRF",
)  # fmt: skip
WORDS = (
    "payment", "to", "for", "invoice", "7", "/RFB/", "and", "the", "mr", "al", "Khalid", "Khaled",
    "K.", "Dormani", "Dornani", "Testi", "AlTesti", "testimonial", "Ardo", "Adro", "Belvane",
    "Blevane,", "Orlankovic", "mohammed", "ali", "Hassan;", "Velkar", "Relif", "Relief",
    "Foundation", "Global", "trading", "company", "Ansar", "(Ansar", "Dormani)", "national",
    "bank", "Torvash-Qorvati", "11420", "front", "VRF", "Nur", "uddin", "Abd", "Rahman",
    "Velkari", "خالد", "دورماني", "Sevrin", "Maltuk.", "Abu", "Torvash", "C/O", "S.A.", "A/C",
    "s/o", "1/Ardo", "Belv?ne", "BelvÃ¡ne", "Be|vane", "Sevr!n|", "Khalid|Dormani", "Kha|id|Dormani|to",
    "Ð\xa0", "Ø®Ø§Ù„Ø¯", "â€™", "Ã",
    "M@ltuk", "M@ltuk.org", "Ardo@Belvane.Maltuk", "x/Moh.", "Abdul", "Rahman(Nur", "12345", "1'234",
)  # fmt: skip
BETWEEN = (*" .-+*=>\"'?_[…–、🙂\u200b\u00ad\n\t", ". ", " - ", "...")
ALTERED = (
    "Ａｒｄｏ", "Ｂelvane", "ﻛﺮﺁ", "Ⓐrdo", "ａ．ｂ．", "Ｃ／Ｏ", "１/Ardo", "½", "㈱",
    "Ardo＠Belvane", "Belvane．com", "ﬁ",
)  # fmt: skip
STOPS = (*"|,;:+()-", *"/.@'?_", "", "\u0301")
texts = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=9).map("/".join),
    st.lists(st.sampled_from(WORDS) | st.sampled_from(BETWEEN), max_size=14).map("".join),
    st.lists(
        st.sampled_from(WORDS[13:40]) | st.sampled_from(ALTERED) | st.sampled_from(STOPS), max_size=12
    ).map("".join),
    st.text(max_size=30),
)
PROSE = (
    (
        "Thank you for your testimonial about our trading company; the national team will call "
        "your bank on Monday."
    ),
    (
        "We refer to the general meeting of shareholders and to the report of the board for the "
        "second quarter of the year. Please settle the attached invoice for consulting, travel and "
        "office supplies within thirty days."
    ),
    (
        "Wir überweisen die Miete für den Monat März zuzüglich Nebenkosten und bitten um eine "
        "kurze Bestätigung des Eingangs."
    ),
    (
        "Règlement de la facture du mois dernier pour la fourniture de matériel de bureau et "
        "l'entretien des locaux du siège."
    ),
    (
        "Pago de la factura por el transporte de mercancías y el alquiler del almacén según el "
        "contrato firmado en enero."
    ),
    (
        "Pagamento della fattura per servizi di pulizia e manutenzione, con i migliori saluti da "
        "tutta la squadra di vendita."
    ),
    ("Betaling van de rekening voor het onderhoud van de lift en de verwarming in het gebouw aan de gracht."),
    (
        "Maaş ödemesi, kira bedeli ve elektrik faturası için havale; iyi günler dileriz, "
        "saygılarımızla muhasebe bölümü."
    ),
    ("Оплата по договору за поставку строительных материалов, без налога, согласно счету за прошлый месяц."),
    "دفع فاتورة الكهرباء والماء عن شهر كانون الثاني حسب العقد المبرم بين الطرفين مع الشكر",
    "支付上个月的办公室租金和水电费，请确认收款",
    (
        "School fees and birthday present for my sister, plus dinner with friends at the harbour "
        "and two cinema tickets."
    ),
)


@pytest.fixture(scope="module")
def small(build: Callable[..., NameIndex]) -> NameIndex:
    return build(PERSONS, FIRMS)


@pytest.fixture
def aligned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Windows that may be a finding, which are aligned: how many of each look at some texts."""
    asked: list[int] = []

    def counted(*given: Any) -> Windows:
        windows = possible_windows(*given)
        asked.append(len(windows.pair))
        return windows

    monkeypatch.setattr(screening.index.texts, "possible_windows", counted)
    return asked


def listed(name: str, kind: Kind = "individual") -> Listed:
    return Listed.ready(prepare(name), kind)


def finds(listed_name: str, kind: str, text: str) -> bool:
    """Whether a list of one name finds it in a text."""
    index = NameIndex(SanctionsList.from_names([("X.1", kind, listed_name)]))
    return not index.scan_text([text]).is_empty()


def naive(text: str, party: Listed, threshold: float) -> Finding | None:
    """Every window of neighbouring pieces, scored one after the other."""
    found = _naive(text, party, threshold)
    _, places = reread_with_places(text)
    found += [
        Finding(places[start], places[end], min(value, FOLDED))
        for reading in other_readings(text)
        for start, end, value in _naive(reading, party, threshold)
        if min(value, FOLDED) >= threshold
    ]
    return min(found, key=lambda f: (-f.score, f.end - f.start, f.start), default=None)


def _naive(text: str, party: Listed, threshold: float) -> list[Finding]:
    found = []
    for reading in (text, *parted(pl.Series([text], dtype=pl.String))[1]):
        spots = spans_of(reading)
        for first in range(len(spots)):
            for last in range(first, min(len(spots), first + _longest(party))):
                start, end = spots[first][0], spots[last][1]
                window = Query.ready(prepare(reading[start:end], ends=False))
                options = align(window, party) if window.units else []
                score = rate(options, window, party) if options else 0.0
                if score >= threshold and _counts(options, window.name, party, score):
                    found.append(Finding(start, end, score))
    return found


def naive_scan(
    texts: list[str], index: NameIndex, threshold: float
) -> dict[tuple[int, str], tuple[int, int, float]]:
    rows = index.names.select("reference", "kind", "name").rows()
    found = {}
    for place, text in enumerate(texts):
        for reference, kind, name in rows:
            finding = naive(text, listed(name, kind), threshold)
            if finding is not None:
                found[place, reference] = (finding.start, finding.end, finding.score)
    return found


def scanned(
    texts: list[str], index: NameIndex, threshold: float
) -> dict[tuple[int, str], tuple[int, int, float]]:
    answer = index.scan_text(texts, threshold=threshold)
    return {
        (query_id, reference): (start, end, score)
        for query_id, reference, start, end, score in answer.select(
            "query_id", "reference", "start", "end", "score"
        ).iter_rows()
    }


@pytest.mark.parametrize("few", [0, _FEW])
@settings(max_examples=50)
@given(asked=st.lists(texts, min_size=1, max_size=5), threshold=st.sampled_from((0.6, 0.74, 0.8, 0.9, 1.0)))
def test_a_scan_equals_scoring_every_window_for_every_listed_name(
    asked: list[str], threshold: float, few: int, small: NameIndex
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screening.index.texts, "_FEW", few)
        assert scanned(asked, small, threshold) == naive_scan(asked, small, threshold)


FORMS = ("株式会社", "有限公司", "주식회사", "(株)", "（주）", "㈲")
with_forms = st.lists(
    st.sampled_from((*FORMS, "東", "立", "株", "サクラ", "벨", "카", "Velkar", "ok", " ", " ")),
    min_size=1,
    max_size=7,
).map("".join)


@settings(max_examples=60)
@given(
    names=st.lists(
        with_forms.filter(lambda name: prepare(name).screenable), min_size=1, max_size=3, unique=True
    ),
    asked=st.lists(with_forms, min_size=1, max_size=4),
    threshold=st.sampled_from((0.6, 0.8, 0.95)),
)
def test_legal_forms_without_blanks_are_part_of_a_name_in_a_text(
    names: list[str], asked: list[str], threshold: float
) -> None:
    index = NameIndex(
        SanctionsList.from_names([(f"X.{place}", "entity", name) for place, name in enumerate(names)])
    )
    texts = [*asked, *(f"for {name} rent" for name in names)]
    assert scanned(texts, index, threshold) == naive_scan(texts, index, threshold)


@settings(max_examples=60)
@given(text=texts)
def test_offsets_cut_the_name_out_of_the_text(text: str, small: NameIndex) -> None:
    for start, end, score in (
        small.scan_text([text], threshold=0.6).drop_nulls("start").select("start", "end", "score").iter_rows()
    ):
        window = text[start:end]
        assert window
        assert window[0].isalnum() or window.startswith(("(", "\uff08"))
        assert window[-1].isalnum() or window.endswith((")", "\uff09"))
        assert 0.6 <= score <= 1


@pytest.mark.parametrize("text", PROSE)
def test_ordinary_prose_stays_quiet(text: str, small: NameIndex, index: NameIndex) -> None:
    assert small.scan_text([text]).is_empty()
    assert index.scan_text([text]).is_empty()


@pytest.mark.parametrize(
    ("listed", "kind", "text", "found"),
    [
        # a common word counts with a title or in the name of an entity, and whole
        ("AL-QAIDA", "entity", "for Al Qaida, thanks", True),
        ("Rahat Ltd.", "entity", "invoice 7 of Rahat Ltd", True),
        ("AMIR KARIMI", "individual", "rent Amir Karimi 2026", True),
        ("AMIR RAHIMI", "individual", "rent of Rahimi 2026", False),
        ("AMIR RAHIMI", "individual", "rent Amir Rahmani 2026", False),
        ("Abdul Rahman", "individual", "for Isse Sharif Abdirahman Hersi", False),
        ("The Base", "entity", "the base salary of May", False),
        # what any text may hold
        ("Al Velkawthar", "entity", "دفع الولکوثر", True),
        ("Al Kawthar Co.", "entity", "الأكثر", False),
        ("Al Kawthar Co.", "entity", "الاقتراع", False),
        ("القاعده في أورلان", "individual", "في قاعدة", False),
        ("Orlbat", "individual", "اورل بات", False),
        ("RIM HAN SE", "individual", "se han pagado", False),
        ("RIM HAN SE", "individual", "pago de Rim Han Se", True),
        ("RIM HAN SE", "individual", "to Han Se Rim", True),
        ("KIM NAM UNG", "individual", "to KM NAM UNG now", True),
        ("RI JE-SON", "individual", "pay RE JE-SON now", True),
        ("沈忠國際海運有限公司", "entity", "付款给沈忠國際運 now", True),
        ("림한세", "individual", "고 만 세 한", False),
        ("림한세", "individual", "받는 이 림한세 님", True),
    ],
)
def test_a_text_is_a_finding_only_where_its_words_tell_who_is_meant(
    listed: str,
    kind: str,
    text: str,
    found: bool,  # noqa: FBT001
) -> None:
    assert finds(listed, kind, text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pay Khalid Dormani Al-Testi for the car", "Khalid Dormani Al-Testi"),
        ("rent (ardo belvane) march", "ardo belvane"),
        ("inv 22 for K. Dormani Al Testi", "K. Dormani Al Testi"),
        ("/RFB/Ardo Belvane/INV/7", "Ardo Belvane"),
        ("/BNF/ARDO BELVANE//REF123", "ARDO BELVANE"),
        ("ATTN:Ardo Belvane;invoice 9", "Ardo Belvane"),
        ("from Belvane, Ardo to us", "Belvane, Ardo"),
        ("for\nArdo\tBelvane\nwith thanks", "Ardo\tBelvane"),
        ("aid via VELKAR RELIEF FOUNDATION 2024", "VELKAR RELIEF FOUNDATION"),
        ("goods of Torvash-Qorvati", "Torvash-Qorvati"),
        ("مدفوع الى خالد دورماني فاتورة", "خالد دورماني"),
        ("a gift from Orlankovic, thanks", "Orlankovic"),
        ("to Ardo Bel\u200bvane today", "Ardo Bel\u200bvane"),
        ("to Аrdo Belvane today", "Аrdo Belvane"),
        ("to Ａｒｄｏ Ｂｅｌｖａｎｅ today", "Ａｒｄｏ Ｂｅｌｖａｎｅ"),
        ("to Árdo Belváne today", "Árdo Belváne"),
        ("BNF|Nuruddin Abdu|rahman Ve|kari|LONDON", "Nuruddin Abdu|rahman Ve|kari"),
        ("a|b|c|d|BNF|Ardo|Be|vane|LONDON|e|f|g|h", "Ardo|Be|vane"),
        ("gift of Ardo Be|vane!thanks", "Ardo Be|vane"),
        ("rent of Ardo%20Belv%C3%A1ne, today", "Ardo%20Belv%C3%A1ne"),
        ("rent of Ardo&nbsp;Belv&aacute;ne, today", "Ardo&nbsp;Belv&aacute;ne"),
        ("for the rÃ©novation to Ãrdo BelvÃ¡ne, Ã  Paris", "Ãrdo BelvÃ¡ne"),
        ("Ø®Ø§Ù„Ø¯ Ø¯ÙˆØ±Ù…Ø§Ù†ÙŠ / 7", "Ø®Ø§Ù„Ø¯ Ø¯ÙˆØ±Ù…Ø§Ù†ÙŠ"),
    ],
)
def test_a_listed_name_is_found_where_it_stands(text: str, found: str, small: NameIndex) -> None:
    answer = small.scan_text([text])
    assert found in [text[start:end] for start, end in answer.select("start", "end").iter_rows()]


@pytest.mark.parametrize(
    "name", ["Ardo Belvane", "Халид Дорманов", "Βέλκαρης Αρδο", "خالد دورماني", "金永哲"]
)
@pytest.mark.parametrize(
    "shape", ["/RFB/{}/INV7", "//{}//REF", "INV7:{};paid", "ref,{},inv", "(re {})", "X/{}"]
)
def test_the_codes_of_a_message_hide_no_name_in_any_script(
    name: str, shape: str, build: Callable[..., NameIndex]
) -> None:
    text = shape.format(name)
    (row,) = build([name]).scan_text([text]).select("start", "end", "score").rows()
    assert text[row[0] : row[1]] == name
    assert row[2] == 1.0


def _edited(name: str, rng: Random) -> str:
    """One letter of each longer word replaced, left out, doubled or swapped with the next."""
    words = []
    for word in name.split():
        place = rng.randrange(1, len(word) - 1) if len(word) > 4 else 0
        how = rng.randrange(4) if place else 4
        words.append(
            [
                word[:place] + "x" + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
                word,
            ][how]
        )
    return " ".join(words)


@pytest.mark.parametrize(
    "name",
    [
        "Khalid Dormani Al-Testi",
        "Nuruddin Abdulrahman Velkari",
        "Velkar Relief Foundation",
        "Prof. Sevrin Maltuk",
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_a_name_with_an_edit_in_each_word_is_found_in_the_middle_of_a_text(
    name: str, seed: int, small: NameIndex
) -> None:
    text = f"Payment of invoice 2207 for {_edited(name, Random(seed))} according to the contract of May"
    own = next(r for r, n in small.names.select("reference", "name").rows() if n.lower() == name.lower())
    assert own in small.scan_text([text])["reference"].to_list()


@pytest.mark.parametrize("text", ["付款给金永哲的款项", "收到金永哲的汇款", "김영철에게 송금"])
def test_a_name_in_a_script_without_blanks_is_found_in_a_sentence(
    text: str, build: Callable[..., NameIndex]
) -> None:
    assert build(["金永哲", "김영철"]).scan_text([text])["reference"].len() > 0


@pytest.mark.parametrize(
    "text",
    [
        "testimonial dinner",
        "Hassan",
        "the bank",
        "National",
        "mohammed and ali went home",
        "in front of the bank",
    ],
)
def test_a_common_word_alone_is_no_finding(text: str, small: NameIndex) -> None:
    assert small.scan_text([text]).is_empty()


@pytest.mark.parametrize(
    "around",
    [("(", ")"), ('"', '"'), ("«", "»"), ("- ", " -"), ("...", "..."), ("/", "/"), ("*", "!"), ("„", "“")],
)
def test_punctuation_around_a_name_means_nothing(around: tuple[str, str]) -> None:
    party, name = listed("Ardo Belvane"), "Ardo Belvane"
    bare = find_window(f"to {name} x", party, 0.8)
    dressed = find_window(f"to {around[0]}{name}{around[1]} x", party, 0.8)
    assert bare is not None
    assert dressed is not None
    assert dressed.score == bare.score
    assert dressed.end - dressed.start == len(name)
    assert dressed.start == bare.start + len(around[0])


@settings(max_examples=50)
@given(
    before=st.lists(st.sampled_from(WORDS), max_size=6), after=st.lists(st.sampled_from(WORDS), max_size=6)
)
def test_a_name_is_found_whatever_stands_around_it(before: list[str], after: list[str]) -> None:
    text = " ".join([*before, "Sevrin Maltuk Orlank", *after])
    finding = find_window(text, listed("Sevrin Maltuk Orlank"), 0.8)
    assert finding is not None
    assert finding.score == 1.0
    assert text[finding.start : finding.end] == "Sevrin Maltuk Orlank"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gift of Allah Dad Tayeb", "Allahdad"),  # glued, and no word of it is rare
        ("s/o Belvane", "Oreste Belvane"),  # an initial that is half of a code
        ("公司'Ardo Belvane", "Ardo Belvane"),  # a word of two scripts is read otherwise than its pieces
        ("attn/Belv. Quellin Maltuk", "Belvedere Quellin Maltuk"),  # cut short behind a code
    ],
)
def test_a_piece_of_a_word_is_found_as_it_reads_alone(
    text: str, name: str, build: Callable[..., NameIndex]
) -> None:
    index = build([name])
    assert scanned([text], index, 0.6) == naive_scan([text], index, 0.6)
    assert naive_scan([text], index, 0.6)


@pytest.mark.parametrize(
    "written", ["Vel Kari's shop", "Vel Kari@shop", "Vel Kari?shop", "V e l k a r i's", "shop'Vel Kari"]
)
def test_a_name_written_apart_is_found_beside_what_joins_words(
    written: str, build: Callable[..., NameIndex]
) -> None:
    """As where a blank stands there; the part beside it means nothing alone."""
    index = build(["Maltuk Velkari"])
    text = f"see Maltuk {written} in May"
    found = scanned([text], index, 0.8)
    assert found
    assert found == naive_scan([text], index, 0.8)
    assert found == scanned([re.sub("['@?]", " ", text)], index, 0.8)


@pytest.mark.parametrize(
    "behind", ["5512", " 5512", "/5512", "/INV", "/C 5", "|5", "(55)", "No5", "12/05", "@5"]
)
@pytest.mark.parametrize("before", ["paid ", "55/", "acc/"])
def test_dotted_letters_before_a_number_or_a_stroke_are_what_they_are_before_a_blank(
    before: str, behind: str, build: Callable[..., NameIndex]
) -> None:
    index = build([], ["Velkari Trading S.A."])
    found = scanned([f"{before}Velkari Trading S.A.{behind}"], index, 0.8)
    assert found
    assert found == scanned([f"{before}Velkari Trading S.A. and"], index, 0.8)


def parts_words(character: str) -> bool:
    """Whether it is no letter however it is written, and shows what follows as it is."""
    plain = unicodedata.normalize("NFKC", character)
    letters = any(c.isalnum() or unicodedata.category(c)[0] == "M" for c in plain)
    return not letters and not REVERSED.search(character)


NO_LETTERS = st.characters(categories=("P", "S", "Z", "Cf", "Cc")).filter(parts_words)


@settings(max_examples=400, deadline=None)
@given(
    before=NO_LETTERS,
    after=NO_LETTERS,
    words=st.sampled_from((("goods", "thanks"), ("rent 7", "8 rent"), ("x", "y"))),
    name=st.sampled_from(
        ("Ardo Belvane", "Sevrin Maltuk", "Torvash-Qorvati", "خالد دورماني", "Velkar Relief Foundation")
    ),
)
def test_a_name_found_between_blanks_is_found_between_any_two_characters_that_are_no_letters(
    before: str, after: str, words: tuple[str, str], name: str, small: NameIndex
) -> None:
    def found(before: str, after: str) -> list[tuple[str, int, int, float]]:
        text = f"{words[0]}{before}{name}{after}{words[1]}"
        answer = small.scan_text([text])
        return answer.select("reference", "start", "end", "score").rows()

    assert found(" ", " ")
    assert found(before, after) == found(" ", " ")


@pytest.mark.parametrize(
    "text",
    [
        "rent for Ard?o Belvane",
        "rent for Sevrin Maltu?k",
        "rent,S@vrin M@ltuk now",
        "x*Torv\ufffdash-Qorvati.y",
    ],
)
def test_a_name_that_lost_a_letter_is_found_in_a_text(text: str, small: NameIndex) -> None:
    assert not small.scan_text([text]).is_empty()


def test_a_text_that_is_shown_in_another_order_is_not_clear(small: NameIndex) -> None:
    assert small.scan_text(["rent \u202eenavleB odrA"])["status"].to_list() == ["unscreenable"]


@pytest.mark.parametrize(
    "pattern", ["ali/", "김영철", "a.b.", "al-abd.mohammed_", "mohammed ali ", "1/ali/", "ａｌｉ／", '"ali']
)
def test_a_text_without_blanks_costs_what_one_with_blanks_does(
    pattern: str, aligned: list[int], build: Callable[..., NameIndex]
) -> None:
    several = build(["Mohammed Ali", "Ali Hassan Ali", "김영철", "Abd Al-Mohammed"])
    counts = []
    for size in (MAX_TEXT // 4, MAX_TEXT):
        aligned.clear()
        several.scan_text([(pattern * MAX_TEXT)[:size]])
        counts.append(sum(aligned))
    assert counts[1] <= 6 * counts[0] + 100


def test_of_two_places_the_better_then_the_first_answers() -> None:
    text = "Ardo Belvanne, then Ardo Belvane, then Ardo Belvane"
    finding = find_window(text, listed("Ardo Belvane"), 0.8)
    assert finding is not None
    assert (finding.start, finding.score) == (text.index("Ardo Belvane,"), 1.0)


def test_raising_the_threshold_gives_a_subset(small: NameIndex) -> None:
    rng = Random(3)
    asked = [" ".join(rng.choices(WORDS, k=9)) for _ in range(60)]
    wider = scanned(asked, small, 0.6)
    for threshold in (0.7, 0.8, 0.9, 1.0):
        narrower = scanned(asked, small, threshold)
        # A higher threshold may only take findings away; a window itself may not change.
        assert narrower.items() <= wider.items()
        assert narrower == {key: found for key, found in wider.items() if found[2] >= threshold}
    assert len(wider) > 20


def test_a_text_is_judged_alike_in_any_batch(small: NameIndex) -> None:
    rng = Random(4)
    asked = [" ".join(rng.choices(WORDS, k=9)) for _ in range(40)]
    alone = {
        (place, key[1]): found
        for place, text in enumerate(asked)
        for key, found in scanned([text], small, 0.7).items()
    }
    assert scanned(asked, small, 0.7) == alone
    assert {
        (key[0] % 40, key[1]): found for key, found in scanned(asked + asked, small, 0.7).items()
    } == alone


def test_a_text_over_the_limit_is_unscreenable_and_one_at_the_limit_is_read(small: NameIndex) -> None:
    tail = " to Ardo Belvane"
    at_limit = ("word " * MAX_TEXT)[: MAX_TEXT - len(tail)] + tail
    answer = small.scan_text([at_limit, at_limit + " ", None, ""])
    assert answer.select("query_id", "status", "reference").rows() == [
        (0, "hit", "TSi.002"),
        (1, "unscreenable", None),
    ]
    assert answer["end"][0] == MAX_TEXT


def test_many_words_do_not_hide_a_name(small: NameIndex) -> None:
    text = " ".join(["Ardo", *["word"] * 700, "Ardo Belvane", *["Belvane"] * 300])
    start = text.index("Ardo Belvane")
    assert scanned([text], small, 0.8)[0, "TSi.002"] == (start, start + len("Ardo Belvane"), 1.0)


@given(at=st.integers(0, 900), words=st.lists(st.sampled_from(("word", "/", ";", "a/b", "al")), min_size=900))
@settings(max_examples=25, deadline=None)
def test_a_name_is_found_wherever_in_a_long_text_it_stands(
    small: NameIndex, at: int, words: list[str]
) -> None:
    text = " ".join([*words[:at], "Ardo Belvane", *words[at:]])[:MAX_TEXT]
    start = text.index("Ardo Belvane")
    assert scanned([text], small, 0.8)[0, "TSi.002"] == (start, start + len("Ardo Belvane"), 1.0)


def test_windows_grow_with_the_length_of_a_text_not_with_its_square(
    small: NameIndex, aligned: list[int]
) -> None:
    text = " ".join([*people(60, seed=3)["name"], "Ardo Belvane", "Khalid Dormani", "Velkar Relief"])
    counts = []
    for times in (1, 2, 4):
        aligned.clear()
        small.scan_text([" ".join([text] * times)])
        counts.append(sum(aligned))
    assert counts[0] > 0
    assert counts[2] <= 6 * counts[0]


def test_few_windows_are_aligned_of_a_text_that_holds_no_listed_name(
    small: NameIndex, aligned: list[int]
) -> None:
    small.scan_text([f"invoice {number} of the bank for Ali Hassan" for number in range(1000)])
    assert sum(aligned) < 100


def test_texts_without_findings_give_no_rows(small: NameIndex) -> None:
    assert small.scan_text(["", " ", "...", None, "hello world"]).is_empty()
    assert small.scan_text(pl.Series(["Ardo Belvane"]))["score"].to_list() == [1.0]


def test_spellings_of_one_common_name_are_not_aligned_window_by_window(
    build: Callable[..., NameIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is worth the name, but only one of them can be it: the others are too much."""
    asked: list[str] = []

    def counted(query: Query, *given: Any) -> list[Option]:
        asked.append(query.name.text)
        return align(query, *given)

    monkeypatch.setattr(screening.index.texts, "align", counted)
    index = build(["Abd Allah Ahmad"])
    spelled = [
        first + last for first in ("abd", "abdu", "abd al", "abdel") for last in (" lah", "llah", " allah")
    ]
    text = " ".join(f"{a} {b}" for a in spelled for b in spelled)
    assert index.scan_text([text]).is_empty()
    assert len(asked) < 10


HOSTILE = {
    "three letters": ("a", "i", "l"),
    "Latin and Cyrillic": ("a", "\u0430", "l", "\u043b"),
    "common names": ("mohammed", "ali", "ahmed", "abd", "allah", "hassan"),
    "common Arabic names": ("محمد", "علي", "احمد", "عبد", "الله", "حسن"),
    "one sound": (*"李理里力利立丽黎", "리"),
    "syllables": (*"김영철", *"金永哲"),
}


@pytest.mark.parametrize("between", ["", "'", "\u200d", "-/", "*_", "|", "'-\u200d |"])
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_few_windows_are_aligned_of_a_text_that_repeats_a_few_words(
    words: tuple[str, ...], between: str, aligned: list[int], build: Callable[..., NameIndex]
) -> None:
    """Each of its words meets many listed names, and none is there: most names are longer than any window."""
    several = build(
        [
            "Ali Laila Velkar Dormani", "Li Ail Ardo Belvane", "Mohammed Ali Hassan Velkar Dormani",
            "Abdallah Ahmed Mohammed Ardo Belvane", "Kim Yong Chol Ri Orlan", "Li Li Li Torvash Maltuk",
        ]
    )  # fmt: skip
    rng = Random(1)
    text = "".join(rng.choice(words) + rng.choice([*between] or [""]) for _ in range(2_000))
    several.scan_text([text], threshold=0.8)
    assert sum(aligned) < 300


def test_a_name_beside_a_part_of_an_address_is_found() -> None:
    """The whole word is no name, and a window may end within it."""
    assert finds("Sevrin Maltuk", "individual", "to Sevrin M@ltuk.org")
    assert finds("Sevrin Maltuk", "individual", "to sevrin@maltuk.org")
