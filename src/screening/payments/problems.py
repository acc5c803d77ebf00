"""What can be wrong with a value, each with the sentence a reader of REJECTS sees."""

from __future__ import annotations

import enum

__all__ = ["Problem"]


class Problem(enum.IntEnum):
    """Kinds of problems; they travel through the columns as small numbers, 0 meaning none.

    Example:
        >>> Problem.NEGATIVE.text.split(":")[0]
        'negative amount'
    """

    text: str

    def __new__(cls, number: int, text: str) -> Problem:  # noqa: D102, PYI034 - an enum's __new__ is not Self
        member = int.__new__(cls, number)
        member._value_ = number
        member.text = text
        return member

    EMPTY = 1, "empty"
    NOT_A_NUMBER = 2, "not a number"
    NEGATIVE = (
        3,
        "negative amount: write a return as status 'returned', a debit as originator and beneficiary swapped",
    )
    DECIMALS = 4, "more decimals than the currency has; nothing is rounded"
    DECIMAL_MARK = 5, "may be read in two ways; set decimal_mark under [payments]"
    TOO_LARGE = 6, "does not fit 64 bits of minor units"
    IMPRECISE = 7, "more digits than a binary number holds exactly; supply it as text"
    NO_CURRENCY = 8, "amount without a readable currency"
    CURRENCY = 9, "unknown currency; map it under [payments.currencies]"
    NO_MINOR_UNIT = 10, "currency without a minor unit"
    STATUS = 11, "unknown status; map it under [payments.statuses]"
    CHANNEL = 12, "unknown channel; map it under [payments.channels]"
    TIME = 13, "not a time; ISO 8601 is read, other layouts need time_format under [payments]"
    NAIVE = 14, "time without a zone; set timezone under [payments]"
    NO_SUCH_TIME = 15, "skipped by daylight saving: this time does not exist in the declared zone"
    IMPLAUSIBLE_TIME = 16, "outside the years 1900 to 2199"
    DUPLICATE = 17, "transaction id already used by an earlier row"
    FIELDS = 18, "row has not as many fields as the header"
    SWALLOWED = 19, "a quoted field runs over lines that look like rows: a quote may not be closed"
    # the following are only warned about: the row is kept, the value becomes null or is settled as said
    TWICE = 20, "the hour repeated by daylight saving: the earlier one is taken"
    COUNTRY = 21, "unknown country; taken as not supplied"
    DATE = 22, "not a date; taken as not supplied"
    FLAG = 23, "neither true nor false; taken as not supplied"
    DEFAULTED = 24, "empty; the policy's value is taken"
    SUM = 25, "not a sum of money that can be read exactly; taken as not supplied"
    MOMENT = 26, "not a time with a known zone; taken as not supplied"
    DEGREES = 27, "not a number; taken as not supplied"
    LINES = 28, "a quoted field runs over several lines; taken as one row"
    PARTY_TYPE = 29, "unknown kind of party; kept as written, and no rule of the catalogue knows it"
    WALLET_KIND = 30, "unknown kind of wallet; taken as 'unknown'"
    REGION = 31, "no code of ISO 3166-2, such as TR-31; kept as written, and no table of places knows it"
    PURPOSE = 32, "words, no code: not searched for names; [payments.columns] may map it to remittance_text"
    ACCOUNT = 33, "a name and no account, by its look: not searched; [payments.columns] may map it to names"

    @property
    def rejects(self) -> bool:
        """Whether the row is rejected for it, as opposed to warned about."""
        return self < Problem.TWICE

    @classmethod
    def told(cls, number: int) -> str:
        """The sentence for a problem's number."""
        return next(problem.text for problem in cls if problem == number)
