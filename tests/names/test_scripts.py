"""A word without vowels may be the words that people write for it, and no others."""

from __future__ import annotations

import sys
import unicodedata
from itertools import zip_longest
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening import compare
from screening.names import lexicon
from screening.names.comparison import FOLDED
from screening.names.likeness import likeness
from screening.names.normalise import prepare
from screening.names.scripts import (
    JOINT,
    SYLLABARIES,
    UNVOWELLED,
    commonest,
    consonants_beside,
    consonants_left,
    consonants_written,
    joined,
    may_be,
    usual_spelling,
    which_may_be,
)
from screening.names.tokens import Token, make_token
from screening.policy import Policy

LETTERS = {
    script: "".join(dict.fromkeys(letter for letter, _ in lexicon.letters()[script] if len(letter) == 1))
    for script in sorted(lexicon.letters())
}
words = st.one_of(
    *(
        st.tuples(st.text(alphabet=LETTERS[script], min_size=1, max_size=7), st.just(script))
        for script in LETTERS
    )
)


@pytest.mark.parametrize(
    ("native", "spellings", "others"),
    [
        ("یعقوب", "yaqub yaqoub yakub yaaqoub", "yusuf yaqubi qub"),
        ("فیض", "faiz fayz faid fez", "faizi fuad"),
        ("حمد", "hamad hamd hamed", "humaid hamdi"),
        ("سلمانوف", "salmanov salmanof", "salmani"),
        ("تشیخان", "chikhan tchikhan", "shikhan"),
        ("عمران", "omran imran amrane", "omrani"),
        ("طه", "taha tah", "tahir"),
        ("طالب", "talib taleb", "tub"),
        ("مالک", "malik malek", "mak"),
        ("عبیدالله", "ubaidullah obaidallah", "ubaid"),
        ("سیف\u200cعلی", "saifali seyfali", "saifullah"),
        ("فیض\u200cالله", "faizullah faizallah", "faizali"),
        ("سالم\u200cالعانی", "salimalani", "salmane"),
        ("عزیز\u200cالرحمن", "azizurrahman azizirahman azizalrahman", "azizrahim"),
        ("قاضی", "qadi kazi qazi", "qaida"),
        ("نور\u200cالحق", "nurulhaq noorulhaq norulhaq", "nurhawi"),
        ("مطیع", "muti mati motee", "mutawi mat"),
        ("قاعده", "qaida qaeda kaida qaidah", "qud"),
        ("شهید", "shahid shaheed chahid", "shahd shahida"),
        ("جوادی", "djouadi jawadi javadi", "jawad"),
        ("ازهر", "azhar azher", "ashar"),
        ("اسحاق", "ishaq eshaq ishak", "isaac"),
    ],
)
def test_an_arabic_word_may_be_its_usual_spellings(native: str, spellings: str, others: str) -> None:
    assert [form for form in spellings.split() if not may_be(native, "arabic", form)] == []
    assert [form for form in others.split() if may_be(native, "arabic", form)] == []


def test_a_hebrew_word_may_be_its_usual_spellings() -> None:
    assert all(may_be("משה", "hebrew", form) for form in ("moshe", "mosheh", "mose"))
    assert not may_be("משה", "hebrew", "moshik")


def test_an_indian_word_may_be_its_usual_spellings() -> None:
    assert all(may_be("सरस्वती", "devanagari", form) for form in ("saraswati", "sarasvati", "saraswatee"))
    assert all(may_be("রহমান", "bengali", form) for form in ("rahman", "rohoman"))
    assert not may_be("রহমান", "bengali", "rahim")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (
            "Mohammad Ibrahim",
            "मोहम्मद इब्राहिम|মোহাম্মদ ইব্রাহিম|ਮੁਹੰਮਦ ਇਬਰਾਹੀਮ|મોહમ્મદ ઇબ્રાહિમ|முகம்மது இப்ராகிம்",
        ),
        ("Mohammad Ibrahim", "మహమ్మద్ ఇబ్రహీం|ಮೊಹಮ್ಮದ್ ಇಬ್ರಾಹಿಂ|മുഹമ്മദ് ഇബ്രാഹിം|මොහමඩ් ඉබ්‍රාහිම්"),
        ("Surendra Kumar", "सुरेन्द्र कुमार|সুরেন্দ্র কুমার|ਸੁਰਿੰਦਰ ਕੁਮਾਰ|સુરેન્દ્ર કુમાર|సురేంద్ర కుమార్"),
        ("Dawood Rahman", "दाऊद रहमान|ਦਾਊਦ ਰਹਿਮਾਨ|દાઉદ રહેમાન|దావూద్ రెహమాన్|ദാവൂദ് റഹ്മാൻ|தாவூத் ரஹ்மான்"),
        ("Abdul Haq Turkestani", "ئابدۇلھەق تۈركىستانى|عبد الحق التركستاني"),
        ("Najmuddin Ahmad", "نەجمەدین ئەحمەد|نەجمەددىن ئەخمەد"),
        ("Ibrahim Waheed", "އިބްރާހިމް ވަހީދު|ئیبراهیم وەهید"),
        ("Hafiz Nawaz Saeed", "હાફિઝ નવાઝ સઈદ|ஹாபிஸ் நவாஸ் சயீத்|ਹਾਫਿਜ਼ ਨਵਾਜ਼ ਸਈਦ"),
        ("Jaya Sayed Brar", "ਜਯ ਸੱਯਦ ਬਰਾੜ"),
        ("Abu Bakr Baghdadi", "アブー・バクル・バグダーディー|ｱﾌﾞ ﾊﾞｸﾙ ﾊﾞｸﾞﾀﾞﾃﾞｨ|Αμπού Μπακρ Μπαγκντάντι"),
        ("Sato Hanako", "サトウ ハナコ|さとう はなこ|ｻﾄｳ ﾊﾅｺ"),
        ("Smith John", "スミス・ジョン"),
        ("Jamal Khalil Afghani", "Ǧamāl Ḫalīl Afġānī|Džamal Chalil Afgani"),
        ("Shemseddin Sheshelj", "Şemseddin Šešelj|Шемседдин Шешељ"),
        ("Ali Mammadov", "Əli Məmmədov|Али Маммадов"),
    ],
)
def test_one_name_is_found_in_the_scripts_of_its_bearers(name: str, written: str) -> None:
    found = {one: compare(one, name).score for one in written.split("|")}
    assert {one: score for one, score in found.items() if score < Policy().names.threshold} == {}


