"""Puts three articles and asks shingled what the first shares with the others: put.py [ENDPOINT]"""
import json
import sys

import zmq

SPEECH = "“We were told the pumps would hold for twenty years, and they failed in the second winter,”"
ARTICLES = {
    "https://harbourpost.example/pumps": SPEECH + " said Ines Falk, who runs the ferry office.",
    "https://dailyferryman.example/falk": "Ines Falk is angry. " + SPEECH + " she told Harbour Post.",
    "https://lowlandherald.example/grain": "Grain rose by four crowns at Dunmoor on Monday.",
}


def ask(verb, header, *bodies):
    socket.send_multipart([b"SHG1", verb, b"", json.dumps(header).encode(), *bodies])
    magic, status, rid, header, *bodies = socket.recv_multipart()
    return status.decode(), json.loads(header)


socket = zmq.Context().socket(zmq.REQ)
socket.linger, socket.rcvtimeo = 0, 30_000  # milliseconds: zmq.Again where nobody answers
socket.connect(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:7464")
for uri, text in ARTICLES.items():
    print(*ask(b"PUT", {"uri": uri}, text.encode()))
print(*ask(b"QUERY", {"uri": "https://harbourpost.example/pumps"}))
