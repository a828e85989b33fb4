"""Agreement weights in tenths of a bit, after Fellegi and Sunter, and the thresholds.

A weight is log2 of how much likelier a comparison comes out so between two records of one person than between two
people. What is absent says nothing: it is absent far too often.

The share of agreements in one person's records is estimated from how members are registered, that between two people
from how many values there are; what is a guess leans towards two people.
"""

from __future__ import annotations

WEIGHTS: dict[str, dict[str, int]] = {
    "phone": {
        "same": 100,  # One in a hundred thousand, less for families, who share one, and for numbers given out again.
        "near": 45,  # One digit mistyped or two exchanged: some dozens of numbers are so near to each.
        "different": -15,  # People have a second number, and a new one every few years.
    },
    "card": {
        "same": 150,  # A card has one holder; two records hold it in two spellings only.
    },
    "email": {
        "same": 120,  # Rarely shared.
        "near": 40,  # As for a phone.
        "different": -10,  # People have several.
    },
    "name": {
        "same": 85,  # The most frequent Korean name is borne by one in a thousand, most by far fewer.
        "romanised": 75,  # The same sounds in another script or spelling; a few syllables sound alike.
        "partial": 40,  # What an encoding left of it agrees; much of it is lost.
        "near": 30,  # One letter differs: a typing error, or a sister.
        "given": -20,  # The given name agrees, the surname does not: frequent between strangers.
        "surname": -50,  # One in five Koreans is a Kim.
        "different": -80,  # Nobody is registered under two whole names, but for a nickname.
    },
    "birth_date": {
        "same": 115,  # One in twenty thousand, more in the years that shop.
        "near": 30,  # Day and month exchanged, or one digit.
        "different": -75,  # It does not change, but one in two hundred is entered wrongly.
    },
    "sex": {
        "same": 8,  # Every second one.
        "different": -50,  # A slip of the pen is rare.
    },
    "nationality": {
        "same": 2,  # Most are Korean.
        "different": -30,  # It rarely changes; what is entered does.
    },
}

CONTRADICTED_AT_MOST = 159
"""The score of a pair with a contradiction, whatever else agrees: below every automatic threshold."""
LOWEST_AUTOMATIC = CONTRADICTED_AT_MOST + 1
HIGHEST_AUTOMATIC = 1_000
"""Nothing scores as much: nothing is automatic."""
DEFAULT_AUTOMATIC = 200
"""Name, phone and birth date agree, or a card or an e-mail in place of one of them. Name and phone alone reach 195:
in `tests/bench/duplicates_truth.py` one such pair in twenty is a relative of the same name."""
REVIEW = 100
"""From here on a person is asked."""
