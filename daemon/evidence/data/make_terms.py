#!/usr/bin/env python3
"""Write terms.tsv: how common words are in articles, for ../terms.h.

usage: make_terms.py > terms.tsv          (needs the Python package wordfreq 3.1.1)

Source: wordfreq 3.1.1 by Robyn Speer (DOI 10.5281/zenodo.7199437), whose data may be redistributed under CC BY-SA 4.0; so may
terms.tsv. wordfreq gives the share f of running words. An article of ARTICLE running words holds a word at least once with the
probability 1 - exp(-f * ARTICLE), words taken as independent (Poisson); words come in bursts, so that this is somewhat high
for names and right for what the table is for: telling everyday words from those that make an article's subject.
"""
import math
import sys

import wordfreq

ARTICLE = 400  # running words, the median of the news articles this was made for
WORDS = {"en": 3000, "de": 1000, "fr": 1000, "es": 1000, "it": 1000, "pt": 1000, "ru": 1000, "ar": 1000, "ur": 800, "nl": 800,
         "pl": 800, "sv": 800, "tr": 800,
         # Languages without texts to measure on: their everyday words, so that those make no subject. Fewer
         # where the script is Latin, for a word of one language may be a name in another. Not Korean: wordfreq
         # counts its particles apart from the words that they are written in.
         "fa": 500, "hi": 500, "el": 500, "he": 500, "uk": 500, "bg": 400, "bn": 400, "ta": 300, "mk": 300,
         "ro": 200, "cs": 200, "hu": 200, "da": 200, "nb": 200, "fi": 200, "id": 200, "vi": 200, "ca": 200}
NUMBERS = [str(n) for n in (*range(1, 32), *range(40, 101, 10), *range(1990, 2031))]


def share(word, lang):
    return -math.expm1(-wordfreq.word_frequency(word, lang) * ARTICLE)


def rows(lang, words):
    print(f"# {lang}")
    for w in words:
        print(f"{w}\t{share(w, lang):.2g}")


def main():
    assert wordfreq.top_n_list, "wordfreq 3.1.1"
    print("# word, share of articles that hold it. Made by make_terms.py from wordfreq 3.1.1 (DOI 10.5281/zenodo.7199437);")
    print("# this file is under CC BY-SA 4.0, as the data it was made from.")
    rows("en", NUMBERS)
    for lang, n in WORDS.items():
        rows(lang, [w for w in wordfreq.top_n_list(lang, 2 * n) if not any(c.isdigit() for c in w)][:n])


if __name__ == "__main__":
    sys.exit(main())
