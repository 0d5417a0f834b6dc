"""Asks shingled which stored articles share text with a file: query.py FILE [ENDPOINT]"""
import json
import sys

import zmq


def ask(socket, verb, header, *bodies):
    socket.send_multipart([b"SHG1", verb, b"", json.dumps(header).encode(), *bodies])
    magic, status, rid, header, *bodies = socket.recv_multipart()
    if status != b"200":
        sys.exit(f"{status.decode()} {header.decode()}")
    return json.loads(header)


socket = zmq.Context().socket(zmq.REQ)
socket.linger, socket.rcvtimeo = 0, 30_000  # milliseconds: zmq.Again where nobody answers
socket.connect(sys.argv[2] if len(sys.argv) > 2 else "tcp://127.0.0.1:7464")
text = open(sys.argv[1], "rb").read()
for match in ask(socket, b"QUERY", {"limit": 5}, text)["matches"]:
    print(match["relation"], match["prose_words"] + match["quoted_words"], match["uri"])
