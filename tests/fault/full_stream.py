#!/usr/bin/python3
"""A disk that is full in the middle of a stream: the batches behind the first that is refused are refused, too;
when there is room again the stream goes on at its mark, and every record is there once.

usage: full_stream.py SHINGLED
"""
import json
import os
import random
import resource
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from kept import Kept

BATCHES, RECORDS, FLYING, ROOM = 120, 8, 16, 1 << 20


def text(i):
    """About 4 KB that zstd can't make small, the same for the same i."""
    r = random.Random(i)
    return " ".join("%x" % r.getrandbits(40) for _ in range(400))


def lines(batch):
    return b"".join(
        json.dumps({"uri": f"u:{i}", "text": text(i)}).encode() + b"\n"
        for i in range(batch * RECORDS, (batch + 1) * RECORDS))


def send(d, session, first):
    """Batches from the first on, FLYING at a time, until one is refused; (status, header) of each."""
    answers, sent = {}, first
    while sent <= BATCHES and all(s == 200 for s, _ in answers.values()) or len(answers) < sent - first:
        while sent <= BATCHES and sent - first - len(answers) < FLYING and all(s == 200 for s, _ in answers.values()):
            head = json.dumps({"session": session, "batch": sent, "mark": str(sent)}).encode()
            d.socket.send_multipart([b"SHG1", b"PUTS", b"%d" % sent, head, lines(sent)])
            sent += 1
        _, status, rid, head, *_ = d.socket.recv_multipart()
        answers[int(rid)] = int(status), json.loads(head)
    return answers


def main():
    with tempfile.TemporaryDirectory(prefix="shingled-full-") as folder:
        d = Kept(sys.argv[1], os.path.join(folder, "data"), "--log", "error").start()
        size = os.path.getsize(os.path.join(folder, "data", "data.mdb"))
        _, hard = resource.prlimit(d.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(d.process.pid, resource.RLIMIT_FSIZE, (size + ROOM, hard))
        place, full = d.ask("STREAM", {"stream": "s"}), 0
        while place["ack"] < BATCHES:
            answers = send(d, place["session"], place["ack"] + 1)
            bad = sorted(b for b, (status, _) in answers.items() if status != 200)
            if bad:
                assert answers[bad[0]][0] == 507 and answers[bad[0]][1]["error"] == "disk_full", answers[bad[0]]
                assert all(answers[b][0] in (507, 409) for b in bad), answers
                assert bad == list(range(bad[0], max(answers) + 1)), bad
                full += 1
                resource.prlimit(d.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
            place = d.ask("STREAM", {"stream": "s"})
            assert place["ack"] == (bad[0] - 1 if bad else BATCHES), (place, bad)
            assert place.get("mark", "0") == str(place["ack"]), place
            assert d.ask("STATS")["articles"] == place["ack"] * RECORDS, place
        for i in range(RECORDS, (BATCHES + 1) * RECORDS, 7):
            status, head, *body = d.call("GET", {"uri": f"u:{i}"})
            assert (status, head["version"], body) == (200, 1, [text(i).encode()]), (i, status, head)
        assert full == 1, f"full {full} times"
        d.stop()
        status, said = d.check()
        assert status == 0, said


main()
