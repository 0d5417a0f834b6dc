#!/usr/bin/python3
"""A daemon with --keep-mib takes several times what it may keep: the file stays within it, the newest
articles are there and the oldest are not, answers come without stalls, and a SIGKILL in the middle of it loses
nothing. Of a flood, as fast as a stream of batches goes, it keeps as many. With --keep-days what is too old
goes by itself.

usage: retention.py SHINGLED SHINGLE [ARTICLES]      $SHG_SEED replays a run
"""
import datetime
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from kept import Kept
from live import ANSWER_S, SLOWER

ROOM_MIB, PASSED, NEWEST, STALL_S = 16, 1000, 500, 1.0 * SLOWER
BYTES_MOST = 6000  # of room for an article that is kept: some 4,000
FLOOD = 1.8  # of the room, for what comes faster than it can be merged: 1.2, and 1.46 where the merging thread has no core
LOOSER = 1.0 if SLOWER == 1 else 1.25
SYLLABLES = "ka ro mi sten vor la dun pe hal or bri ga tho ne wes fal mor ad lin qua".split()


def word(r):
    return "".join(r.choice(SYLLABLES) for _ in range(r.randrange(1, 5)))


def record(r, i, published, sentences=32):
    text = ". ".join(" ".join(word(r) for _ in range(r.randrange(6, 20))).capitalize() for _ in range(sentences))
    return {"uri": f"https://tide.example/{i}", "headline": f"Number {i}", "text": text,
            "published": published.isoformat() + "Z"}


def records(r, first, n):
    start = datetime.datetime(2024, 1, 1)
    for i in range(first, first + n):
        yield record(r, i, start + datetime.timedelta(minutes=i))


def pieces(stream):
    """All of it; but a sanitizer slows merging more than storing, and then it has to be waited for."""
    if SLOWER == 1:
        yield stream
        return
    while piece := list(itertools.islice(stream, PASSED)):
        yield piece


class Sizes:
    """The file after each PASSED articles, and the longest wait for an answer, of a stream."""

    def __init__(self, folder):
        self.file, self.n, self.grown, self.late = os.path.join(folder, "data.mdb"), 0, [], 0.0

    def take(self, d, stream):
        for piece in pieces(stream):
            before = time.monotonic()
            for rec, status, head in d.stream(piece):
                assert status == 200, (status, head)
                now = time.monotonic()
                self.late, before = max(self.late, now - before), now
                self.n += 1
                if self.n % PASSED == 0:
                    self.grown.append(os.stat(self.file).st_size / (ROOM_MIB << 20))
                yield rec
            if SLOWER > 1:
                wait_until(d, lambda s: s["used_bytes"] <= ROOM_MIB << 20)


def wait_until(d, what):
    """STATS once that holds of it."""
    end = time.monotonic() + ANSWER_S
    while not what(stats := d.ask("STATS")):
        assert time.monotonic() < end, stats
    return stats


def newest_are_there(d, last, n=NEWEST):
    for i in range(last - n + 1, last + 1):
        status, head, *_ = d.call("GET", {"uri": f"https://tide.example/{i}"})
        assert status == 200, (i, last, status, head)


