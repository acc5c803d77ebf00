"""Names of awkward pieces, put together at random, for laws of the index."""

from __future__ import annotations

from hypothesis import strategies as st

from screening.names.normalise import prepare

PIECES = (
    "al", "bin", "abd", "abdul", "abu", "de", "van", "dr", "sheikh", "ltd", "llc", "company", "trading",
    "fund", "bank", "the", "of", "mohammed", "muhammad", "mohd", "ali", "hassan", "husain", "ahmed",
    "nur", "uddin", "nuruddin", "nureddine", "rahman", "abdulrahman", "abdurrahman", "abdullah",
    "allah", "velkar", "velkari", "velkarion", "vel", "kar", "velkardormani", "dormani", "dor", "mani",
    "dornani", "ardo", "adro", "belvane", "blevane", "v", "k", "kim", "yong", "chol", "yongchol", "li",
    "min", "ii", "iii", "2", "11420", "11421", "1971", "V.R.F.", "vrf", "gen.", "trdg", "tech.",
    "A-B-C", "o'velkar", "Халид", "Дорманов", "خالد", "التستي", "عبدالرحمن", "النور", "金永哲", "김영철",
    "יוסף", "Βέλκαρης", "v3lkar", "Vel\u200bkar", "V\u0435lkar", "a.", "j.r.", "al-din", "/velkar/",
    "jscvelkaril", "co.", "st", "vel?kar", "dor*mani", "\ufffdardo", "velk\ufffdar", "velk@r", "dorm@ni.org",
    "ve|kar", "be||vane", "!",
    "Х.", "х", "В.", "Ю", "Βελκ.", "Α.", "د.", "ع", "ا", "ח", "א.", "म.", "eldin", "aldeen", "Ен", "Чхоль",
    "Ким", "Хани", "Сергій", "陳", "陈", "國", "国", "株式会社", "(株)", "サクラ", "אלדורמני", "yaqub",
    "yakub", "magomed", "abul", "abulfazl", "abolfazl", "fazl", "benzorvan", "zorvan", "ben",
    "mr", "velkar55", "7dormani", "velkar1", "VK", "DB", "v.k.", "S.A.", "sa", "s", "KK", "вельков",
    "велькова", "велькову", "محمدرضا", "محمد", "reza", "mohammad", "گلولکار", "گل", "gul",
    "velkarov", "velkarovich", "zr",
    "и", "И.", "petrochem", "petrochemical", "construct", "construction",
    "VELKAR\u91d1", "\u0410\u0420\u0414\u041e", "\ua4e6\ua4f0\ua4e1\ua4d7\ua4ee\ua4e3", "\u202eranlev",
)  # fmt: skip


def _altered(word: str, place: int, how: int) -> str:
    """One edit in a word."""
    place %= max(1, len(word))
    return [
        word,
        word[:place] + word[place + 1 :],
        word[:place] + "x" + word[place:],
        word[:place] + "o" + word[place + 1 :],
        word[:place] + "?" + word[place + 1 :],
        word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        word[:place],
    ][how]


words = st.builds(
    _altered, st.sampled_from(PIECES), st.integers(0, 12), st.sampled_from((0, 0, 0, 0, 1, 2, 3, 4, 5, 6))
)
written = st.lists(words, min_size=1, max_size=6).flatmap(
    lambda parts: st.sampled_from(("  ", " ", " ", " ", "-", "", ", ")).map(lambda glue: glue.join(parts))
)
misread = written.map(lambda text: text.encode().decode("latin-1"))
names = st.one_of(written, written, written, misread, st.text(max_size=25))
listable = names.filter(lambda text: prepare(text).screenable)

LISTED_AND_ASKED = {
    "individuals": st.lists(listable, min_size=1, max_size=6),
    "entities": st.lists(listable, max_size=6),
    "asked": st.lists(names, min_size=1, max_size=8),
}
"""Names of a list by kind, and names in question."""
