"""kept - a daemon whose store outlives it, to kill and start again."""
import atexit
import json
import os
import subprocess
import sys

import zmq

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from live import ANSWER_S, READY_S, Daemon


class Kept(Daemon):
    """As Daemon, on a data folder of the caller's that stays."""

    def __init__(self, program, folder, *options, prefix=()):
        super().__init__(program, *options)
        self.folder, self.prefix = folder, list(prefix)
        self.context = zmq.Context()
        self.process = None
        atexit.register(self._end)

    def _end(self):
        """A test that fails leaves no daemon behind."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def start(self):
        self.process = subprocess.Popen(
            [*self.prefix, *self.command, "--data", self.folder, "--listen", "tcp://127.0.0.1:*"],
            stdout=subprocess.PIPE)
        self.endpoint = self._ready()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.rcvtimeo = int(ANSWER_S * 1000)
        self.socket.connect(self.endpoint)
        self.n = 0
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def stop(self):
        self.socket.close()
        self.process.terminate()
        self.process.communicate(timeout=READY_S)
        assert self.process.returncode == 0, f"ended with {self.process.returncode}"

    def check(self):
        """--check of the stopped store: what it says, and its exit status."""
        done = subprocess.run([self.command[0], "--data", self.folder, "--check"], stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stderr

    def stream(self, records, window=64):
        """PUTs with a window; yields (record, status, header) as answers come."""
        waiting, records = {}, iter(records)
        while True:
            while len(waiting) < window:
                record = next(records, None)
                if record is None:
                    break
                self.n += 1
                rid = str(self.n).encode()
                head = {k: v for k, v in record.items() if k != "text"}
                self.socket.send_multipart([b"SHG1", b"PUT", rid, json.dumps(head).encode(), record["text"].encode()])
                waiting[rid] = record
            if not waiting:
                return
            _, status, rid, head, *_ = self.socket.recv_multipart()
            yield waiting.pop(rid), int(status), json.loads(head)
