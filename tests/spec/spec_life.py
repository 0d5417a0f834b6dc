"""PROTOCOL.md, chapters 1, 6, 12, 13: values, PING, INFO, STATS, the server's life."""

import os
import re
import signal
import subprocess
import tempfile

import live
import zmq

from clause import SAMPLES, WAIT_MS, Clause, text, uri

SHARES = {"score", "resemblance", "query", "match", "from", "to"}


def shares(value, key=""):
    """All numbers in a reply that are named like a share."""
    if isinstance(value, dict):
        return [x for k, v in value.items() for x in shares(v, k)]
    if isinstance(value, list):
        return [x for v in value for x in shares(v)]
    return [value] if key in SHARES and isinstance(value, (int, float)) else []


class Values(Clause):
    def test_c_1_4_strings_and_numbers(self):
        self.put_sample("bridge", "bridge_copy")
        self.assertIsInstance(self.ok("INFO")["epoch"], str)
        self.assertIsInstance(self.ok("INFO")["parameters"]["seed_fingerprint"], str)
        self.assertIsInstance(self.ok("STORY", {"uri": uri("bridge")})["story"], str)
        self.assertIsInstance(self.get(uri("bridge"))["version"], int)

    def test_c_1_5_times(self):
        self.put("u", text("garden"), published="2017-03-12 20:05:00+02:00")
        r = self.get("u")
        self.assertEqual(r["published"], "2017-03-12T18:05:00Z")
        self.assertRegex(r["stored"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual(
            self.ok("STORY", {"uri": "u"})["members"][0]["published"], "2017-03-12T18:05:00Z"
        )

    def test_c_1_6_shares(self):
        names = list(SAMPLES)
        self.put_sample(*names)
        relations = ["copy", "excerpt", "rewrite", "quotes", "template", "related"]
        found = []
        for name in names:
            found += shares(self.ok("QUERY", {"uri": uri(name), "relations": relations}).header)
            found += shares(self.ok("STORY", {"uri": uri(name)}).header)
        self.assertGreater(len(found), 50)
        for x in found:
            self.assertTrue(0 <= x <= 1, x)


class Server(Clause):
    def test_c_6_1_ping(self):
        for body in b"", b"hello", os.urandom(100000):
            self.assertEqual(self.ok("PING", {}, body).body, [body])
        self.assertEqual(self.ok("PING").body, [])

    def test_c_6_2_info(self):
        r = self.ok("INFO")
        self.assertLessEqual(
            {"name", "version", "protocols", "limits", "features", "parameters", "epoch"},
            set(r.header),
        )
        self.assertEqual((r["name"], r["protocols"]), ("shingled", ["SHG1"]))
        self.assertTrue(all(isinstance(f, str) for f in r["features"]))

    def test_c_6_3_parameters(self):
        self.assertLessEqual(
            {
                "text",
                "shingle_words",
                "print_words",
                "window",
                "lanes",
                "bands",
                "rows",
                "sketch",
                "stamp",
                "seed_fingerprint",
            },
            set(self.ok("INFO")["parameters"]),
        )
        self.assertNotIn("seed", self.ok("INFO")["parameters"])

    def test_c_6_4_epoch(self):
        epoch = self.ok("INFO")["epoch"]
        self.assertEqual(self.restart(signal.SIGTERM), 0)
        self.assertEqual(self.ok("INFO")["epoch"], epoch)
        with live.Daemon(os.environ["SHG_DAEMON"]) as other:
            self.assertNotEqual(other.ask("INFO")["epoch"], epoch)

    def test_c_6_5_stats(self):
        r = self.ok("STATS")
        for name in (
            "articles put_new put_updated put_unchanged deleted segments stories matched file_bytes used_bytes live_bytes "
            "ram_bytes uptime_s "
            "dropped queue"
        ).split():
            self.assertIsInstance(r[name], (int, float), name)
        self.assertIsInstance(r["put_refused"], dict)
        self.assertIsInstance(r["requests"], dict)

    def test_c_6_6_articles(self):
        self.put_sample("bridge", "garden", "garden")
        self.put("u", "one")
        self.ok("DELETE", {"uri": "u"})
        self.ok("STORY", {"uri": uri("garden")})
        r = self.ok("STATS")
        self.assertEqual((r["articles"], r["matched"], r["stories"]), (2, 2, 2))
        self.put_sample("bridge_copy")
        self.ok("STORY", {"uri": uri("garden")})
        self.assertEqual(self.ok("STATS")["stories"], 2)
        self.ok("DELETE", {"uri": uri("bridge")})
        self.ok("STORY", {"uri": uri("garden")})
        self.ok("DELETE", {"uri": uri("bridge_copy")})
        r = self.ok("STATS")
        self.assertEqual((r["articles"], r["matched"], r["stories"]), (1, 1, 1))

    def test_c_6_7_counters(self):
        for body in "one", "one", "two":
            self.put("u", body)
        self.ask("PUT", {"uri": "u"}, b"\xff")
        self.ask("PUT", {"uri": "u", "if_version": 8}, b"x")
        self.ok("DELETE", {"uri": "u"})
        r = self.ok("STATS")
        self.assertEqual(
            [r[k] for k in ("put_new", "put_unchanged", "put_updated", "put_refused", "deleted")],
            [1, 1, 1, {"422": 1, "409": 1}, 1],
        )

    def test_c_6_8_requests(self):
        for verb in "PING", "PING", "FROB", "ping", "nonsense":
            self.ask(verb)
        requests = self.ok("STATS")["requests"]
        self.assertEqual((requests["PING"], requests["unknown"]), (2, 3))
        self.assertNotIn("FROB", requests)


class Life(Clause):
    def test_c_12_1_ready_line(self):
        self.assertRegex(self.daemon.endpoint, r"^tcp://127\.0\.0\.1:[1-9]\d*$")
        self.put("u", "tearDown fails where there is more on standard output")

    def test_c_12_2_several_endpoints(self):
        with tempfile.TemporaryDirectory() as folder:
            p = subprocess.Popen(
                [
                    os.environ["SHG_DAEMON"],
                    "--data",
                    folder,
                    "--listen",
                    "tcp://127.0.0.1:*",
                    "--listen",
                    f"ipc://{folder}/socket",
                ],
                stdout=subprocess.PIPE,
            )
            try:
                line = p.stdout.readline().decode()
                self.assertRegex(line, r"^ready listen=tcp://127\.0\.0\.1:\d+ listen=ipc://\S+\n$")
                one, other = (
                    self.connect(zmq.DEALER, e) for e in re.findall(r"listen=(\S+)", line)
                )
                self.ok("PUT", {"uri": "u"}, b"text", s=one)
                self.assertEqual(self.ok("GET", {"uri": "u"}, s=other).body, [b"text"])
            finally:
                p.terminate()
                more, _ = p.communicate(timeout=WAIT_MS / 1000)
            self.assertEqual((p.returncode, more), (0, b""))

    def test_c_12_3_sigterm(self):
        for i in range(100):
            self.s.send_multipart(
                [b"SHG1", b"PUT", b"%d" % i, b'{"uri":"u%d"}' % i, b"text %d" % i]
            )
        replies = [self.recv() for _ in range(10)]
        self.daemon.process.send_signal(signal.SIGTERM)
        while self.s.poll(300):
            replies.append(self.recv())
        self.assertLessEqual({r.status for r in replies}, {200, 503})
        self.assertEqual(self.restart(signal.SIGTERM), 0)
        for r in replies:
            if r.status == 200:
                self.get(f"u{int(r.rid)}")

    def test_c_12_4_after_a_kill(self):
        for i in range(3):
            self.put(f"u{i}", text("garden"))
            self.assertEqual(self.restart(signal.SIGKILL), -signal.SIGKILL)
            self.assertEqual(len(self.ok("STORY", {"uri": "u0"})["members"]), i + 1)

    def test_c_12_5_only_what_was_given(self):
        inodes = set()
        for fd in os.listdir(f"/proc/{self.daemon.process.pid}/fd"):
            inodes.add(os.readlink(f"/proc/{self.daemon.process.pid}/fd/{fd}")[8:-1])
        ports = []
        for name in "/proc/net/tcp", "/proc/net/tcp6":
            with open(name, encoding="ascii") as f:
                rows = [line.split() for line in f.readlines()[1:]]
            ports += [int(r[1].split(":")[1], 16) for r in rows if r[3] == "0A" and r[9] in inodes]
        self.assertEqual(ports, [int(self.daemon.endpoint.rsplit(":", 1)[1])])

    def test_c_12_6_one_server(self):
        self.put("u", "text")
        p = subprocess.run(self.daemon.process.args, stdout=subprocess.PIPE, timeout=WAIT_MS / 1000)
        self.assertNotEqual(p.returncode, 0)
        self.assertEqual(p.stdout, b"")
        self.get("u")

    def test_c_13_1_reserved(self):
        for verb in ("REPLAY",):
            self.refused(self.ask(verb, {}, b"x"), 501, "unknown_verb")
