"""Marks, fillers and other scripts inside texts: what every window scored finds is found."""

from __future__ import annotations

import pytest

from screening import NameIndex, SanctionsList
from screening.index.texts import find_window
from screening.names.comparison import Listed
from screening.names.normalise import prepare

SELECTOR = "\U000e0100"


@pytest.mark.parametrize(
    ("listed", "text", "whole"),
    [
        ("Khalid Dormani", f"rent خا{SELECTOR}لد دورماني", f"خا{SELECTOR}لد دورماني"),
        ("Dawood Velkar", f"for दाऊ{SELECTOR}द वे{SELECTOR}लकार", f"दाऊ{SELECTOR}द वे{SELECTOR}लकार"),
        ("Gandhi Velkar", "rent म.गांधी वेलकार", "गांधी वेलकार"),
        ("Dawood Ibrahim Kaskar", "rent म.दाऊद इब्राहिम कासकर", "दाऊद इब्राहिम कासकर"),
        ("Elodie Velkar", "rent J.E\u0301lodie Velkar", "E\u0301lodie Velkar"),
    ],
)
def test_a_name_with_marks_is_found_in_a_text_from_its_first_letter_on(
    listed: str, text: str, whole: str
) -> None:
    index = NameIndex(SanctionsList.from_names([("XXi.001", "individual", listed)]))
    found = index.scan_text([text], threshold=0.75).row(0, named=True)
    assert text[found["start"] : found["end"]] == whole
    oracle = find_window(text, Listed.ready(prepare(listed), "individual"), 0.75)
    assert oracle is not None
    assert (oracle.start, oracle.end, oracle.score) == (found["start"], found["end"], found["score"])
