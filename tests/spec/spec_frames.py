"""PROTOCOL.md, chapters 2, 3, 4 and 14."""

import os
import random
import re
import signal
import socket
import subprocess
import sys

import zmq

from clause import HERE, Clause, text, uri

MIB = 1 << 20
PROTOCOL = os.path.join(HERE, "..", "..", "include", "shingled", "PROTOCOL.md")

# Sends a PUT over ZMTP 3.0 by hand, all but its last byte, and waits to be killed.
HALF_A_PUT = """
import socket, sys, time
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"\\xff" + bytes(8) + b"\\x7f\\x03\\x00NULL" + bytes(16 + 32))
s.recv(64, socket.MSG_WAITALL)
s.sendall(b"\\x04\\x1c\\x05READY\\x0bSocket-Type\\x00\\x00\\x00\\x06DEALER")
s.recv(s.recv(2, socket.MSG_WAITALL)[1], socket.MSG_WAITALL)
for f in b"SHG1", b"PUT", b"r", b'{"uri":"half"}':
    s.sendall(bytes([1, len(f)]) + f)
s.sendall(bytes([0, 100]) + b"x" * 99)
print("sent", flush=True)
time.sleep(60)
"""


class Frames(Clause):
    def pong(self, kind, *options):
        s = self.connect(kind)
        for option in options:
            s.setsockopt(option, 1)
        for i in range(3):
            r = self.frames(b"SHG1", b"PING", b"7", b"", b"hello", s=s)
            self.assertEqual((r.envelope, r.status, r.rid, r.body), ([], 200, b"7", [b"hello"]))

    def test_c_2_1_req(self):
        self.pong(zmq.REQ)

    def test_c_2_2_req_correlate(self):
        self.pong(zmq.REQ, zmq.REQ_CORRELATE)

    def test_c_2_3_bare_dealer(self):
        self.pong(zmq.DEALER)

    def test_c_2_4_dealer_with_delimiter(self):
        self.assertEqual(
            self.frames(b"", b"SHG1", b"PING").frames, [b"", b"SHG1", b"200", b"", b"{}"]
        )

    def test_c_2_5_envelope(self):
        for n in range(9):
            envelope = [os.urandom(n * 40) for _ in range(n)]
            self.assertEqual(self.frames(*envelope, b"SHG1", b"PING").envelope, envelope)

    def test_c_2_6_dropped(self):
        self.s.send_multipart([b"e"] * 9 + [b"SHG1", b"PING"])
        self.s.send_multipart([b"hello"])
        self.assertEqual(self.ask("PING", {}, b"after").body, [b"after"])
        self.silent()

    def test_c_2_7_dropped_are_counted(self):
        self.s.send_multipart([b"e"] * 9 + [b"SHG1", b"PING"])
        self.s.send_multipart([b""])
        self.assertEqual(self.ok("STATS")["dropped"], 2)

    def test_c_2_8_magic(self):
        r = self.frames(b"SHG", b"shg1", b"SHG12", b"SHGx", b"SHG1", b"PING", b"SHG1")
        self.assertEqual((len(r.envelope), r.rid), (4, b"SHG1"))

    def test_c_2_9_other_version(self):
        for digit in b"023456789":
            magic = b"SHG" + bytes([digit])
            r = self.refused(
                self.frames(b"env", b"", magic, b"PING", b"r9", b"?"), 426, "other_version"
            )
            self.assertEqual((r.envelope, r.rid, r["protocols"]), ([b"env", b""], b"r9", ["SHG1"]))
            self.assertEqual(self.frames(magic).rid, b"")

    def test_c_2_10_left_out(self):
        self.assertEqual(self.frames(b"SHG1", b"PING").frames, [b"SHG1", b"200", b"", b"{}"])
        self.assertEqual(self.frames(b"SHG1", b"INFO", b"i")["name"], "shingled")

    def test_c_2_11_verbs(self):
        for verb in (
            "ping",
            "Ping",
            "",
            "FROB",
            "PING ",
            "P" * 16,
            "P" * 17,
            "PÜT",
            "GET2",
            "-",
            "PING\0",
        ):
            self.refused(self.ask(verb, {"uri": "u"}, b"text"), 501, "unknown_verb")
        self.refused(self.frames(b"SHG1"), 501, "unknown_verb")

    def test_c_2_12_rid(self):
        for n in range(65):
            rid = os.urandom(n)
            self.assertEqual(self.frames(b"SHG1", b"PING", rid).rid, rid)

    def test_c_2_13_long_rid(self):
        for n in 65, 5000:
            r = self.refused(self.frames(b"SHG1", b"PING", b"x" * n), 400, "bad_header")
            self.assertEqual(r.rid, b"")

    def test_c_2_14_four_frames(self):
        for (
            verb
        ) in b"PING INFO STATS PUT GET DELETE QUERY COMPARE CREDITS STORY SOURCES NONE".split():
            r = self.frames(b"SHG1", verb)
            self.assertEqual(len(r.frames), 4, verb)
            self.assertTrue(r.frames[3].startswith(b"{"))

    def test_c_2_15_bodies(self):
        self.assertEqual(self.put_sample("bridge").body, [])
        for verb in "QUERY", "CREDITS", "STORY":
            self.assertEqual(self.ok(verb, {"uri": uri("bridge")}).body, [])
        self.assertEqual(self.get(uri("bridge")).body, [text("bridge")])
        self.assertEqual(self.ok("DELETE", {"uri": uri("bridge")}).body, [])

    def test_c_2_16_one_reply_each(self):
        verbs = [b"PING", b"INFO", b"GET", b"NOPE", b"STATS", b"QUERY"]
        for i in range(60):
            self.s.send_multipart([b"SHG1", verbs[i % 6], b"%d" % i])
        replies = [self.recv() for _ in range(60)]
        self.assertEqual(sorted(int(r.rid) for r in replies), list(range(60)))
        self.assertNotIn(206, [r.status for r in replies])
        self.silent()

    def test_c_2_17_pipelining(self):
        for i in range(500):
            self.s.send_multipart([b"SHG1", b"PING", b"%d" % i, b"", b"%d" % i])
        for _ in range(500):
            r = self.recv()
            self.assertEqual(r.body, [r.rid])

    def test_c_2_18_order(self):
        for i in range(200):
            self.s.send_multipart([b"SHG1", b"PUT", b"%d" % i, b'{"uri":"u"}', b"text %d" % i])
        for _ in range(200):
            r = self.recv()
            self.assertEqual(r["version"], int(r.rid) + 1)
        self.assertEqual(self.get("u").body, [b"text 199"])

    def test_c_2_19_too_many_frames(self):
        for n in 65, 66, 5000:
            r = self.frames(b"e", b"SHG1", b"PING", b"many", *[b""] * (n - 4))
            self.refused(r, 400, "too_many_frames")
            self.assertEqual((r.envelope, r.rid), ([b"e"], b"many"))
        self.refused(self.frames(b"e", b"SHG1", b"PING", b"many", *[b""] * 60), 400, "bad_body")

    def test_c_2_20_frame_over_the_limit(self):
        s = self.connect(zmq.DEALER)
        self.frames(b"SHG1", b"PING", s=s)
        monitor = s.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        monitor.rcvtimeo = 15000
        s.send_multipart([b"SHG1", b"PUT", b"big", b'{"uri":"big"}', bytes(64 * MIB + 1)])
        monitor.recv_multipart()
        self.silent(s, 0)
        s.disable_monitor()
        self.refused(self.ask("GET", {"uri": "big"}), 404, "not_found")

    def port(self):
        return int(self.daemon.endpoint.rsplit(":", 1)[1])

    def test_c_2_21_killed_inside_a_message(self):
        child = subprocess.Popen(
            [sys.executable, "-c", HALF_A_PUT, str(self.port())], stdout=subprocess.PIPE
        )
        self.assertEqual(child.stdout.readline(), b"sent\n")
        self.ok("PING")
        child.send_signal(signal.SIGKILL)
        child.communicate()
        self.refused(self.ask("GET", {"uri": "half"}), 404, "not_found")
        self.put("half", "whole now")
        self.assertEqual(self.ok("STATS")["requests"]["PUT"], 1)

    def test_c_2_22_not_zmtp(self):
        peers = [socket.create_connection(("127.0.0.1", self.port())) for _ in range(9)]
        for i, peer in enumerate(peers):
            try:
                peer.sendall([b"GET / HTTP/1.1\r\n\r\n", os.urandom(9999), b""][i % 3])
            except OSError:
                pass  # hung up on: its right
            self.ok("PING")
        for peer in peers:
            peer.close()
        self.put("u", "still here")

    def test_c_2_23_examples(self):
        with open(PROTOCOL, encoding="utf8") as f:
            examples = re.findall(r"^```frames\n(.*?)^```", f.read(), re.M | re.S)
        self.assertGreaterEqual(len(examples), 4)
        for example in examples:
            lines = example.splitlines()
            sent = [bytes.fromhex(x[1:].split(";")[0]) for x in lines if x[0] == ">"]
            want = [x for x in lines if x[0] == "<"]
            got = self.frames(*sent).frames
            self.assertEqual(len(got), len(want), example)
            for x, frame in zip(want, got):
                if x[1:2] != "*":
                    self.assertEqual(frame, bytes.fromhex(x[1:].split(";")[0]), example)

    def test_c_2_24_slow_readers(self):
        self.put("u", "words " * 4000)
        slow = self.connect(zmq.DEALER)
        for i in range(6000):
            slow.send_multipart([b"SHG1", b"GET", b"%d" % i, b'{"uri":"u"}'])
        for i in range(20):
            self.put(f"v{i}", "text")
        self.assertEqual(self.recv(slow).status, 200)


