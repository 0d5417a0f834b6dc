"""PROTOCOL.md, chapter 15: batches, streams, pushing."""

import json
import os
import random
import signal
import struct
import time
import unittest

import zmq
from clause import WAIT_MS, Clause, live


def lines(*records):
    return b"".join(json.dumps(r).encode() + b"\n" for r in records)


def pair(header, text):
    h = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">II", len(h), len(text)) + h + text


def some(first, n):
    return lines(*({"uri": f"u{i}", "text": f"the words of number {i}"} for i in range(first, first + n)))


class Batches(Clause):
    def counts(self, r):
        return [r[k] for k in ("new", "updated", "unchanged")] + [len(r["refused"])]

    def test_c_15_1_puts(self):
        r = self.ok("PUTS", {}, some(0, 3) + lines({"uri": "u0", "text": "other words"}))
        self.assertEqual(self.counts(r), [3, 1, 0, 0])
        self.assertEqual(self.counts(self.ok("PUTS", {}, some(1, 2))), [0, 0, 2, 0])
        self.assertEqual(self.restart(signal.SIGKILL), -signal.SIGKILL)
        self.assertEqual(self.get("u2").body, [b"the words of number 2"])

    def test_c_15_2_lines(self):
        body = b'\n{"uri":"a","maintext":"A"}\r\n \t\r\n{"id":"b","content":"B \\u00e9\\n"}'
        self.assertEqual(self.counts(self.ok("PUTS", {"format": "jsonl"}, body)), [2, 0, 0, 0])
        self.assertEqual(self.get("a").body, [b"A"])
        self.assertEqual(self.get("b").body, ["B é\n".encode()])
        self.assertEqual(self.counts(self.ok("PUTS", {}, b"")), [0, 0, 0, 0])
        self.assertEqual(self.ok("PUTS", {}, b'{"uri":"a","text":"A"}\n\nx')["refused"][0]["record"], 1)

    def test_c_15_3_pairs(self):
        body = pair({"uri": "a", "text": "not this"}, b"raw \n text") + pair({"uri": "b", "text": "own"}, b"")
        self.assertEqual(self.counts(self.ok("PUTS", {"format": "pairs"}, body)), [2, 0, 0, 0])
        self.assertEqual(self.get("a").body, [b"raw \n text"])
        self.assertEqual(self.get("b").body, [b"own"])

    def test_c_15_4_refused_as_put_would(self):
        bad = [
            b'{"text":"no uri"}',
            b'{"uri":5,"text":"x"}',
            b'{"uri":"c\\u0001","text":"x"}',
            b'{"uri":"d","text":" \\u00a0"}',
            b'{"uri":"e"}',
            b'{"uri":"f","text":"x","title":{}}',
            b'{"uri":"g","text":"x","by":[1]}',
            b'{"uri":"h","text":"\xff"}',
            b'{"uri":"i","text":"x"',
            b"[]",
            b'{"uri":"j","text":"x","if_version":4}',
            b'{"uri":"k","text":"x","if_version":"no"}',
            b'{"uri":"l","text":"x","n":' + b"[" * 40 + b"]" * 40 + b"}",
            b'{"uri":"' + b"u" * 2049 + b'","text":"x"}',
        ]
        r = self.ok("PUTS", {}, b"\n".join([b'{"uri":"ok1","text":"x"}', *bad, b'{"uri":"ok2","text":"x"}']))
        self.assertEqual([x["record"] for x in r["refused"]], list(range(1, len(bad) + 1)))
        for line, got in zip(bad, r["refused"]):
            alone = self.ask("PUT", line)
            self.assertEqual(got["status"], alone.status, line)
            for key in ("error", "detail", "at", "version"):
                self.assertEqual(got.get(key), alone.header.get(key), line)
        self.assertEqual(r["refused"][3]["uri"], "d")
        self.assertNotIn("uri", r["refused"][0])
        r = self.ok("PUTS", {"format": "pairs"}, pair({"uri": "a"}, b"abc\xff") + pair({"uri": "b"}, b"good"))
        (got,) = r["refused"]
        self.assertEqual((got["record"], got["uri"], got["error"], got["at"]), (0, "a", "invalid_utf8", 3))
        for where in "ok1", "ok2", "b":
            self.get(where)

    def test_c_15_5_options(self):
        records = ({"uri": "a", "text": "x", "durability": 5, "match": "what", "if_version": 0},) * 2
        (got,) = self.ok("PUTS", {}, lines(*records))["refused"]
        self.assertEqual((got["status"], got["version"]), (409, 1))

    def test_c_15_6_long_lines(self):
        body = lines(
            {"uri": "a", "text": "é " * 100000, "html": "x" * 100000},
            {"uri": "b", "text": "x", "title": "t" * 70000},
            {"uri": "c", "text": "x", "n": [1] * 70000},
            {"uri": "d", "text": "x", "n": [1] * 60000},
        )
        refused = self.ok("PUTS", {}, body)["refused"]
        for got, place in zip(refused, (1, 2), strict=True):
            self.assertEqual((got["record"], got["status"], got["error"]), (place, 413, "header_too_long"))
        self.assertEqual(self.get("a").body, [("é " * 100000).encode()])

    def test_c_15_7_in_order(self):
        records = [{"uri": "a", "text": f"version {i}"} for i in range(200)]
        self.assertEqual(self.counts(self.ok("PUTS", {}, lines(*records))), [1, 199, 0, 0])
        self.assertEqual(self.get("a").body, [b"version 199"])

    def test_c_15_8_format(self):
        self.refused(self.ask("PUTS", {"format": "csv"}, b"x"), 415, "unknown_encoding")
        self.refused(self.ask("PUTS", {"format": 1}, b"x"), 400, "bad_option")
        for head in b'{"format":"pair\\u0073"}', b'{"format":"pair\\u0073","other":1.5}':
            self.ok("PUTS", head, pair({"uri": "a"}, b"text"))

    def test_c_15_9_cut_off(self):
        whole = pair({"uri": "a"}, b"text") + pair({"uri": "b"}, b"text")
        for cut in 1, 5, 9, len(whole) // 2 + 3:
            self.refused(self.ask("PUTS", {"format": "pairs"}, whole[:-cut]), 400, "bad_batch")
        self.refused(self.ask("PUTS", {"format": "pairs"}, b"\xff" * 64), 400, "bad_batch")
        self.assertEqual(self.ok("STATS")["articles"], 0)

    def test_c_15_10_too_long(self):
        self.refused(self.ask("PUTS", {}, b"\n" * ((16 << 20) + 1)), 413, "batch_too_long")
        self.refused(self.ask("PUTS", {}, some(0, 4097)), 413, "batch_too_long")
        self.assertEqual(self.ok("STATS")["articles"], 0)
        self.assertEqual(self.ok("PUTS", {}, b"\n" * (16 << 20))["new"], 0)
        self.assertEqual(self.ok("PUTS", {}, b"{}\n" * 4096)["refused"][4095]["record"], 4095)

    def test_c_15_11_bodies(self):
        self.refused(self.ask("PUTS", {}), 400, "bad_body")
        self.refused(self.ask("PUTS", {}, b"", b""), 400, "bad_body")
        self.refused(self.ask("STREAM", {"stream": "s"}, b""), 400, "bad_body")
        session = self.ok("STREAM", {"stream": "s"})["session"]
        self.refused(self.ask("ACK", {"session": session}, b""), 400, "bad_body")

    def test_c_15_12_warnings(self):
        r = self.ok("PUTS", {}, lines({"uri": "a", "text": "x"}, {"uri": "b", "text": "x", "date": "soon"}))
        (got,) = r["warnings"]
        self.assertEqual((got["record"], got["field"]), (1, "published"))
        self.assertNotIn("warnings", self.ok("PUTS", {}, some(0, 2)).header)


