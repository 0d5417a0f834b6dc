#!/usr/bin/python3
"""An article that is always stored and only updated: no question ever misses it, finds a half of it, or
finds it as its own match, while writers replace it as fast as they can.

usage: updates.py SHINGLED [ROUNDS]
"""
import json
import os
import sys
import tempfile

import zmq

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "crash"))
from kept import Kept

URI, COPY = "https://updates.example/1", "https://copy.example/1"
BODY = ("The ferry to Skarholm sails again from Monday, the harbour board said, after divers had looked at the "
        "hull for three nights and found nothing that a winter of paint would not mend. ") * 3


def text(i):
    return f"{BODY} Edition {i}.".encode()


def client(d):
    s = d.context.socket(zmq.DEALER)
    s.linger, s.rcvtimeo = 0, 60000
    s.connect(d.endpoint)
    return s


def send(s, verb, header, *body):
    s.send_multipart([b"SHG1", verb.encode(), b"", json.dumps(header).encode(), *body])


def receive(s):
    _, status, _, head, *body = s.recv_multipart()
    return int(status), json.loads(head), body


def look(verb, status, head, body):
    assert status == 200, (verb, status, head)
    if verb == "GET":
        assert body[0].startswith(BODY.encode()) and head["stored"], head
    elif verb == "STORY":
        assert URI in [m["uri"] for m in head["members"]], head["members"]
    elif verb == "QUERY":
        assert [m["uri"] for m in head["matches"]] == [COPY], [m["uri"] for m in head["matches"]]
    elif verb == "PUT":
        assert [m["uri"] for m in head["matches"]] == [COPY] and head["story"], head


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    questions = "GET", "QUERY", "STORY", "CREDITS", "COMPARE", "PUT"
    with tempfile.TemporaryDirectory(prefix="shingled-updates-") as folder:
        d = Kept(sys.argv[1], os.path.join(folder, "data"), "--seal-docs", "64", "--cache-mib", "1").start()
        for uri in (URI, COPY):
            d.ask("PUT", {"uri": uri}, text(0))
        writer, readers = client(d), {verb: client(d) for verb in questions}
        for i in range(1, rounds + 1):
            for k in range(4):
                send(writer, "PUT", {"uri": URI}, text(4 * i + k))
            for verb, s in readers.items():
                if verb == "PUT":
                    send(s, verb, {"uri": URI, "match": True}, text(10 ** 6 + i))
                else:
                    send(s, verb, {"a": URI, "b": COPY} if verb == "COMPARE" else {"uri": URI})
            for verb, s in readers.items():
                look(verb, *receive(s))
            for _ in range(4):
                assert receive(writer)[0] == 200
        for s in (writer, *readers.values()):
            s.close()
        d.stop()
        status, said = d.check()
        assert status == 0, said
    print(f"{4 * rounds} updates, {len(questions) * rounds} questions, nothing missed")


main()
