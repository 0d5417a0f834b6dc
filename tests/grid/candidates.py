#!/usr/bin/python3
"""candidates - what QUERY must find although little points to it.

usage: candidates.py SHINGLED

Rewrites that left no long run of words, in a script with spaces and in one without; quotations in pieces of 8
words; an excerpt from what everybody printed; texts of a few words, of which nothing but identity and containment
may be said.
"""
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from live import Daemon

SYLLABLES = "ba den fro gil hu jor kes lim mo nar pel quo ris sta tor ul ven wex yam zi".split()
HAN = [chr(c) for c in range(0x4e00, 0x4e00 + 1500)]
CASES = 200


def make_word(rng):
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4)))


class Latin:
    """Words of an invented language; 9 of them are a run that need not keep a fingerprint."""
    space, run, gap = " ", 9, 14

    @staticmethod
    def unit(rng):
        return make_word(rng)


class Han:
    space, run, gap = "", 14, 24

    @staticmethod
    def unit(rng):
        return rng.choice(HAN)


def fresh(script, rng, n):
    return [script.unit(rng) for _ in range(n)]


def rewrite(script, rng):
    """Two texts with three short runs in common, and the names in them, which both repeat."""
    names = [fresh(script, rng, 1 if script is Latin else 4) for _ in range(6)]
    def text(runs):
        out = []
        for run in runs:
            out += fresh(script, rng, script.gap) + run
        for name in names:
            out += fresh(script, rng, 3) + name + fresh(script, rng, 3) + name
        return script.space.join(out) + "."
    runs = [fresh(script, rng, script.run) for _ in range(3)]
    return text(runs), text(runs)


def same_event(script, rng):
    """Two texts with the same names, each twice in both, and nothing else in common."""
    names = [fresh(script, rng, 4) for _ in range(6)]
    def text():
        return script.space.join(sum((fresh(script, rng, 6) + name for name in names * 2), [])) + "。"
    return text(), text()


def quoting(rng):
    """Two reports that quote one man in two pieces of 8 words each, near each other."""
    pieces = [" ".join(fresh(Latin, rng, 8)) for _ in range(2)]
    def text():
        story = lambda n: " ".join(fresh(Latin, rng, n))
        return f"{story(60)}. “{pieces[0]},” {story(3)}, “{pieces[1]}.” {story(60)}."
    return text(), text()


def check_pairs(d, what, make, relation, options=None):
    rng = random.Random(f"{what} 1")
    pairs = [make(rng) for _ in range(CASES)]
    for i, (stored, _) in enumerate(pairs):
        d.ask("PUT", {"uri": f"{what}/{i}"}, stored.encode())
    for i, (_, asked) in enumerate(pairs):
        found = {m["uri"]: m["relation"] for m in d.ask("QUERY", options or {}, asked.encode())["matches"]}
        assert found.get(f"{what}/{i}") == relation, f"{what} {i}: {found}"
        assert len(found) == 1, f"{what} {i}: others too: {found}"


def check_popular(d):
    """Every fingerprint of the excerpt stands in more articles than are looked at."""
    rng = random.Random("popular 1")
    story = fresh(Latin, rng, 300)
    for i in range(100):
        own = fresh(Latin, rng, 400)
        d.ask("PUT", {"uri": f"popular/{i}", "publisher": f"paper{i}.example"}, " ".join(own[:200] + story + own[200:]).encode())
    answer = d.ask("QUERY", {"limit": 1000}, " ".join(story[100:160]).encode())
    assert answer["suppressed"]["capped"] > 0, answer["suppressed"]
    assert len(answer["matches"]) >= 60, len(answer["matches"])
    assert {m["relation"] for m in answer["matches"]} == {"excerpt"}


def check_short(d):
    """From 12 words up an excerpt is found for certain; a text of any length finds itself, however it is written."""
    rng = random.Random("short 1")
    articles = [fresh(Latin, rng, 300) for _ in range(30)]
    for i, words in enumerate(articles):
        d.ask("PUT", {"uri": f"long/{i}"}, " ".join(words).encode())
    for n in (12, 15, 19):
        for i, words in enumerate(articles):
            text = " ".join(words[100:100 + n])
            found = [(m["uri"], m["relation"]) for m in d.ask("QUERY", {}, text.encode())["matches"]]
            assert found == [(f"long/{i}", "excerpt")], (n, i, found)
            half = " ".join(words[100:100 + n // 2] + fresh(Latin, rng, n - n // 2))
            m = d.ask("COMPARE", {"b": f"long/{i}"}, half.encode())
            assert m["relation"] in ("none", "excerpt"), (n, i, m["relation"])
    for n in (1, 3, 7, 12, 19):
        text = " ".join(fresh(Latin, rng, n))
        d.ask("PUT", {"uri": f"short/{n}"}, text.encode())
        found = [(m["uri"], m["relation"]) for m in d.ask("QUERY", {}, f"“{text.upper()}!”".encode())["matches"]]
        assert found == [(f"short/{n}", "copy")], (n, found)


def main():
    with Daemon(sys.argv[1]) as d:
        check_pairs(d, "rewrite", lambda rng: rewrite(Latin, rng), "rewrite")
        check_pairs(d, "Han", lambda rng: rewrite(Han, rng), "rewrite")
        check_pairs(d, "names", lambda rng: same_event(Han, rng), "related", {"relations": ["related"]})
        check_pairs(d, "quotes", quoting, "quotes")
        check_popular(d)
        check_short(d)


if __name__ == "__main__":
    main()
