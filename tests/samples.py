#!/usr/bin/python3
"""samples - the sample corpus end to end: what a careful reader says of it, the daemon says too.

usage: samples.py SHINGLED
"""
import os
import sys

from live import SAMPLES, Daemon, sample_records, table

CREDITING = {"wire", "republished", "reports"}
FOUND_BY_DEFAULT = {"copy", "excerpt", "rewrite", "quotes"}


# Crawls arrive as they like. Which articles are one story must not depend on it; which are one text
# may, for the first to come is a text's centre.
ORDERS = {
    "published": lambda records: sorted(records, key=lambda r: r["published"]),
    "backwards": lambda records: sorted(records, key=lambda r: r["published"], reverse=True),
    "by uri": lambda records: sorted(records, key=lambda r: r["uri"]),
}


def load(d, order):
    records = [r for _, r in sample_records()]
    for r in ORDERS[order](records):
        head = {k: v for k, v in r.items() if k != "text"}
        assert d.ask("PUT", head, r["text"].encode())["result"] == "new", r["uri"]
    return {r["uri"]: r for r in records}


def relations(d, faults):
    """COMPARE of each pair, both ways."""
    for row in table("pairs.tsv"):
        accepted = row["relation"].split("|")
        for a, b in ((row["a"], row["b"]), (row["b"], row["a"])):
            m = d.ask("COMPARE", {"a": a, "b": b})
            if m["relation"] not in accepted:
                faults.append(f"relation: {m['relation']}, not {row['relation']}: {a} {b}")


def matches(d, records, faults):
    """QUERY finds every pair that shares something, and nothing else."""
    pairs = {frozenset((r["a"], r["b"])): r["relation"].split("|") for r in table("pairs.tsv")}
    file_of = {r["uri"]: f for f, r in sample_records()}
    for uri, record in records.items():
        answer = d.ask("QUERY", {"uri": uri, "limit": 100})
        found = {m["uri"]: m for m in answer["matches"]}
        for other in records:
            if other == uri:
                continue
            want = pairs.get(frozenset((uri, other)))
            if want and not set(want) & {"none", "related", "template"} and other not in found:
                faults.append(f"not found: {want} {uri} -> {other}")
            if want and not set(want) & FOUND_BY_DEFAULT and other in found:
                faults.append(f"found, but {want}: {uri} -> {other}")
            if file_of[uri] != file_of[other] and other in found:
                faults.append(f"found across files: {uri} -> {other}")
        for m in found.values():
            slices(record["text"], records[m["uri"]]["text"], m, faults)


def slices(query, match, m, faults):
    """Passages are byte ranges of both texts, and say the same."""
    for p in m["passages"]:
        a = query.encode()[slice(*p["query"])].decode()
        b = match.encode()[slice(*p["match"])].decode()
        if p["kind"] != "paraphrase" and not set(a.casefold().split()) & set(b.casefold().split()) \
                and a[:2] != b[:2]:
            faults.append(f"passage of {m['uri']}: {a[:60]!r} against {b[:60]!r}")


def credits(d, faults):
    """Every credit is found in its role and among its words, and no other."""
    wanted = {}
    for row in table("credits.tsv"):
        wanted.setdefault(row["uri"], [])
        if row["id"] != "-":
            wanted[row["uri"]].append(row)
    for uri, rows in wanted.items():
        found = [c for c in d.ask("CREDITS", {"uri": uri})["credits"] if c["role"] != "photo"]
        for row in rows:
            if not any(c["id"] == row["id"] and c["role"] in row["role"].split("|")
                       and (c["text"] in row["text"] or row["text"] in c["text"]) for c in found):
                faults.append(f"credit: no {row['role']} {row['text']!r} in {uri}: {found}")
        for c in found:
            if not any(c["id"] == row["id"] for row in rows):
                faults.append(f"credit: {c['role']} {c['name']} {c['text']!r} is none: {uri}")


def stories(d, order, faults):
    """STORY of each article: the members, the origin, who credits it and who does not."""
    def fault(uri, what):
        faults.append(f"story of {uri} ({order}): {what}")

    rows = table("stories.tsv")
    for row in rows:
        s = d.ask("STORY", {"uri": row["uri"]})
        mine = [r for r in rows if r["story"] == row["story"]] if row["story"] != "-" else [row]
        got, want = {m["uri"] for m in s["members"]}, {r["uri"] for r in mine}
        if got != want:
            fault(row["uri"], f"lacks {sorted(want - got)}, has {sorted(got - want)}")
            continue
        if row["story"] == "-":
            continue
        origin = next(r["uri"] for r in mine if r["credit"] == "origin")
        if s["origin"]["uri"] != origin:
            fault(row["uri"], f"origin {s['origin']}, not {origin}")
        one_text = {m["text"] for m in s["members"]
                    if next(r for r in mine if r["uri"] == m["uri"])["text"] == "1"}
        if len(one_text) != 1 and order == "published":
            fault(row["uri"], f"its copies are {len(one_text)} texts")
        credited = any(r["credit"] == "credits" for r in mine)
        silent = {r["uri"] for r in mine if r["credit"] == "silent"} if credited else set()
        if set(s["uncredited"]) != silent:
            fault(row["uri"], f"uncredited {sorted(s['uncredited'])}, not {sorted(silent)}")


def main(program):
    faults = []
    for order in ORDERS:
        with Daemon(program, "--sources", os.path.join(SAMPLES, "sources.tsv")) as d:
            records = load(d, order)
            relations(d, faults)
            matches(d, records, faults)
            credits(d, faults)
            stories(d, order, faults)
    print("\n".join(faults))
    print(f"{len(records)} articles, {len(faults)} faults")
    return 1 if faults or len(records) < 44 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
