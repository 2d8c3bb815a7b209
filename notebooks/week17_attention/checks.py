"""Visible cases of week 17: they travel with the release."""

import datetime
import itertools
import math
from collections import Counter

import numpy as np
from hypothesis import strategies as st

from autograder.cases import case, draws, exercise, expect, studio

exercise("alarms")
exercise("attend", names=("attend", "attend_backward"))
exercise("beam_search")
exercise("two_measures", names=("error_rate", "bleu"))
exercise("ctc_loss")
exercise("dates", names=("train", "read"), needs=("attend",), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- dates
GIVEN = 3000  # texts to learn from


def word(rng, syllables, consonants, vowels):
    """A pronounceable word of so many syllables."""
    parts = []
    for _ in range(syllables):
        parts += [rng.choice(consonants), rng.choice(vowels), rng.choice(consonants) if rng.random() < 0.35 else ""]
    return "".join(parts)


def distinct(rng, n, syllables, letters, head=3):
    """So many words, no two of which begin with the same letters."""
    found = []
    while len(found) < n:
        new = word(rng, int(rng.integers(*syllables)), *letters)
        if all(new[:head] != old[:head] for old in found):
            found.append(new)
    return found


class Country:
    """A way to write dates, drawn at random: words, signs of digits, orders and marks."""

    def __init__(self, rng, tag):
        letters = rng.choice(list("bdfghjklmnprstvzcw"), 10, replace=False), rng.choice(list("aeiouy"), 4, replace=False)
        self.tag = tag
        self.months = distinct(rng, 12, (2, 4), letters)
        self.weekdays = distinct(rng, 7, (1, 3), letters, 2)
        self.units = ["", *distinct(rng, 9, (1, 2), letters, 2)]  # nought is silent
        self.tens = ["", *distinct(rng, 3, (1, 3), letters, 2)]
        self.link = word(rng, 1, *letters)[:2]
        self.units_first = rng.random() < 0.5
        self.signs = rng.permutation(10)
        self.styles = [(rng.permutation(3).tolist(), str(rng.choice(["/", ".", "-", " "]))) for _ in range(3)]
        self.ending = word(rng, 1, *letters)[:2]  # stuck to the month where the day stands before it

    def number(self, n):
        """A number in this country's signs."""
        return "".join(str(self.signs[int(digit)]) for digit in str(n))

    def spelt(self, n):
        """A number of one or two digits in words, glued together."""
        parts = self.tens[n // 10], self.units[n % 10]
        return self.link.join(part for part in (parts[::-1] if self.units_first else parts) if part)

    def write(self, date, rng, slips=0.1):
        """A date as somebody here might write it."""
        style = int(rng.integers(3))
        order, mark = self.styles[style]
        year = self.number(date.year)
        if style == 0:
            parts = [self.number(date.day), self.number(date.month), year]
        else:
            month = self.months[date.month - 1]
            if style == 2 and rng.random() < 0.3:
                month = month[:3]
            elif order.index(0) < order.index(1):
                month += self.ending
            parts = [self.number(date.day) if style == 1 else self.spelt(date.day), month, year]
            mark = "" if style == 2 and rng.random() < 0.5 else mark
        text = mark.join(parts[k] for k in order)
        if style and rng.random() < 0.3:
            text = f"{self.weekdays[date.weekday()]} {text}"
        if style and rng.random() < slips:  # a letter lost, or written twice
            k = int(rng.choice([k for k, sign in enumerate(text) if sign.isalpha()]))
            text = text[:k] + text[k + 1 :] if rng.random() < 0.5 else text[: k + 1] + text[k:]
        return self.tag + text


def two_countries(rng):
    """Two countries, drawn anew."""
    return [Country(rng, tag) for tag in "AB"]


def draw_texts(countries, rng, n, but=()):
    """So many different texts and their digits (n, 8), none of which is in `but`."""
    seen, texts, rows = set(but), [], []
    while len(texts) < n:
        date = datetime.date(1000, 1, 1) + datetime.timedelta(int(rng.integers(730_000)))
        text = countries[int(rng.integers(len(countries)))].write(date, rng)
        if text not in seen:
            seen.add(text)
            texts.append(text)
            rows.append([int(digit) for digit in f"{date:%Y%m%d}"])
    return texts, np.array(rows, int).reshape(-1, 8)


def answered(round, texts):
    """Her digits for these texts, (n, 8)."""
    got = expect.array(round.read(list(texts)), what="`read`")
    expect.shape(got, (len(texts), 8), what="`read`")
    return got


def exactly(entry, rng, n=1000):
    """Two countries drawn anew, a training, and the share of new texts that are wholly right; and of each digit."""
    both = two_countries(rng)
    texts, digits = draw_texts(both, rng, GIVEN)
    round = entry.train(texts, digits, rng=rng)
    new, truth = draw_texts(both, rng, n, but=texts)
    right = answered(round, new) == truth
    return float(right.all(axis=1).mean()), right.mean(axis=0)


@studio(
    "dates",
    train="train",
    users=("read",),
    budget=50_000,
    metric="share of new texts read exactly",
    baseline=0.3,
    bands=(0.5, 0.75, 0.92),
    typed=0.02,
    seconds=120,
)
def public(entry, rng):
    """Two countries drawn anew."""
    return exactly(entry, rng)[0]


@case("dates", "at most 50,000 numbers are learnt, and a text is read the same alone as among others")
def protocol(entry):
    rng = np.random.default_rng(0)
    both = two_countries(rng)
    texts, digits = draw_texts(both, rng, 300)
    round = entry.train(texts, digits)
    some = sorted(texts[:40], key=len)[::8]
    among = answered(round, some)
    expect.that(len({tuple(row) for row in among.tolist()}) > 1, "`read` says the same date for texts that mean different ones")
    for k, text in enumerate(some):
        alone = answered(round, [text])[0]
        expect.same(alone, among[k], f"the text {text!r} is read otherwise alone than among longer ones")
    expect.that(len(answered(round, [])) == 0, "for no texts `read` returns some rows")
