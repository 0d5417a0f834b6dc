#!/usr/bin/python3
"""Answers are a function of what was put: the same whatever the secret seed, however often the
segments were sealed and merged, before and after a restart, asked now or later.

usage: answers.py SHINGLED
"""
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "crash"))
from kept import Kept
from live import SAMPLES, sample_records


def fill(d, records):
    for record, status, head in d.stream(records):
        assert status == 200, (record["uri"], status, head)


def answers(d, uris):
    """Every answer that is about evidence, for every article; the time it took aside."""
    out = {"SOURCES": d.ask("SOURCES")}
    for uri in uris:
        query = d.ask("QUERY", {"uri": uri, "limit": 100, "offsets": "codepoint"})
        del query["took_us"]
        out[uri] = (query, d.ask("CREDITS", {"uri": uri}), d.ask("STORY", {"uri": uri}))
    return out


def differ(what, a, b):
    for key in a:
        assert a[key] == b[key], f"{what}: other answers for {key}:\n{a[key]}\n{b[key]}"


FOOTER = ("Subscribe to our letters, follow the gallery of the week, and write to the desk under the clock on "
          "Tidewater Square, where the lamps are lit by volunteers of the rowing club.")


def furnished(r):
    """Articles of one publisher that are near each other by their furniture alone: what is furniture must not
    hang on an estimate that the secret sways."""
    for i in range(10):
        words = " ".join(f"{r.choice(['harbour', 'market', 'bridge', 'school'])}{r.randrange(10 ** 6)}" for _ in range(24))
        yield {"uri": f"https://furnished.example/{i}", "text": f"{words}. {FOOTER}"}
    for i in range(3):
        yield {"uri": f"https://other{i}.example/", "text": f"{FOOTER} " + f"Number {i} said so. " * 6}


def main():
    records = [record for _, record in sample_records()] + list(furnished(random.Random(1)))
    uris = [record["uri"] for record in records]
    sources = ["--sources", os.path.join(SAMPLES, "sources.tsv")]
    with tempfile.TemporaryDirectory(prefix="shingled-answers-") as folder:
        one = Kept(sys.argv[1], os.path.join(folder, "one"), "--seed", "1", *sources).start()
        two = Kept(sys.argv[1], os.path.join(folder, "two"), "--seed", "2", "--seal-docs", "16", "--workers", "1",
                   *sources).start()
        fill(one, records)
        fill(two, records)
        assert one.ask("INFO")["parameters"]["seed_fingerprint"] != two.ask("INFO")["parameters"]["seed_fingerprint"]
        first = answers(one, uris)
        differ("another seed, small segments", first, answers(two, uris))
        differ("asked again", first, answers(one, uris))
        for d, what in ((one, "after a restart"), (two, "after a restart with small segments")):
            d.stop()
            d.start()
            differ(what, first, answers(d, uris))
        gone = set(uris[1::7])
        for d in (one, two):
            for uri in gone:
                assert d.ask("DELETE", {"uri": uri})["deleted"] == 1
        left = [uri for uri in uris if uri not in gone]
        first = answers(one, left)
        differ("after deletions, with small segments", first, answers(two, left))
        for d, what in ((one, "deletions and a restart"), (two, "the same with small segments")):
            d.stop()
            d.start()
            differ(what, first, answers(d, left))
            d.stop()
            status, said = d.check()
            assert status == 0, said
    print(f"{len(uris)} articles, eight times the same answers")


main()
