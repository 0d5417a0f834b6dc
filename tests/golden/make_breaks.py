#!/usr/bin/python3
"""make_breaks - writes breaks.tsv from the Unicode Character Database's WordBreakTest.txt.

usage: make_breaks.py /usr/share/unicode/auxiliary/WordBreakTest.txt > breaks.tsv   (Debian: unicode-data)

A row is a text, as code points, where by UAX #29 its words begin, as byte offsets, and whether it has a character
at which our words end otherwise: daemon/text/README.md says how. A word is a segment with a letter or a number.
"""
import re
import sys
import unicodedata

# "_" and ":" end a word, "." does so between letters, "," between a letter and a digit, "'" next to a
# digit; kana stand alone.
TAILORED = set("_:.,'\u3031")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        lines = f.read().splitlines()
    print(f"# From {lines[0][2:]}, {lines[2][2:]}")
    print("# Terms of use: https://www.unicode.org/terms_of_use.html; made by make_breaks.py.")
    for line in lines:
        line = line.split("#")[0].strip("÷ \t")
        if not line:
            continue
        begins, at, text = [], 0, ""
        for segment in line.split("÷"):
            segment = "".join(chr(int(x, 16)) for x in re.split(r"[\s×]+", segment.strip()))
            if any(unicodedata.category(c)[0] in "LN" for c in segment):
                begins.append(at)
            at += len(segment.encode())
            text += segment
        print(" ".join("%04X" % ord(c) for c in text), ",".join(map(str, begins)) or "-",
              int(bool(set(text) & TAILORED)), sep="\t")


if __name__ == "__main__":
    main()
