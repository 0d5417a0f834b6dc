#!/usr/bin/python3
"""SIGKILL the daemon at random under load, again and again, on one store: every article that was
acknowledged is there byte for byte, the store is consistent, and it serves again without help.

usage: kill.py SHINGLED [ROUNDS]      $SHG_SEED replays a run
"""
import os
import random
import sys
import tempfile
import time

from kept import Kept

PLACES = "quay market mill orchard bridge tower chapel harbour school theatre".split()
DOINGS = "reopened closed flooded burned moved shrank grew sank rose paused".split()
REASONS = "after the storm|before the vote|despite the rain|without a word|under new rules|for the fair".split("|")


def sentence(r):
    return (f"The {r.choice(PLACES)} {r.choice(DOINGS)} {r.choice(REASONS)}, and the {r.choice(PLACES)} of number "
            f"{r.randrange(10 ** 6)} {r.choice(DOINGS)} {r.choice(REASONS)}.")


def articles(r, first):
    """Endless invented articles; every third takes half of its text from the one before, about half ask for
    their matches."""
    before = []
    for i in range(first, 10 ** 9):
        text = [sentence(r) for _ in range(r.randrange(3, 30))]
        if i % 3 == 0:
            text[:0] = before[: len(before) // 2]
        before = text
        yield {"uri": f"https://kill.example/{i}", "headline": f"Number {i}", "text": " ".join(text),
               "match": r.random() < .5}


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 6
    seed = int(os.environ.get("SHG_SEED") or time.time())
    print(f"SHG_SEED={seed}")
    r = random.Random(seed)
    kept, sent = {}, 0
    with tempfile.TemporaryDirectory(prefix="shingled-kill-") as folder:
        d = Kept(program, os.path.join(folder, "data"), "--seal-docs", "64", "--log", "warn")
        for n in range(rounds):
            d.start()
            until = r.randrange(1, 400)
            for i, (record, status, head) in enumerate(d.stream(articles(r, sent))):
                assert status == 200, (status, head)
                assert not record["match"] or (head["story"] and isinstance(head["matches"], list)), (record, head)
                kept[record["uri"]] = record["text"]
                if i == until:
                    break
            d.kill()
            sent += until + 100
            status, said = d.check()
            assert status == 0, f"round {n}: after SIGKILL --check says: {said}"
            d.start()
            for uri, text in kept.items():
                status, head, *body = d.call("GET", {"uri": uri})
                assert status == 200 and body == [text.encode()], f"round {n}: {uri} was acknowledged: {status} {head}"
            stats = d.ask("STATS")
            assert len(kept) <= stats["articles"] <= sent, (len(kept), stats["articles"], sent)
            some = r.choice(list(kept))
            story = d.ask("STORY", {"uri": some})
            assert some in [m["uri"] for m in story["members"]], (some, story)
            d.stop()
            status, said = d.check()
            assert status == 0, f"round {n}: after a clean end --check says: {said}"
    print(f"{rounds} kills, {len(kept)} acknowledged articles, none lost")


main()