class Headers(Clause):
    def test_c_3_1_absent(self):
        for rest in [], [b""], [b"", b""], [b"", b"{}"]:
            self.refused(self.frames(b"SHG1", b"GET", *rest), 422, "missing_uri")

    def test_c_3_2_not_an_object(self):
        for bad in (
            b"[]",
            b"1",
            b"null",
            b'"x"',
            b"{",
            b"{}x",
            b"{}{}",
            b"{'uri':1}",
            b'{"a":1,}',
            b'{"a":"\xff"}',
            b"\xef\xbb\xbf{}",
            b'{"uri":"a\\u0000"}',
            b'{"uri":"\\ud800"}',
            b'{"uri":"a\nb"}',
            b"\0",
            b"{}\0",
            b'{"a":NaN}',
        ):
            self.refused(self.ask("GET", bad), 400, "bad_header")

    def test_c_3_3_depth(self):
        for levels, status, error in (
            (32, 422, "missing_uri"),
            (33, 400, "too_deep"),
            (5000, 400, "too_deep"),
        ):
            self.refused(
                self.ask("GET", b'{"x":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"),
                status,
                error,
            )

    def test_c_3_4_header_size(self):
        for n in 65537, 5 * MIB:
            self.refused(
                self.ask("GET", b'{"uri":"u"' + b" " * (n - 11) + b"}"), 413, "header_too_long"
            )

    def test_c_3_5_unknown_members(self):
        self.put("u", "text", frobnicate=[1, {}], Limit=True, URI=7)
        self.ok("QUERY", {"uri": "u", "colour": {"deep": []}})

    def test_c_3_6_last_counts(self):
        self.assertEqual(
            self.ok("PUT", b'{"uri":"first","uri":"second"}', b"text")["uri"], "second"
        )

    def test_c_3_7_options(self):
        self.put("u", "text")
        bad = {
            "QUERY": {
                "limit": ["5", 0, 1001, -1, 2.5, True, [], 10**30],
                "relations": ["copy", [1], {}],
                "min_containment": ["1", 1.01, -1],
                "before": [5, "soon"],
                "since": [{}],
                "publisher": [3],
                "not_publisher": [{}],
                "passages": ["yes", 1],
                "offsets": ["utf7", 8],
            },
            "PUT": {"durability": ["never", 1], "match": [1, "true"], "if_version": ["1", -1, 1.5]},
            "CREDITS": {"offsets": [True]},
            "SOURCES": {"since": ["soon"], "until": [5]},
        }
        for verb, options in bad.items():
            for name, values in options.items():
                for v in values:
                    r = self.ask(verb, {"uri": "u", name: v}, *([b"text"] if verb == "PUT" else []))
                    if v == 10**30:
                        self.assertEqual(r.status, 400)  # no integer of JSON's usual range at all
                        continue
                    self.refused(r, 400, "bad_option")
                    self.assertIn(name, r["detail"])
        self.ok("QUERY", {"uri": "u", "limit": None, "relations": None, "offsets": None})

    def test_c_3_8_bodies(self):
        self.put("u", "text")
        for verb in "INFO", "STATS", "GET", "DELETE", "STORY", "SOURCES":
            for body in b"text", b"":
                self.refused(self.ask(verb, {"uri": "u"}, body), 400, "bad_body")
        for verb in "PING", "PUT", "QUERY", "CREDITS":
            self.refused(self.ask(verb, {"uri": "u"}, b"text", b""), 400, "bad_body")
        self.refused(self.ask("COMPARE", {}, b"a", b"b", b"c"), 400, "bad_body")
        self.get("u")

    def test_c_3_9_text_size(self):
        big = b"word " * (16 * MIB // 5) + b"words"
        for verb in "PUT", "QUERY", "CREDITS", "PING":
            self.refused(
                self.ask(verb, {"uri": "u"} if verb == "PUT" else {}, big), 413, "text_too_long"
            )
        self.refused(self.ask("COMPARE", {}, b"text", big), 413, "text_too_long")

    def test_c_3_10_limits(self):
        self.assertEqual(
            self.ok("INFO")["limits"]
            | {
                "text": 16 * MIB,
                "header": 65536,
                "depth": 32,
                "batch": 16 * MIB,
                "frame": 64 * MIB,
                "frames": 64,
                "uri": 2048,
            },
            self.ok("INFO")["limits"],
        )

    def test_c_3_11_at_the_limit(self):
        self.refused(self.ask("GET", b'{"uri":"u"' + b" " * 65525 + b"}"), 404, "not_found")
        body = random.Random(7).randbytes(16 * MIB)
        self.assertEqual(self.ok("PING", {}, body).body, [body])

    def test_c_3_12_first_error(self):
        many = [b""] * 70
        self.refused(self.frames(b"SHG7", b"nope", b"", b"{", *many), 426, "other_version")
        self.refused(self.frames(b"SHG1", b"nope", b"", b"{", *many), 400, "too_many_frames")
        self.refused(self.frames(b"SHG1", b"nope", b"x" * 65, b"{"), 400, "bad_header")
        self.refused(self.frames(b"SHG1", b"nope", b"", b"[" * 70000), 501, "unknown_verb")
        self.refused(self.frames(b"SHG1", b"GET", b"", b"[" * 70000, b"x"), 413, "header_too_long")
        self.refused(self.frames(b"SHG1", b"GET", b"", b"[", b"x"), 400, "bad_header")
        self.refused(self.frames(b"SHG1", b"GET", b"", b"{}", b"x"), 400, "bad_body")

    def test_c_4_2_error_headers(self):
        for r in (
            self.ask("NOPE"),
            self.ask("GET", b"["),
            self.ask("GET", {"uri": "u"}),
            self.ask("PUT", {}, b"x"),
            self.ask("PUT", {"uri": "u"}, b"\xff"),
            self.ask("QUERY", {"limit": 0}, b"x"),
            self.frames(b"SHG3"),
        ):
            self.assertGreaterEqual(r.status, 400)
            self.assertTrue(r["error"] and r["detail"])
            self.assertIsInstance(r["retry"], bool)

    def test_c_4_3_closed_list(self):
        with open(PROTOCOL, encoding="utf8") as f:
            rows = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", f.read(), re.M))
        self.assertGreater(len(rows), 20)
        for r in (
            self.ask("NOPE"),
            self.ask("GET", b"["),
            self.ask("GET", {"uri": "u"}),
            self.ask("PUT", {}, b"x"),
            self.ask("PUT", {"uri": "u"}, b" "),
            self.ask("PUT", {"uri": "u"}, b"\xff"),
            self.ask("QUERY", {}),
            self.ask("PUT", {"uri": "u", "if_version": 3}, b"x"),
            self.frames(b"SHG3"),
        ):
            self.assertEqual(rows[r["error"]], str(r.status))

    def test_c_4_4_retry(self):
        for r in (
            self.ask("NOPE"),
            self.ask("GET", b"["),
            self.ask("GET", {"uri": "u"}),
            self.ask("PUT", {}, b"x"),
            self.frames(b"SHG3"),
        ):
            self.assertIs(r["retry"], False)

    def test_c_4_5_at(self):
        rng = random.Random(5)
        letters = "abc déf ghü “quote” … ж и 桥 😀 ".split(" ")
        bad = [
            b"\xff",
            b"\x80",
            b"\xc0\xaf",
            b"\xe0\x80\xaf",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xf8\x88\x80\x80\x80",
            b"\xc3(",
        ]
        for i in range(60):
            before = " ".join(rng.choice(letters) for _ in range(rng.randrange(120))).encode()
            r = self.refused(
                self.ask("PUT", {"uri": "u"}, before + bad[i % len(bad)] + b" and more"),
                422,
                "invalid_utf8",
            )
            self.assertEqual(r["at"], len(before))
        for cut in b"\xc3", b"\xe2\x80", b"\xf0\x9f\x98":
            self.assertEqual(self.ask("PUT", {"uri": "u"}, b"cut off " + cut)["at"], 8)

    def test_c_4_6_changes_nothing(self):
        self.put("u", "the first text", headline="first")
        for header, body in (
            ({}, b"bad \xff"),
            ({}, b" "),
            ({"by": 5}, b"x"),
            ({"if_version": 9}, b"x"),
            ({"durability": "x"}, b"x"),
        ):
            self.assertGreaterEqual(
                self.ask("PUT", {"uri": "u", "headline": "second", **header}, body).status, 400
            )
        r = self.get("u")
        self.assertEqual((r["version"], r["headline"], r.body), (1, "first", [b"the first text"]))
