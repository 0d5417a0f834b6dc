#!/usr/bin/python3
"""Answers are a function of what was put: the same whatever the secret seed, however often the
segments were sealed and merged, before and after a restart, asked now or later.

usage: answers.py SHINGLED
"""
import os
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


def main():
    records = [record for _, record in sample_records()]
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
            d.stop()
            status, said = d.check()
            assert status == 0, said
    print(f"{len(uris)} articles, five times the same answers")


main()
