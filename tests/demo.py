#!/usr/bin/python3
"""demo - what script/demo shows is right: each section, and a folder of one's own texts.

usage: demo.py BUILD_DIR
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile

from live import HERE, sample_records

DEMO = os.path.join(HERE, os.pardir, "script", "demo.py")


def run(*words):
    r = subprocess.run([sys.executable, DEMO, *words], capture_output=True, text=True, timeout=100,
                       stdin=subprocess.DEVNULL)
    print(r.stdout, r.stderr)
    assert r.returncode == 0, r.returncode
    assert r.stderr == "", "a quiet demo"
    return r.stdout


def in_order(text, *pieces):
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        assert found >= 0, f"no {piece!r} after {text[max(0, at - 60):at]!r}"
        at = found + len(piece)


def test_tour(build):
    out = run(build)
    in_order(out, "put tests/samples/*.jsonl", "52",
             "1. ", "harbourpost.example", "dailyferryman.example", "tidewaterreview.example",
             "2. ", "quotes", "We had forty meetings",
             "3. ", "republished", "Harbour Post",
             "4. ", "kuestendienst.example", "marlower-anzeiger.example",
             "5. ", "template",
             "The daemon has ended")


def test_own_folder(build):
    """Two plain texts, one inside the other, and a compressed file of records."""
    wall = [r for f, r in sample_records() if f.startswith("02-")]
    with tempfile.TemporaryDirectory(prefix="shingled-own-") as folder:
        for name, r in (("agency.txt", wall[0]), ("cut.txt", wall[3])):
            with open(os.path.join(folder, name), "w", encoding="utf8") as f:
                f.write(r["text"])
        with gzip.open(os.path.join(folder, "more.jsonl.gz"), "wt", encoding="utf8") as f:
            f.write(json.dumps(wall[1]) + "\n")
        out = run(build, folder)
        in_order(out, "In go the 3 files", "put agency.txt cut.txt more.jsonl.gz",
                 "shares its wording with the most others, 2", "$ shingle story", "agency.txt", "cut.txt", "lowlandherald.example")


def test_empty_folder(build):
    with tempfile.TemporaryDirectory(prefix="shingled-own-") as folder:
        r = subprocess.run([sys.executable, DEMO, build, folder], capture_output=True, text=True, timeout=60)
        assert r.returncode == 1 and "no *.txt" in r.stderr, (r.returncode, r.stderr)


def main(build):
    test_tour(build)
    test_own_folder(build)
    test_empty_folder(build)


if __name__ == "__main__":
    main(sys.argv[1])
