#!/usr/bin/python3
"""grid - articles spoiled in every way that texts are, asked about by QUERY: is the original found?

usage: grid.py SHINGLED

The pool is the sample corpus, in five scripts; with SHG_CORPORA=FOLDER also 150 real pieces from wire_gold and
reuters21578 there, with a table of their own. `found`: the original is among the matches, whatever the
relation. `named`: the relation is one of those that the row names. SHG_SEED=N draws another sample of errors.
"""
import collections
import gzip
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import spoil
from live import Daemon, sample_records

EVERY = ["copy", "excerpt", "rewrite", "quotes", "template", "related"]
REUSED = {"copy", "excerpt", "rewrite"}
REAL_MOST = 150
REAL_SLACK = .05  # of a floor: some real pages are captions and menus for the most part

# what is done, how, the least share found, relations that are right, the least share so named
ROWS = (
    ("nothing", lambda text, rng, pool: text, 1, {"copy"}, 1),
    ("a hidden character in each word", spoil.in_words(1, spoil.hide), 1, {"copy"}, 1),
    ("look-alikes in 30 % of words", spoil.in_words(.3, spoil.disguise), 1, {"copy"}, 1),
    ("capitals", spoil.capitals, 1, {"copy"}, 1),
    ("UTF-8 read as cp1252", spoil.mojibake, 1, {"copy"}, 1),
    ("paragraphs shuffled", spoil.shuffle_paragraphs, 1, {"copy"}, .9),
    ("sentences shuffled", spoil.shuffle_sentences, 1, {"copy", "excerpt"}, .9),
    ("250 words of furniture", spoil.furnish, 1, {"copy", "excerpt"}, .9),
    ("10 % of content words replaced", spoil.replace_content(.1), 1, REUSED, .9),
    ("20 % of content words replaced", spoil.replace_content(.2), 1, REUSED, .9),
    ("30 % of content words replaced", spoil.replace_content(.3), 1, REUSED, .9),
    ("40 % of content words replaced", spoil.replace_content(.4), 1, REUSED, 0),
    ("60 % of content words replaced", spoil.replace_content(.6), 1, REUSED, 0),
    ("2 % of letters misread", spoil.misread(.02), 1, REUSED, .9),
    ("5 % of letters misread", spoil.misread(.05), 1, REUSED, 0),
    ("10 % of letters misread", spoil.misread(.1), .99, REUSED, 0),
    ("first 30 words", spoil.first_words(30), 1, {"copy", "excerpt"}, .95),
    ("first 50 words", spoil.first_words(50), 1, {"copy", "excerpt"}, 1),
    ("first 100 words", spoil.first_words(100), 1, {"copy", "excerpt"}, 1),
    ("in a digest of nine", spoil.digest, 1, {"excerpt"}, .9),
    ("four sentences", spoil.excerpt(4, False), 1, {"copy", "excerpt", "quotes"}, .95),
    ("two sentences", spoil.excerpt(2, False), 1, {"copy", "excerpt", "quotes"}, .95),
    ("a sentence of 30 words", spoil.excerpt(1, False), 1, {"copy", "excerpt", "quotes"}, .95),
    ("four sentences in another article", spoil.excerpt(4, True), 1, REUSED, .8),
    ("two sentences in another article", spoil.excerpt(2, True), 1, REUSED, .6),
    ("a sentence of 30 words in another", spoil.excerpt(1, True), .95, REUSED, .5),
)


def real_records(folder):
    """150 pieces of 200 to 700 words, drawn alike from both collections."""
    rng, out = random.Random(7), []
    for name in ("wire_gold", "reuters21578"):
        with gzip.open(os.path.join(folder, name, "docs.jsonl.gz"), "rt", encoding="utf8") as f:
            docs = [d for d in map(json.loads, f) if 200 <= len(d["text"].split()) <= 700]
        out += [{"uri": d["id"], "headline": d.get("title") or "", "text": d["text"], "publisher": d.get("source")}
                for d in rng.sample(docs, REAL_MOST // 2)]
    return out


def put(d, records):
    for r in records:
        head = {k: v for k, v in r.items() if k != "text" and v}
        d.ask("PUT", head, r["text"].encode())


def run_row(d, records, row, seed):
    """How the original was found: a count by relation, and who was not."""
    what, change, *_ = row
    got, lost = collections.Counter(), []
    for r in records:
        rng = random.Random(f"{seed} {what} {r['uri']}")
        text = change(r["text"], rng, records)
        if text is None:
            continue
        answer = d.ask("QUERY", {"limit": 1000, "relations": EVERY, "passages": False}, text.encode())
        relation = next((m["relation"] for m in answer["matches"] if m["uri"] == r["uri"]), None)
        got[relation] += 1
        if not relation:
            lost.append(r["uri"])
    return got, lost


def run_grid(d, name, records, seed, slack):
    """Prints the table; the rows under their floor."""
    faults = []
    print(f"{name}: {len(records)} articles, seed {seed}")
    for row in ROWS:
        what, _, floor, right, named_floor = row
        got, lost = run_row(d, records, row, seed)
        n = sum(got.values())
        found = 1 - got[None] / n
        named = sum(got[r] for r in right) / n
        by = " ".join(f"{r or 'lost'} {n}" for r, n in got.most_common())
        print(f"  {what:36} {n:4} found {found:.3f}  named {named:.3f}  {by}", flush=True)
        if found < floor - slack or named < named_floor - slack:
            faults.append(f"{name}: {what}: found {found:.3f}, at least {floor}; named {named:.3f}, at least {named_floor}; {lost}")
    return faults


def main():
    seed = int(os.environ.get("SHG_SEED", "1"))
    corpora = os.environ.get("SHG_CORPORA")
    pools = {"samples": [r for _, r in sample_records()]}
    if corpora:
        pools["corpora"] = real_records(corpora)
    faults = []
    for name, records in pools.items():
        slack = REAL_SLACK if name == "corpora" else 0
        with Daemon(sys.argv[1]) as d:
            put(d, records)
            faults += run_grid(d, name, records, seed, slack)
    sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
