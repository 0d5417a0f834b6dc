"""Stores a JSON Lines file by batches; after any crash, run again, it goes on: stream.py FILE [ENDPOINT]"""
import itertools
import json
import sys

import zmq


def send(verb, header, *bodies):
    socket.send_multipart([b"SHG1", verb, b"", json.dumps(header).encode(), *bodies])


def answer():
    magic, status, rid, header = socket.recv_multipart()
    if status != b"200":
        sys.exit(f"{status.decode()} {header.decode()}")
    reply = json.loads(header)
    for r in reply.get("refused", []):
        print(f"batch {reply['batch']}, record {r['record']}: {r['status']} {r['error']}")
    return reply


socket = zmq.Context().socket(zmq.DEALER)
socket.linger, socket.rcvtimeo = 0, 30_000  # milliseconds: zmq.Again where nobody answers
socket.connect(sys.argv[2] if len(sys.argv) > 2 else "tcp://127.0.0.1:7464")
send(b"STREAM", {"stream": sys.argv[1]})
stream = answer()
sent = acked = stream["ack"]  # batches of 64 lines: so many are stored already
with open(sys.argv[1], "rb") as f:
    lines = itertools.islice(f, 64 * sent, None)
    while batch := b"".join(itertools.islice(lines, 64)):
        sent += 1
        send(b"PUTS", {"session": stream["session"], "batch": sent}, batch)
        if sent - acked == 8:  # on their way at once; their bytes must stay below stream["credit"]
            acked = answer()["ack"]
while acked < sent:
    acked = answer()["ack"]
print(acked, "batches stored")