def by_size(program, folder, r, n):
    d = Kept(program, folder, "--keep-mib", str(ROOM_MIB), "--seal-docs", "512", "--cache-mib", "1", "--log", "warn")
    sizes, sent = Sizes(folder), 0
    d.start()
    for _ in sizes.take(d, records(r, 0, n)):
        sent += 1
    stats = wait_until(d, lambda s: s["articles"] + s["let_go"]["size"] == n)
    assert stats["let_go"]["size"] > n / 3, stats
    newest_are_there(d, n - 1)
    assert d.call("GET", {"uri": "https://tide.example/0"})[0] == 404
    for i, _ in enumerate(sizes.take(d, records(r, n, n))):
        if i == n // 3:
            break
    d.kill()
    status, said = d.check()
    assert status == 0, f"after SIGKILL --check says: {said}"
    d.start()
    newest_are_there(d, n + n // 3)
    again = n + n // 3 + 200  # beyond what was under way
    for _ in sizes.take(d, records(r, again, n)):
        pass
    newest_are_there(d, again + n - 1)
    first = d.ask("PUT", {"uri": "https://tide.example/0"}, b"The tide came in again, as if for the first time.")
    assert first["version"] == 1, first
    stats = d.ask("STATS")
    d.stop()
    status, said = d.check()
    assert status == 0, f"after a clean end --check says: {said}"
    room, end = ROOM_MIB << 20, sizes.grown[-1]
    print(f"{again + n} articles through {ROOM_MIB} MiB: {stats['articles']} kept, file {end:.2f} of it "
          f"(used {stats['used_bytes'] / room:.2f}, live {stats['live_bytes'] / room:.2f}), longest wait {sizes.late * 1000:.0f} ms, "
          f"RAM {stats['ram_bytes'] >> 20} MiB, {stats['segments']} segments")
    # LMDB's file never shrinks: this is the most that there ever was. What came at once is beyond the promise.
    assert end <= 1.0 * LOOSER, sizes.grown
    assert stats["articles"] * BYTES_MOST >= room, stats
    assert sizes.late <= STALL_S, sizes.late


def flood_file(path, r, n):
    """Records of which each is made of sentences of others: news to the store, and soon written."""
    start = datetime.datetime.utcnow() - datetime.timedelta(minutes=n)
    base = [record(r, i, start)["text"].split(". ") for i in range(400)]
    with open(path, "w", encoding="utf8") as f:
        for i in range(n):
            rec = record(r, i, start + datetime.timedelta(minutes=i), 1)
            rec["text"] += ". " + ". ".join(r.choice(r.choice(base)) for _ in range(31))
            f.write(json.dumps(rec) + "\n")


def by_flood(program, client, folder, r, n):
    os.mkdir(folder)
    path, endpoint = os.path.join(folder, "flood.jsonl"), f"ipc://{folder}/socket"
    flood_file(path, r, n)
    d = Kept(program, os.path.join(folder, "data"), "--listen", endpoint, "--keep-mib", str(ROOM_MIB),
             "--seal-docs", "512", "--log", "warn")
    d.start()
    put = subprocess.Popen([client, "-s", endpoint, "put", "--stream", "flood", path], stdout=subprocess.DEVNULL)
    room, fewest, most = ROOM_MIB << 20, n, 0
    while put.poll() is None:
        stats = d.ask("STATS")
        most = max(most, stats["used_bytes"] / room)
        if stats["let_go"]["size"] > n // 3:
            fewest = min(fewest, stats["articles"])
    assert put.returncode == 0, put.returncode
    stats = wait_until(d, lambda s: s["articles"] + s["let_go"]["size"] == n)
    print(f"{n} articles at once through {ROOM_MIB} MiB: {fewest} kept, at the end {stats['articles']}, "
          f"file {stats['file_bytes'] / room:.2f} of it, used at most {most:.2f}")
    assert fewest * BYTES_MOST >= room, (fewest, stats)
    if SLOWER == 1:
        assert stats["file_bytes"] <= FLOOD * room, stats
    wait_until(d, lambda s: s["used_bytes"] <= room)  # a sanitizer slows merging more than storing
    newest_are_there(d, n - 1)
    d.stop()
    status, said = d.check()
    assert status == 0, said


def by_age(program, folder, r):
    now = datetime.datetime.utcnow().replace(microsecond=0)
    days = [400, 41, 39, 1, 0, -3]
    d = Kept(program, folder, "--keep-days", "40", "--log", "warn")
    d.start()
    for i, age in enumerate(days):
        rec = record(r, i, now - datetime.timedelta(days=age))
        d.ask("PUT", {k: v for k, v in rec.items() if k != "text"}, rec["text"].encode())
    d.ask("PUT", {"uri": "https://tide.example/undated"}, b"Nobody knows when this was published, it stays.")
    wait_until(d, lambda s: s["let_go"]["age"] == 2 and s["articles"] == 5)
    for i, age in enumerate(days):
        assert d.call("GET", {"uri": f"https://tide.example/{i}"})[0] == (404 if age > 40 else 200), age
    d.stop()
    d = Kept(program, folder, "--keep-days", "38", "--log", "warn")  # what became too old while it was off
    d.start()
    wait_until(d, lambda s: s["let_go"]["age"] == 1 and s["articles"] == 4)
    d.stop()
    status, said = d.check()
    assert status == 0, said


def main():
    program, client = sys.argv[1:3]
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 9000
    seed = int(os.environ.get("SHG_SEED") or time.time())
    print(f"SHG_SEED={seed}")
    r = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="shingled-retention-") as folder:
        by_age(program, os.path.join(folder, "age"), r)
        by_size(program, os.path.join(folder, "size"), r, n)
        by_flood(program, client, os.path.join(folder, "flood"), r, 4 * n)


main()