class Streams(Clause):
    def open(self, name="s", s=None, **options):
        return self.ok("STREAM", {"stream": name, **options}, s=s)

    def puts(self, session, batch, body, s=None, **options):
        return self.ask("PUTS", {"session": session, "batch": batch, **options}, body, s=s)

    def test_c_15_13_stream(self):
        r = self.open()
        self.assertEqual((r["stream"], r["ack"]), ("s", 0))
        self.assertNotIn("mark", r.header)
        self.assertGreaterEqual(r["credit"], 1 << 16)
        for i in range(1, 4):
            self.assertEqual(self.puts(r["session"], i, some(i, 1), mark=f"file:{i} “é”")["ack"], i)
        again = self.open()
        self.assertEqual((again["ack"], again["mark"]), (3, "file:3 “é”"))
        self.assertNotEqual(again["session"], r["session"])
        self.assertEqual(self.open("other")["ack"], 0)

    def test_c_15_14_names(self):
        self.open("n" * 128)
        for name in "", "n" * 129, 5, None:
            self.refused(self.ask("STREAM", {"stream": name}), 400, "bad_option")
        session = self.open()["session"]
        self.assertEqual(self.puts(session, 1, some(0, 1), mark="m" * 1024).status, 200)
        self.refused(self.puts(session, 2, some(1, 1), mark="m" * 1025), 400, "bad_option")
        self.refused(self.puts(session, "2", some(1, 1)), 400, "bad_option")
        self.assertEqual(self.puts(session, 2, some(1, 1)).status, 200)

    def test_c_15_15_in_their_order(self):
        session = self.open()["session"]
        self.assertEqual(self.refused(self.puts(session, 2, some(2, 1)), 409, "out_of_order")["expected"], 1)
        self.assertEqual(self.puts(session, 1, some(1, 1)).status, 200)
        self.assertEqual(self.refused(self.puts(session, 3, some(3, 1)), 409, "out_of_order")["expected"], 2)
        self.assertEqual(self.ok("STATS")["articles"], 1)
        self.assertEqual(self.puts(session, 2, some(2, 1))["ack"], 2)

    def test_c_15_16_not_twice(self):
        session = self.open()["session"]
        for i in range(1, 3):
            self.puts(session, i, some(i, 1), mark=str(i))
        r = self.puts(session, 1, lines({"uri": "u1", "text": "other words"}))
        self.assertEqual((r.status, r["repeated"], r["ack"], r["new"]), (200, True, 2, 0))
        self.assertEqual(self.get("u1")["version"], 1)
        for _ in range(3):
            self.assertEqual(self.puts(session, 2, some(5, 1), mark="another")["repeated"], True)
        self.assertEqual(self.open()["mark"], "2")

    def test_c_15_16_what_was_refused_is_not_acknowledged_when_it_is_repeated(self):
        session = self.open()["session"]
        for i, body in (1, pair({"uri": "a"}, b"x" * 999999)), (2, b"\0\0"), (2, pair({"uri": "b"}, b"x")):
            head = json.dumps({"session": session, "batch": i, "format": "pairs"}).encode()
            self.s.send_multipart([b"SHG1", b"PUTS", b"", head, body])
        replies = [self.recv() for _ in range(3)]
        self.assertEqual(sorted(r.status for r in replies), [200, 400, 409], [r.header for r in replies])
        self.assertEqual(self.open()["ack"], 1)

    def test_c_15_17_cumulative(self):
        session = self.open()["session"]
        for i in range(1, 101):
            head = json.dumps({"session": session, "batch": i}).encode()
            self.s.send_multipart([b"SHG1", b"PUTS", b"%d" % i, head, some(10 * i, 10)])
        other = self.connect(zmq.DEALER)
        for _ in range(100):
            r = self.recv()
            self.assertGreaterEqual(r["ack"], int(r.rid))
            for i in range(1, r["ack"] + 1, 7):
                self.ok("GET", {"uri": f"u{10 * i + 9}"}, s=other)
        self.assertEqual(self.ok("STATS")["articles"], 1000)

    def test_c_15_18_after_a_kill(self):
        seed = int(os.environ.get("SHG_SEED") or time.time())
        print(f"SHG_SEED={seed}")
        r = random.Random(seed)
        acked = sent = 0
        for _ in range(4):
            opened = self.open()
            first = opened["ack"] + 1
            self.assertGreaterEqual(opened["ack"], acked)
            self.assertEqual(opened.header.get("mark"), str(first - 1) if first > 1 else None)
            self.assertEqual(self.ok("STATS")["articles"], 5 * opened["ack"])
            stop = r.randrange(1, 60)
            for i in range(first, first + 80):
                head = json.dumps({"session": opened["session"], "batch": i, "mark": str(i)}).encode()
                self.s.send_multipart([b"SHG1", b"PUTS", b"", head, some(5 * i, 5)])
            sent = first + 79
            for _ in range(stop):
                acked = max(acked, self.recv()["ack"])
            self.assertEqual(self.restart(signal.SIGKILL), -signal.SIGKILL)
        last = self.open()["ack"]
        self.assertTrue(acked <= last <= sent, (acked, last, sent))
        for i in range(5, 5 * last + 5):
            self.assertEqual(self.get(f"u{i}")["version"], 1)
        self.ask("GET", {"uri": f"u{5 * last + 5}"})
        self.assertEqual(self.ok("STATS")["articles"], 5 * last)

    def test_c_15_19_one_session(self):
        session, other = self.open()["session"], self.connect(zmq.DEALER)
        for i in range(1, 51):
            head = json.dumps({"session": session, "batch": i}).encode()
            self.s.send_multipart([b"SHG1", b"PUTS", b"", head, some(10 * i, 10)])
        self.recv()
        r = self.open(s=other)
        self.assertEqual(self.ok("STATS", s=other)["articles"], 10 * r["ack"])
        late = [self.recv() for _ in range(49)]
        self.assertEqual({x.status for x in late} - {200, 404}, set())
        self.assertEqual(sum(x.status == 200 for x in late) + 1, r["ack"])
        self.refused(self.puts(session, 51, some(0, 1)), 404, "no_stream")
        for wrong in "", "0" * 16, "é", None:
            self.refused(self.ask("ACK", {"session": wrong}), 404, "no_stream")
        self.assertEqual(self.puts(r["session"], r["ack"] + 1, some(0, 1)).status, 200)

    def test_c_15_20_credit(self):
        r = self.open()
        half = lines({"uri": "a", "text": "words " * (r["credit"] // 2 // 6 + 1000)})
        for i in range(1, 4):
            head = json.dumps({"session": r["session"], "batch": i}).encode()
            self.s.send_multipart([b"SHG1", b"PUTS", b"%d" % i, head, half])
        replies = {int(x.rid): x for x in (self.recv() for _ in range(3))}
        self.assertEqual(replies[1].status, 200)
        self.assertGreater(self.refused(replies[2], 429, "no_credit")["retry_after_ms"], 0)
        self.refused(replies[3], 409, "out_of_order")
        self.assertEqual(replies[3]["expected"], 2)
        self.assertEqual(self.get("a")["version"], 1)
        self.assertEqual(self.puts(r["session"], 2, half + some(1, 1) + b" " * r["credit"]).status, 200)
        self.get("u1")

    def test_c_15_21_none_behind_a_refused_one(self):
        session = self.open()["session"]
        bodies = {1: pair({"uri": "a"}, b"x"), 2: b"\0\0", 3: pair({"uri": "c"}, b"x"), 4: pair({"uri": "d"}, b"x")}
        for i, body in bodies.items():
            head = json.dumps({"session": session, "batch": i, "format": "pairs"}).encode()
            self.s.send_multipart([b"SHG1", b"PUTS", b"%d" % i, head, body])
        replies = {int(x.rid): x for x in (self.recv() for _ in bodies)}
        self.assertEqual(replies[1]["ack"], 1)
        self.refused(replies[2], 400, "bad_batch")
        self.refused(replies[3], 409, "out_of_order")
        self.refused(replies[4], 409, "out_of_order")
        self.refused(self.puts(session, 2, some(1, 1)), 409, "out_of_order")
        self.assertEqual(self.ok("STATS")["articles"], 1)
        r = self.open()
        self.assertEqual(r["ack"], 1)
        self.assertEqual(self.puts(r["session"], 2, some(1, 1))["ack"], 2)

    def test_c_15_22_ack(self):
        session = self.open()["session"]
        for i in range(1, 31):
            head = json.dumps({"session": session, "batch": i, "mark": str(i)}).encode()
            self.s.send_multipart([b"SHG1", b"PUTS", b"", head, some(10 * i, 10)])
        head = json.dumps({"session": session}).encode()
        self.s.send_multipart([b"SHG1", b"ACK", b"ack", head])
        replies = [self.recv() for _ in range(31)]
        r = next(x for x in replies if x.rid == b"ack")
        self.assertEqual((r.status, r["ack"], r["mark"]), (200, 30, "30"))
        self.assertEqual(self.ok("ACK", {"session": session, "close": True})["ack"], 30)
        self.refused(self.ask("ACK", {"session": session}), 404, "no_stream")
        r = self.open()
        self.assertEqual(r["ack"], 30)
        self.ok("ACK", {"session": r["session"], "forget": True})
        self.refused(self.puts(r["session"], 31, b""), 404, "no_stream")
        self.assertEqual(self.open()["ack"], 0)

    def test_c_15_23_reset(self):
        session = self.open()["session"]
        self.puts(session, 1, some(1, 1), mark="m")
        r = self.open(reset=True)
        self.assertEqual(r["ack"], 0)
        self.assertNotIn("mark", r.header)
        self.assertEqual(self.puts(r["session"], 1, some(1, 1))["unchanged"], 1)
        self.refused(self.ask("STREAM", {"stream": "s", "reset": 1}), 400, "bad_option")

    def test_c_15_24_so_many(self):
        sessions = [self.open(f"s{i}") for i in range(64)]
        self.assertGreater(self.refused(self.ask("STREAM", {"stream": "s64"}), 429, "overloaded")["retry_after_ms"], 0)
        self.assertLess(sum(r["credit"] for r in sessions), 128 << 20)
        self.open("s63")
        self.ok("ACK", {"session": sessions[0]["session"], "close": True})
        self.open("s64")


class Pushed(Clause):
    def setUp(self):
        super().setUp()
        self.daemon.process.terminate()
        self.daemon.process.communicate(timeout=WAIT_MS / 1000)
        command = [*self.daemon.process.args, "--pull", "tcp://127.0.0.1:*"]
        self.daemon.process = live.subprocess.Popen(command, stdout=live.subprocess.PIPE)
        self.daemon.endpoint, self.pull = self.daemon._ready(), self.daemon.words[-1]
        self.s.close()
        self.s = self.connect(zmq.DEALER)
        self.push = self.connect(zmq.PUSH, self.pull.split("=", 1)[1])

    def wait(self, test):
        for _ in range(WAIT_MS):
            r = self.ok("STATS")
            if test(r):
                return r
            time.sleep(0.001)
        self.fail(r.header)

    def test_c_15_25_pull(self):
        self.assertRegex(self.pull, r"^pull=tcp://127\.0\.0\.1:\d+$")
        for i in range(300):
            self.push.send_multipart([b"SHG1", b"PUT", b"", b'{"uri":"p%d","durability":"accept"}' % i, b"text %d" % i])
        for i in range(20):
            self.push.send_multipart([b"SHG1", b"PUTS", b"", b"", some(100 * i, 100)])
        self.wait(lambda r: r["articles"] == 2300)
        self.assertEqual(self.get("p299").body, [b"text 299"])
        self.assertEqual(self.ok("STATS")["pull"], {"messages": 320, "faults": {}})

    @unittest.skipIf(live.SLOWER > 1, "an instrumented build keeps what was freed")
    def test_no_matches_are_kept_for_who_pushes(self):
        def push(first, end):
            for i in range(first, end):
                words = b" ".join(b"quay%d" % (20000 * i + k) for k in range(20000))
                self.push.send_multipart([b"SHG1", b"PUT", b"", b'{"uri":"m%d","match":true}' % i, words])
            self.wait(lambda r: r["articles"] == end)
            self.ok("STORY", {"uri": "m%d" % (end - 1)})
            with open(f"/proc/{self.daemon.process.pid}/statm") as f:
                return int(f.read().split()[1]) * 4096 / 2**20

        # 8 MB of text a step; what is held of it takes ten times as much
        before = push(0, 50)
        self.assertLess(push(50, 110) - before, 64)

    def test_c_15_26_faults(self):
        for frames in (
            [b"SHG1", b"PUT", b"", b'{"uri":"a"}', b"\xff"],
            [b"SHG1", b"PUT", b"", b"{"],
            [b"SHG1", b"PUTS", b"", b"", some(0, 1) + b'{"uri":"b","text":" "}\n{}'],
            [b"SHG1", b"PUTS", b"", b'{"format":"pairs"}', b"x"],
            [b"SHG1", b"DELETE", b"", b'{"uri":"u0"}'],
            [b"SHG2", b"PUT", b"", b'{"uri":"a"}', b"x"],
            [b"hello"],
        ):
            self.push.send_multipart(frames)
        r = self.wait(lambda r: r["pull"]["messages"] == 7 and r["queue"] == 1)
        want = "invalid_utf8 bad_header blank_text missing_uri bad_batch unknown_verb other_version no_magic"
        self.assertEqual(r["pull"]["faults"], dict.fromkeys(want.split(), 1))
        self.assertEqual(r["articles"], 1)