@given(
    word=st.sampled_from(["בנימין", "محمد", "Khalid", "Халид", "Θεόδωρος"]),
    marks=st.text("\u05b4\u05b8\u064e\u0651\u0301\u093f\ufe0f\u0488", max_size=8),
)
def test_marks_that_a_name_may_be_written_without_say_nothing(word: str, marks: str) -> None:
    marked = "".join(letter + mark for letter, mark in zip_longest(word, marks[: len(word)], fillvalue=""))
    assert compare(f"{marked} Dormani", f"{word} Dormani").score >= FOLDED


@pytest.mark.parametrize("around", ["Kha{}lid Dormani", "K{}h{}a{}l{}i{}d Dormani"])
def test_no_mark_of_unicode_hides_a_name(around: str) -> None:
    marks = [mark for mark in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(mark)[0] == "M"]
    scores = {mark: compare(around.replace("{}", mark), "Khalid Dormani").score for mark in marks}
    assert len(scores) > 2_000
    assert min(scores.values()) > 0.98  # those of scripts that hardly anybody writes cut the name


def spelled(native: str, script: str, rng: Random) -> str:
    """One way to write a word, letter by letter as the table has it."""
    table, last = lexicon.letters()[script], len(native) - 1
    god = (
        len(native) - 4 if native.endswith("الله") and len(native) > 5 else last + 1
    )  # there "al" is an article
    form, at = "", 0
    while at <= last:
        place = "start" if at == 0 else "end" if at == last else ""
        if god <= at < god + 2:
            place = "article" if at == god else "sun"
        two = table.get((native[at : at + 2], ""))
        if at < last and two:
            spellings, at = two, at + 2
        else:
            spellings, at = table.get((native[at], place)) or table[native[at], ""], at + 1
        form += rng.choice(spellings)
        if at <= last and spellings[0] != "a" and script not in SYLLABARIES:
            form += rng.choice(["", "", "a", "i", "ou"])
    return form


@settings(max_examples=500)
@given(word=words, seed=st.integers(0, 1000))
def test_a_word_is_found_by_its_consonants_in_whatever_way_it_is_spelled(
    word: tuple[str, str], seed: int
) -> None:
    ways = consonants_written(*word)
    if not ways:  # its reading is known, or it could be written in too many ways
        return
    form = spelled(*word, Random(seed))
    assert may_be(*word, form)
    assert consonants_left(form) in ways


@settings(max_examples=300)
@given(word=words, cut=st.integers(1, 6))
def test_two_words_are_found_by_the_consonants_of_each(word: tuple[str, str], cut: int) -> None:
    (native, script), cut = word, min(cut, len(word[0]))
    one, other = native[:cut], native[cut:] or native
    first = consonants_beside(one, script, first=True)
    second = consonants_beside(other, script, first=False)
    together = {joined(a, b) for a in first for b in second}
    assert consonants_written(one + JOINT + other, script) <= together


@given(word=words, forms=st.lists(st.text(alphabet="aeioukhsmdlrtyw", max_size=8), max_size=6))
def test_many_words_are_told_as_one_by_one(word: tuple[str, str], forms: list[str]) -> None:
    assert which_may_be(*word, forms) == [place for place, form in enumerate(forms) if may_be(*word, form)]


def test_a_word_whose_reading_is_known_is_read_so_only() -> None:
    assert consonants_written("محمد", "arabic") == frozenset()
    assert not may_be("محمد", "arabic", "mahmud")


