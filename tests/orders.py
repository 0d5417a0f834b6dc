#!/usr/bin/python3
"""Stories are a function of the articles stored: the same members, texts and versions in whatever order the
articles came, and after some were deleted as if they had never been.

usage: orders.py SHINGLED [ORDERS]
"""
import os
import random
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "crash"))
from kept import Kept
from live import SAMPLES, sample_records

LEAD = ("The ferry Solveig will not sail before Whitsun, the harbour board of Skarholm decided on Tuesday night, after "
        "welders had found a second row of cracks behind the bow door and the insurer had asked for the hull to be "
        "drawn up on the slip at Marlow, where there is no room until the trawlers are out. ")
LATER = ("Islanders who had sold the month's tickets to their guests were offered the mail boat, which takes eleven "
         "passengers and, in a southerly wind, none of them willingly. The mayor said that she would ask the county "
         "for a barge, as her father had done in the winter of the long ice, and that he had got one. ")
OTHER = ("A choir of forty crossed the sound in rowing boats to sing at a wedding that could not be moved, and was "
         "back before the tide with two oars fewer and a cake. ")


def growing():
    """One house's report grows by the hour; others take it in between, and one is dated by nothing."""
    body = ""
    for hour, piece in enumerate((LEAD, LATER, OTHER)):
        body += piece
        yield {"uri": f"https://kestreltimes.example/live/{hour}", "text": body,
               "published": f"2025-05-06T{20 + hour}:00:00Z"}
        yield {"uri": f"https://paper{hour}.example/ferry", "text": f"Skarholm. {body}",
               "published": f"2025-05-06T{20 + hour}:40:00Z"}
    yield {"uri": "https://undated.example/ferry", "text": LEAD + LATER}


def partition(d, uris):
    """For each article: its story's members, those of its text, the text's core and what it is a version of."""
    out = {}
    for uri in uris:
        members = d.ask("STORY", {"uri": uri})["members"]
        me = next(m for m in members if m["uri"] == uri)
        same = {m["uri"] for m in members if m["text"] == me["text"]}
        core = [m["uri"] for m in members if m["uri"] in same and m["relation"] == "none"]
        out[uri] = (frozenset(m["uri"] for m in members), frozenset(same), core, me["version_of"])
    return out


def ids(d, uris):
    return [d.ask("STORY", {"uri": uri})["story"] for uri in uris]


def fill(d, records):
    for record, status, head in d.stream(records):
        assert status == 200, (record["uri"], status, head)


def same(a, b, what):
    for uri in a:
        assert a[uri] == b[uri], f"{what}: {uri}\n{a[uri]}\n{b[uri]}"


def main():
    records = [record for _, record in sample_records()] + list(growing())
    uris = [record["uri"] for record in records]
    gone = {uri for i, uri in enumerate(uris) if i % 5 == 0} | {"https://kestreltimes.example/live/0"}
    left = [uri for uri in uris if uri not in gone]
    whole = part = None
    for seed in range(int(sys.argv[2]) if len(sys.argv) > 2 else 5):
        order = list(records)
        random.Random(seed).shuffle(order)
        with tempfile.TemporaryDirectory(prefix="shingled-orders-") as folder:
            d = Kept(sys.argv[1], folder, "--sources", os.path.join(SAMPLES, "sources.tsv")).start()
            fill(d, order)
            now = partition(d, uris)
            whole = whole or now
            same(whole, now, f"order {seed}")
            before = ids(d, uris)
            d.stop()
            d.start()
            assert ids(d, uris) == before, "other ids after a restart"
            for uri in gone:
                assert d.ask("DELETE", {"uri": uri})["deleted"] == 1
            now = partition(d, left)
            part = part or now
            same(part, now, f"deletions, order {seed}")
            d.stop()
            d.start()
            same(part, partition(d, left), "deletions and a restart")
            d.stop()
    with tempfile.TemporaryDirectory(prefix="shingled-orders-") as folder:
        d = Kept(sys.argv[1], folder, "--sources", os.path.join(SAMPLES, "sources.tsv")).start()
        fill(d, [record for record in records if record["uri"] in set(left)])
        same(partition(d, left), part, "never stored")
        d.stop()
    live = whole["https://kestreltimes.example/live/2"]
    assert live[3] == "https://kestreltimes.example/live/0" and len(live[0]) == 7, live
    print(f"{len(uris)} articles, the same stories in every order and after deletions")


main()
