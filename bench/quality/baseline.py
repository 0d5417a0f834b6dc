"""baseline - what two textbook methods answer, to measure how hard a corpus is: no daemon is asked.

Jaccard: near-duplicate detection by the resemblance of word 5-grams (Broder 1997), which MinHash with bands estimates:
.5 and above is a copy, all else nothing. Containment: the shares of each side's 5-grams in the other, with cuts; it cannot
tell quotation from prose. The cuts are the best of a grid on the wire_gold pairs.
"""
import re

COPY, EXCERPT, REWRITE, QUOTES = 0.6, 0.5, 0.15, 0.02
UNSPACED = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]")


def grams(text):
    """Word 5-grams; a character of Chinese or Japanese script counts as a word, and eight of them make one."""
    words, n = re.findall(r"\w+", text.casefold()), 5
    if len(UNSPACED.findall(text)) * 2 > len(text):
        words, n = UNSPACED.findall(text), 8
    return {tuple(words[i:i + n]) for i in range(max(1, len(words) - n + 1))}


def jaccard(a, b):
    return "copy" if len(a & b) >= 0.5 * len(a | b) else "none"


def containment(a, b, cuts=(COPY, EXCERPT, REWRITE, QUOTES)):
    low, high = sorted((len(a & b) / max(1, len(a)), len(a & b) / max(1, len(b))))
    for name, share, cut in zip(("copy", "excerpt", "rewrite", "quotes"), (low, high, high, high), cuts):
        if share >= cut:
            return name
    return "none"
