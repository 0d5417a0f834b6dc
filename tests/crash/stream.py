#!/usr/bin/python3
"""SIGKILL the daemon, and the client, in the middle of `shingle put --stream`, again and again: in the end
every article is there once, none was stored or even sent a second time, each bad record was named once.

usage: stream.py SHINGLED SHINGLE      $SHG_SEED replays a run
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time

from kept import READY_S, Kept

ARTICLES, EVERY = 12000, 100  # one in so many records is bad
KILLS = 6


def line(i):
    if i % EVERY == EVERY - 1:
        return json.dumps({"uri": f"u:{i}", "text": " "})
    return json.dumps({"uri": f"u:{i}", "text": f"Quay {i} was closed, said warden {i * 7}, and opened “again” later. " * 6})


class Run:
    def __init__(self, program, client, folder):
        self.path, self.client = os.path.join(folder, "in.jsonl"), client
        self.endpoint = f"ipc://{folder}/socket"
        with open(self.path, "w", encoding="utf8") as f:
            f.writelines(line(i) + "\n" for i in range(ARTICLES))
        self.daemon = Kept(program, os.path.join(folder, "data"), "--listen", self.endpoint, "--log", "warn").start()
        self.err = os.path.join(folder, "err")
        self.put = None

    def start_put(self):
        with open(self.err, "a", encoding="utf8") as err:
            self.put = subprocess.Popen(
                [self.client, "-s", self.endpoint, "--timeout", str(READY_S), "put", "--stream", "crawl", self.path],
                stdout=subprocess.DEVNULL, stderr=err)

    def wait_for(self, articles):
        """Until so many are stored or the client is done; what STATS says."""
        end = time.monotonic() + 60 * READY_S
        while time.monotonic() < end:
            over = self.put.poll() is not None
            stats = self.daemon.ask("STATS")
            assert stats["put_unchanged"] == stats["put_updated"] == 0, stats
            if over or stats["articles"] >= articles:
                return stats
        raise AssertionError(f"stuck at {stats['articles']} of {articles}")

    def kill_client(self):
        self.put.kill()
        self.put.wait()
        self.start_put()

    def kill_daemon(self):
        self.daemon.kill()
        status, said = self.daemon.check()
        assert status == 0, said
        self.daemon.start()


def main():
    seed = int(os.environ.get("SHG_SEED") or time.time())
    print(f"SHG_SEED={seed}")
    r = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="shingled-stream-") as folder:
        run = Run(sys.argv[1], sys.argv[2], folder)
        run.start_put()
        killed = 0
        for k in range(KILLS):
            stats = run.wait_for(k * ARTICLES // KILLS * 9 // 10 + r.randrange(1, ARTICLES // KILLS))
            killed += stats["articles"] < ARTICLES // 2
            run.kill_daemon() if k % 2 else run.kill_client()
        stats = run.wait_for(ARTICLES + 1)
        with open(run.err, encoding="utf8") as f:
            said = f.read()
        # The last record is refused: a client knows of none only where all were taken before it began.
        nothing_left = said.endswith(f": {ARTICLES} records were stored before; going on behind them\n")
        assert run.put.returncode == (0 if nothing_left else 1), (run.put.returncode, said[-500:])
        assert stats["articles"] == ARTICLES - ARTICLES // EVERY, stats
        for i in range(ARTICLES):
            status, head, *body = run.daemon.call("GET", {"uri": f"u:{i}"})
            assert status == (404 if i % EVERY == EVERY - 1 else 200), (i, head)
            assert status == 404 or (head["version"], body) == (1, [json.loads(line(i))["text"].encode()]), (i, head)
        named = [w for w in said.split() if w.startswith("u:")]
        assert len(named) == len(set(named)), "named twice"
        assert "stored before; going on" in said, said
        run.daemon.stop()
        assert run.daemon.check()[0] == 0
    assert killed, "nothing was killed in the middle"
    print(f"{KILLS} kills, {ARTICLES} records, {len(named)} of {ARTICLES // EVERY} refused ones named")


main()
