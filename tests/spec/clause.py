"""clause - what the Python tests of the protocol share: a daemon for each, requests, checks."""

import json
import os
import sys
import unittest

import zmq

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import live  # noqa: E402  tests/live.py

WAIT_MS = 15000
with open(os.path.join(HERE, "samples.json"), encoding="utf8") as f:
    SAMPLES = {name: {**s, "text": "\n\n".join(s["text"])} for name, s in json.load(f).items()}


def text(name):
    return SAMPLES[name]["text"].encode()


def uri(name):
    return SAMPLES[name]["uri"]


class Reply:
    """A reply: envelope, status, rid, header (a dict), body (the list of body frames)."""

    def __init__(self, frames):
        self.frames = frames
        i = frames.index(b"SHG1")
        self.envelope = frames[:i]
        status, self.rid, header, *self.body = frames[i + 1 :]
        assert len(status) == 3 and status.isdigit(), frames
        self.status = int(status)
        self.header = json.loads(header)
        assert isinstance(self.header, dict), frames

    def __getitem__(self, key):
        return self.header[key]

    def match(self, where):
        """The match with the article of a uri, or None."""
        return next((m for m in self.header["matches"] if m["uri"] == where), None)


class Clause(unittest.TestCase):
    """Each test has a fresh daemon, which must end with status 0 and print nothing more."""

    longMessage = True

    def setUp(self):
        self.daemon = live.Daemon(os.environ["SHG_DAEMON"])
        self.daemon.__enter__()
        self.context = zmq.Context()
        self.s = self.connect(zmq.DEALER)

    def tearDown(self):
        self.context.destroy(linger=0)
        self.daemon.__exit__(None, None, None)

    def connect(self, kind, endpoint=None):
        s = self.context.socket(kind)
        s.linger = 0
        s.rcvtimeo = s.sndtimeo = WAIT_MS
        s.connect(endpoint or self.daemon.endpoint)
        return s

    def restart(self, signal):
        """Ends the daemon by a signal and starts it again on the same directory."""
        process = self.daemon.process
        process.send_signal(signal)
        process.communicate(timeout=WAIT_MS / 1000)
        self.daemon.process = live.subprocess.Popen(process.args, stdout=live.subprocess.PIPE)
        self.daemon.endpoint = self.daemon._ready()
        self.s.close()
        self.s = self.connect(zmq.DEALER)
        return process.returncode

    def recv(self, s=None):
        return Reply((s or self.s).recv_multipart())

    def frames(self, *frames, s=None):
        """One request frame by frame, and its reply."""
        (s or self.s).send_multipart(list(frames))
        return self.recv(s)

    def ask(self, verb, header=None, *bodies, s=None):
        head = header if isinstance(header, bytes) else json.dumps(header or {}).encode()
        r = self.frames(b"SHG1", verb.encode(), b"rid", head, *bodies, s=s)
        self.assertEqual(r.rid, b"rid")
        return r

    def ok(self, verb, header=None, *bodies, s=None):
        """The same, expecting 200."""
        r = self.ask(verb, header, *bodies, s=s)
        self.assertEqual(r.status, 200, (verb, header, r.header))
        return r

    def put(self, where, body, **fields):
        return self.ok(
            "PUT", {"uri": where, **fields}, body if isinstance(body, bytes) else body.encode()
        )

    def put_sample(self, *names):
        for name in names:
            s = dict(SAMPLES[name])
            body = s.pop("text").encode()
            r = self.ok("PUT", s, body)
        return r

    def get(self, where):
        return self.ok("GET", {"uri": where})

    def refused(self, r, status, error):
        self.assertEqual((r.status, r.header.get("error")), (status, error), r.header)
        self.assertEqual(r.body, [])
        return r

    def silent(self, s=None, ms=30):
        self.assertEqual((s or self.s).poll(ms), 0, "an answer that nobody asked for")
