"""serve - a daemon for one task, with a window of requests outstanding, and progress."""
import itertools
import json
import os
import sys
import time

import zmq

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, os.pardir, "tests"))
from live import Daemon  # noqa: E402

from folders import Fault  # noqa: E402

ANSWER_S = 120
SAY_S = 5
FIELDS = (("headline", "title"), ("publisher", "source"), ("published", "published"), ("language", "lang"))


class Server(Daemon):
    """A daemon on an empty store; a question unanswered for ANSWER_S ends the task with a Fault."""

    def __init__(self, program, sources, say):
        options = ["--log", "error"] + (["--sources", sources] if os.path.exists(sources) else [])
        super().__init__(program, *options)
        self.say = say

    def frames(self, what):
        """The next message; a Fault where the daemon has died or is silent for ANSWER_S."""
        for _ in range(ANSWER_S):
            if self.socket.poll(1000, zmq.POLLIN):
                return self.socket.recv_multipart()
            if self.process.poll() is not None:
                raise Fault(f"{what}: the daemon ended with status {self.process.returncode}")
        raise Fault(f"{what}: no answer within {ANSWER_S} s")

    def many(self, what, requests, window=32):
        """requests: (key, verb, header, *bodies). Returns {key: header}; {"error": …} for what was not answered 200."""
        waiting, out, source, said = {}, {}, iter(requests), time.monotonic()
        while True:
            for key, verb, header, *bodies in itertools.islice(source, window - len(waiting)):
                self.n += 1
                rid = str(self.n).encode()
                waiting[rid] = key
                self.socket.send_multipart([b"SHG1", verb.encode(), rid, json.dumps(header).encode(), *bodies])
            if not waiting:
                return out
            frames = self.frames(what)
            _, status, rid, header = frames[frames.index(b"SHG1"):][:4]
            if status != b"206":
                head = json.loads(header or b"{}")
                out[waiting.pop(rid)] = head if status == b"200" else {"error": head.get("error", status.decode())}
            if time.monotonic() - said > SAY_S:
                said = time.monotonic()
                self.say(f"  {what}: {len(out)}")

    def put_all(self, docs, window=32):
        """Stores all; returns how many were refused (empty texts, for one). They arrive in order where window is 1."""
        def requests():
            for d in docs:
                head = {"uri": d["id"]} | {ours: d[theirs] for ours, theirs in FIELDS if d.get(theirs)}
                yield d["id"], "PUT", head, d["text"].encode()
        return sum("error" in h for h in self.many("put", requests(), window).values())

    def compare(self, docs, pairs, stored, **options):
        """The answer to COMPARE for each pair, of the stored articles or of the bare texts."""
        def requests():
            for k, (a, b) in enumerate(pairs):
                if stored:
                    yield k, "COMPARE", {"a": a, "b": b, **options}
                else:
                    yield k, "COMPARE", options, docs[a]["text"].encode(), docs[b]["text"].encode()
        got = self.many("compare", requests(), 8)
        return [got[k] for k in range(len(pairs))]
