"""live - a daemon of one's own for a test: empty store, free port, ended cleanly.

    with Daemon("build/daemon/shingled", "--sources", "s.tsv") as d:
        status, header, *body = d.call("PING", {}, b"hello")
"""
import glob
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

import zmq

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "samples")
# script/test says how many times slower an instrumented build is.
SLOWER = int(os.environ.get("SHG_SLOWER", "1"))
READY_S = 60 * SLOWER
ANSWER_S = 60 * SLOWER


class Daemon:
    def __init__(self, program, *options):
        self.command = [program, *options]

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="shingled-test-")
        self.process = subprocess.Popen(
            [*self.command, "--data", os.path.join(self.folder, "data"), "--listen", "tcp://127.0.0.1:*"],
            stdout=subprocess.PIPE)
        try:
            self.endpoint = self._ready()
        except BaseException:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.folder)
            raise
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.rcvtimeo = ANSWER_S * 1000
        self.socket.connect(self.endpoint)
        self.n = 0
        return self

    def _ready(self):
        """The endpoint of the ready line; the daemon has until READY_S to print it."""
        line, end = b"", time.monotonic() + READY_S
        while not line.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError(f"not ready after {READY_S} s, said {line!r}")
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                raise AssertionError(f"ended with {self.process.wait()} before it was ready")
            line += byte
        words = self.words = line.decode().split()
        assert words[0] == "ready", line
        return next(w for w in words if w.startswith("listen=")).split("=", 1)[1]

    def call(self, verb, header=None, *bodies):
        """One request: (status, header, *body frames)."""
        self.n += 1
        rid = str(self.n).encode()
        self.socket.send_multipart([b"SHG1", verb.encode(), rid, json.dumps(header or {}).encode(), *bodies])
        frames = self.socket.recv_multipart()
        if frames[0] == b"":
            frames = frames[1:]
        magic, status, got, head, *body = frames
        assert magic == b"SHG1" and got == rid, frames[:3]
        return (int(status), json.loads(head), *body)

    def ask(self, verb, header=None, *bodies):
        """The header of an answer that must be 200."""
        status, head, *_ = self.call(verb, header, *bodies)
        assert status == 200, (verb, header, status, head)
        return head

    def __exit__(self, kind, value, trace):
        self.socket.close()
        self.context.term()
        self.process.send_signal(signal.SIGTERM)
        try:
            more, _ = self.process.communicate(timeout=READY_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            more, _ = self.process.communicate()
        shutil.rmtree(self.folder)
        if kind is None:
            assert self.process.returncode == 0, f"ended with {self.process.returncode}"
            assert more == b"", f"more on stdout than the ready line: {more!r}"


def sample_records():
    """(file, record) of the sample corpus, in the order of the files."""
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*.jsonl"))):
        with open(path, encoding="utf8") as f:
            for line in f:
                yield os.path.basename(path), json.loads(line)


def table(name):
    """The rows of a TSV file of the sample corpus, as dicts."""
    with open(os.path.join(SAMPLES, name), encoding="utf8") as f:
        head, *rows = [line.rstrip("\n").split("\t") for line in f]
    return [dict(zip(head, row)) for row in rows]