def test_a_word_of_unknown_letters_or_of_too_many_ways_is_no_other_word() -> None:
    assert not may_be("ab", "arabic", "ab")
    assert not may_be("ج" * 40, "arabic", "j" * 40)
    assert not may_be("", "syriac", "")
    assert may_be("ה" * 32, "hebrew", "h" * 32)
    assert not may_be("ה" * 33, "hebrew", "h" * 33)
    assert set(lexicon.letters()) < set(UNVOWELLED)


def test_a_word_is_as_common_as_the_commonest_it_may_be() -> None:
    assert commonest("جان", "arabic", "individual") <= lexicon.rarity("individual")["jan"]
    assert commonest("ززز", "arabic", "individual") == 1.0
    (token,) = prepare("جان").tokens
    assert token.roles[0] == "known name"


def token_of(native: str, script: str) -> Token:
    return make_token("".join(usual_spelling(native, script)), native=native, script=script)


# What one letter is spelled with may be nothing ("-"), and a word needs a form.
spoken_words = words.filter(lambda word: "".join(usual_spelling(*word)) != "")


@given(word=spoken_words)
def test_a_guessed_spelling_says_how_a_word_may_sound_and_nothing_of_what_it_means(
    word: tuple[str, str],
) -> None:
    token = token_of(*word)
    if token.guessed:
        assert not token.meanings
        assert set(token.roles) <= {"name", "known name", "initial"}
    else:
        assert word[1] in SYLLABARIES or word[0] in lexicon.equivalents("both")


@given(a=spoken_words, b=spoken_words)
def test_words_of_one_script_are_the_same_if_they_are_letter_by_letter(
    a: tuple[str, str], b: tuple[str, str]
) -> None:
    same = likeness(token_of(*a), token_of(*b))[1] == "same"
    if a[1] == b[1] and (token_of(*a).guessed or token_of(*b).guessed):
        assert same == (a[0] == b[0])


@pytest.mark.parametrize(("native", "wrong"), [("عمار", "mr"), ("عماد", "md"), ("دار", "dr"), ("ساعد", "sd")])
def test_a_word_is_no_title_and_no_particle_because_its_vowels_are_left_out(native: str, wrong: str) -> None:
    assert compare(f"{native} اورلان", f"{wrong} Orlan").score < 0.6
    assert compare(f"{native} اورلان", "Orlan").score < 0.9


@pytest.mark.parametrize(
    ("a", "b"),
    [("حامد اورلان", "حمد اورلان"), ("عمار اورلان", "عامر اورلان"), ("مجید اورلان", "ماجد اورلان")],
)
def test_names_that_differ_in_a_long_vowel_are_two_names(a: str, b: str) -> None:
    assert compare(a, b).score < 0.9
    assert compare(f"{a} کریم", f"{b} کریم").reasons[0].count("typo") == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("عبد الرحمان اورلان", "عبد الرحمن اورلان"),
        ("اسماعيل اورلان", "اسمعیل اورلان"),
        ("ہاشم اورلان", "هاشم اورلان"),
        ("بهاء اورلان", "بها اورلان"),
    ],
)
def test_a_name_is_the_same_in_the_usual_ways_to_write_it(a: str, b: str) -> None:
    assert compare(a, b).score > 0.99


@pytest.mark.parametrize(
    ("native", "latin"),
    [("ایمان", "Iman"), ("اوزبک", "Uzbek"), ("محیی", "Muhyi"), ("چوهدری", "Chaudhry"), ("یاسر", "Yasir")],
)
def test_a_name_is_found_as_it_is_usually_spelled(native: str, latin: str) -> None:
    assert compare(f"{native} اورلان", f"{latin} Orlan").score > 0.85


def test_reasons_show_a_word_as_it_is_written_and_as_it_is_read() -> None:
    assert compare("عمار", "Ammar").reasons[0].startswith("'عمار (amar)' may be 'ammar' in another script")
    assert compare("Иванов", "Ivanov").reasons == ("same in another script",)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("علی\u200cرضا", ()),
        ("ඉබ්\u200dරාහිම්", ()),
        ("Kha\u200clid", ("invisible characters",)),
        ("Kha\ufe0flid", ("invisible characters",)),
        ("Халид\U000e0100", ("invisible characters",)),
    ],
)
def test_a_joiner_that_spelling_needs_is_no_warning_sign(text: str, signs: tuple[str, ...]) -> None:
    assert prepare(text).signs == signs


def test_a_word_that_may_be_another_in_its_script_is_no_other_with_a_typo() -> None:
    (asked,), (listed,) = prepare("キム").tokens, prepare("Kim").tokens
    assert likeness(asked, listed)[1] == "script"


def test_a_kana_word_is_no_guess() -> None:
    (kana,), (arabic,) = prepare("サトウ").tokens, prepare("عمار").tokens
    assert not kana.guessed
    assert arabic.guessed
