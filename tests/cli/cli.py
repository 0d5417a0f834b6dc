#!/usr/bin/python3
"""cli - the command line `shingle` against a daemon of its own, and without one.

Environment: SHG_CLI and SHG_DAEMON, the two programs.
"""
import gzip
import http.server
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from live import Daemon, sample_records  # noqa: E402

CLI = os.environ["SHG_CLI"]
DAEMON = os.environ["SHG_DAEMON"]
SAMPLES = os.path.join(ROOT, "tests", "samples")
HARBOUR = "https://harbourpost.example/2025/03/09/valkenburg-knew-of-solveig-cracks"
FERRYMAN = "https://dailyferryman.example/2025/03/10/pharmacist-before-the-weekend"
QUOTE = ("“Nobody on the pier committee had been told that the lamps were bought second hand from the "
         "old fairground at Wexcombe,” she said.")
COMMANDS = ["put", "get", "delete", "query", "compare", "credits", "story", "sources", "ping", "info", "stats"]

environment = {k: v for k, v in os.environ.items() if not k.startswith("SHINGLE_")}
environment.update(LC_ALL="C.UTF-8", COLUMNS="100")


def shingle(*words, stdin=b"", server=None, env=None, timeout=60):
    """One run: (exit status, stdout, stderr)."""
    command = [CLI, *(["--server", server] if server else []), *words]
    run = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, env=env or environment)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def free_endpoint():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return "tcp://127.0.0.1:%d" % s.getsockname()[1]


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shingle-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path


class Usage(InFolder):
    """What needs no server: help, faults, suggestions, exit status."""

    def test_help(self):
        status, out, err = shingle("--help")
        self.assertEqual((status, err), (0, ""))
        for name in COMMANDS:
            self.assertIn(f"\n  {name} ", out)
            status, text, err = shingle(name, "--help")
            self.assertEqual((status, err), (0, ""), name)
            for part in (f"Usage: shingle {name}", "\nExamples\n  ", "--json", "--server"):
                self.assertIn(part, text)
            self.assertEqual(shingle("help", name)[1], text)
            self.assertLessEqual(max(map(len, text.splitlines())), 100, name)
        self.assertRegex(shingle("--version")[1], r"^shingle \d+\.\d+\.\d+, SHG1\n$")

    def test_faults(self):
        for words, said in [
                ([], "Usage: shingle"),
                (["qurey", "x"], 'unknown command "qurey"; did you mean query?'),
                (["frobnicate"], "shingle --help lists the commands"),
                (["--sever", "x", "ping"], "unknown option --sever; did you mean --server?"),
                (["put", "--dryrun", "x"], "unknown option --dryrun; did you mean --dry-run?"),
                (["query", "-Z", "x"], "unknown option -Z"),
                (["query", "--limit"], "--limit needs a value"),
                (["query", "--limit", "many", "x"], '--limit wants a whole number, 0 or more, not "many"'),
                (["query", "--all=yes", "x"], "--all takes no value"),
                (["ping", "--timeout", "-1"], "--timeout wants a number"),
                (["ping", "--color", "red"], "--color is auto, always or never"),
                (["query"], "query what?"),
                (["query", "a", "b"], "one article at a time"),
                (["put"], "put what?"),
                (["put", "--uri", "u", "a", "b"], "--uri names one article"),
                (["compare", "a"], "compare two articles"),
                (["compare", "-", "-"], "only one of the two can be standard input"),
                (["delete"], "delete what?"),
                (["delete", "--older-than", "someday"], "wants a time"),
                (["query", "--since", "someday", "u:1"], "wants a time"),
                (["query", "--offsets", "miles", "u:1"], '--offsets is utf8, codepoint or utf16, not "miles"'),
                (["compare", "--offsets", "miles", "a", "b"], '--offsets is utf8, codepoint or utf16, not "miles"'),
                (["credits", "--offsets", "miles", "a"], '--offsets is utf8, codepoint or utf16, not "miles"'),
                (["stats", "more"], 'stats takes no "more"'),
                (["--server", "carrier-pigeon://x", "ping"], "is not an endpoint"),
                (["put", "/nonexistent/a", "--dry-run"], "/nonexistent/a: No such file or directory"),
                (["put", self.folder, "--dry-run"], "is a directory"),
        ]:
            status, out, err = shingle(*words)
            self.assertEqual(status, 2, (words, out, err))
            self.assertIn(said, err, words)

    def test_no_server(self):
        endpoint = free_endpoint()
        for words in (["ping"], ["query", "u:1"], ["put", self.write("a.txt", "text")], ["stats"]):
            status, out, err = shingle(*words, "--timeout", "0.3", server=endpoint)
            self.assertEqual((status, out.count("{")), (3, 0), err)

    def test_path_that_is_the_uri(self):
        blank = self.write("blank.txt", " \n")
        self.assertIn(f"refused {blank}: 422 blank_text", shingle("put", "--dry-run", blank)[2])

    def test_no_such_file(self):
        """A name that is no file may be a uri; where that helps nothing either, both are said."""
        here, endpoint = self.write("a.txt", "Gulls."), free_endpoint()
        for words in (["compare", "gone.txt", here], ["compare", here, "gone.txt"], ["query", "gone.txt"],
                      ["credits", "gone.txt"]):
            status, _, err = shingle(*words, "--timeout", "0.3", server=endpoint)
            self.assertEqual((status, err.count("gone.txt: there is no such file")), (3, 1), err)
        for words in (["query", "https://gone.example/a"], ["query", "--uri", "gone.txt"], ["query", here]):
            self.assertNotIn("no such file", shingle(*words, "--timeout", "0.3", server=endpoint)[2])
            said = re.search(f"no server at {endpoint}: waited ([0-9.]+) s", err)
            self.assertTrue(said, err)
            self.assertGreaterEqual(float(said[1]), 0.3)
        status, _, err = shingle("ping", "--timeout", "0.2", env={**environment, "SHINGLE_SERVER": endpoint})
        self.assertEqual(status, 3)
        self.assertIn(endpoint, err)

    def test_another_kind_of_server(self):
        web = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        web.RequestHandlerClass.log_message = lambda *_: None
        threading.Thread(target=web.serve_forever, daemon=True).start()
        status, _, err = shingle("ping", "--timeout", "0.5", server="127.0.0.1:%d" % web.server_port)
        web.shutdown()
        web.server_close()
        self.assertEqual(status, 3)
        self.assertIn("did not shake hands as ZeroMQ", err)

    def test_dry_run(self):
        path = self.write("a.jsonl", '{"uri":"a","text":"x"}\nnonsense\n{"text":"x"}\n{"uri":"b","text":" "}\n')
        status, out, err = shingle("put", "--dry-run", path)
        self.assertEqual(status, 1)
        self.assertIn("4 records read: 1 fit to be sent, 3 refused", out)
        self.assertEqual([line.split(": ")[1] for line in err.splitlines()],
                         ["400 bad_header", "422 missing_uri", "422 blank_text"])


class Offline(InFolder):
    """compare and credits of files, without a server."""

    def setUp(self):
        super().setUp()
        self.a = self.write("a.txt", "The pier will stay dark until May.\n\n" + QUOTE + "\n\nRain fell on the town.\n")
        self.b = self.write("b.txt", "A second lamp has gone out.\n\n" + QUOTE.replace("she said", "Orla Quay told "
                            "the Harbour Post") + "\n\nVisitors were few this week, and gulls were many.\n")

    def test_compare(self):
        status, out, err = shingle("compare", self.a, self.b)
        self.assertEqual((status, err), (0, ""))
        self.assertIn("\nquotes ", out)
        self.assertIn("in quotation", out)
        self.assertIn("[[Nobody on the pier committee", out)
        self.assertEqual(out.count("[["), out.count("]]"))
        self.assertNotIn("\033", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 104)

    def test_compare_json(self):
        status, out, _ = shingle("compare", "--json", self.a, self.b)
        self.assertEqual(status, 0)
        match, = objects(out)
        self.assertEqual(match["relation"], "quotes")
        for key in ("score", "identical", "resemblance", "containment", "prose_words", "quoted_words", "longest",
                    "derivation", "passages", "provenance", "uri", "publisher", "headline", "published"):
            self.assertIn(key, match)
        texts = [pathlib.Path(p).read_bytes() for p in (self.a, self.b)]
        for p in match["passages"]:
            x, y = (t[b:e].decode() for t, (b, e) in zip(texts, (p["query"], p["match"])))
            self.assertEqual(x.lower()[:40], y.lower()[:40])
        points, = objects(shingle("compare", "--json", "--offsets", "codepoint", self.a, self.b)[1])
        (b, e), text = points["passages"][0]["query"], texts[0].decode()
        self.assertTrue(text[b:e].startswith("Nobody on the pier"), text[b:e])
        self.assertEqual(shingle("compare", "--json", "--offsets", "miles", self.a, self.b)[0], 2)

    def test_compare_whole(self):
        _, out, _ = shingle("compare", "--full", self.a, self.b)
        self.assertIn("[[1: Nobody on the pier", out)
        self.assertIn("The pier will stay dark until May.", out)
        self.assertIn("gulls were many.", out)

    def test_colour(self):
        self.assertIn("\033[", shingle("compare", "--color", "always", self.a, self.b)[1])
        self.assertIn("\033[", on_terminal("compare", self.a, self.b))
        self.assertNotIn("\033[", on_terminal("compare", self.a, self.b, NO_COLOR="1"))

    def test_escapes_of_others_stay_off(self):
        evil = self.write("evil.txt", "\033]0;owned\007" + QUOTE.replace("told", "\033[31mtold\033[2J\u202e"))
        _, out, _ = shingle("compare", "--full", evil, self.a)
        for bad in ("\033", "\007", "\u202e"):
            self.assertNotIn(bad, out)

    def test_same_and_nothing(self):
        same, = objects(shingle("compare", "--json", self.a, self.a)[1])
        self.assertTrue(same["identical"])
        other = self.write("c.txt", "Barley closed lower at Dunmoor in quiet trading on Friday afternoon.")
        status, out, _ = shingle("compare", self.a, other)
        self.assertEqual(status, 0)
        self.assertIn("no shared wording", out)

    def test_standard_input_and_faults(self):
        with open(self.a, "rb") as f:
            text = f.read()
        self.assertEqual(shingle("compare", "-", self.b, stdin=text)[0], 0)
        status, _, err = shingle("compare", "-", self.b, stdin=b"caf\xe9 au lait")
        self.assertEqual(status, 1)
        self.assertIn("byte 3 is not UTF-8", err)
        self.assertEqual(shingle("compare", "-", self.b, stdin=b" \n")[0], 1)

    def test_compare_dated(self):
        """Who published the two, and when, counts without a server, too: a house's report of next week is a form."""
        def report(name, harbour, weir, publisher, day):
            return self.write(name, json.dumps({"publisher": publisher, "published": day, "text":
                f"The lake stood at {harbour} centimetres on the gauge in the harbour this morning, the county's water "
                f"office said, and at {weir} centimetres behind the weir. Boats of more than 90 centimetres draught "
                "should keep to the marked channel until the sluices at Kall close. The office measures at 3 gauges, "
                "and has done so since 1921; the highest level was 512 centimetres, the lowest 87. Who lives below 115 "
                "metres may have 40 bags of sand a house from the yard in Weir Lane, between 8 and 17 hours.\n"}))
        a = report("a.json", 231, 340, "lakepost.example", "2021-03-01")
        for publisher, day, relation in (("www.lakepost.example", "2021-03-08", "template"),
                                         ("lakepost.example", "2021-03-01T02:00:00Z", "copy"),
                                         ("Kall Sentinel", "2021-03-08", "copy")):
            match, = objects(shingle("compare", "--json", a, report("b.json", 228, 336, publisher, day))[1])
            self.assertEqual(match["relation"], relation, (publisher, day))

    def test_credits(self):
        article = self.write("c.json", json.dumps({
            "uri": "https://quaysidedaily.example/1", "publisher": "quaysidedaily.example",
            "text": "SPRINGFIELD (Reuters) - The council met.\n\nThe mayor told CNN that he would stay."}))
        found, = objects(shingle("credits", "--json", article)[1])
        roles = {(c["role"], c["id"]) for c in found["credits"]}
        self.assertIn(("wire", "reuters.com"), roles)
        self.assertIn(("told", "cnn.com"), roles)
        self.assertEqual(found["left_out"], 0)
        _, out, _ = shingle("credits", article)
        self.assertRegex(out, r"wire +Reuters \(reuters\.com\)")
        self.assertIn("0 credits", shingle("credits", "-", stdin=b"Nobody is named here at all.")[1])
        flood = "".join(f"Lee told the Havn{i} Post. " for i in range(2000)).encode()
        counted, = objects(shingle("credits", "--json", "-", stdin=flood)[1])
        self.assertEqual(len(counted["credits"]) + counted["left_out"], 2000)
        self.assertIn(f"{counted['left_out']} more credits", shingle("credits", "-", stdin=flood)[1])

    def test_byline_of_several(self):
        for by in ("Ida Holm, Reuters", ["Ida Holm", "Reuters"]):
            article = self.write("by.json", json.dumps({"by": by, "text": "The council met on Monday evening."}))
            found, = objects(shingle("credits", "--json", article)[1])
            self.assertEqual([(c["role"], c["id"], c["field"]) for c in found["credits"]],
                             [("wire", "reuters.com", "by")], by)


def on_terminal(*words, **more):
    """What a run writes where all three streams are a terminal."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(CLI, [CLI, *words], {**environment, "TERM": "xterm", **more})
    out = b""
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            piece = b""
        if not piece:
            break
        out += piece
    os.close(fd)
    os.waitpid(pid, 0)
    return out.decode()


class Live(InFolder):
    """Against a daemon. Each test puts what it asks for, under uris of its own."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(DAEMON, "--sources", os.path.join(SAMPLES, "sources.tsv"))
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None, None, None)
        status, out, err = cls.cli("put", *sorted(
            os.path.join(SAMPLES, f) for f in os.listdir(SAMPLES) if f.endswith(".jsonl")))
        assert status == 0 and "52 new" in out, (status, out, err)

    @classmethod
    def cli(cls, *words, **more):
        return shingle(*words, server=cls.daemon.endpoint, **more)

    def ask(self, *words, **more):
        """The objects of a run with --json that must end with 0."""
        status, out, err = self.cli(*words, "--json", **more)
        self.assertEqual((status, err), (0, ""), words)
        return objects(out)

    def test_put_text(self):
        path = self.write("färry.txt", "The ferry was late again, and nobody minded much.\n")
        status, out, err = self.cli("put", path)
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"^1 record read: 1 new; 50 bytes of text in ")
        self.assertEqual(self.cli("get", path)[1], "The ferry was late again, and nobody minded much.\n")
        stored, = self.ask("put", "-q", "--uri", "http://x.example/ü?a=1&b=Ж", "--headline", "Spät “dran”",
                           "--publisher", "x.example", "--published", "2025-03-01", "--by", "A. B.", path)
        self.assertEqual((stored["uri"], stored["result"]), ("http://x.example/ü?a=1&b=Ж", "new"))
        record, = self.ask("get", "http://x.example/ü?a=1&b=Ж")
        self.assertEqual((record["headline"], record["published"], record["by"]),
                         ("Spät “dran”", "2025-03-01T00:00:00Z", "A. B."))
        self.assertEqual(self.cli("put", "-", stdin=b"some text")[0], 1)
        self.assertIn("1 new", self.cli("put", "--uri", "u:stdin", "-", stdin=b"some text")[1])

    def lines(self, n, name):
        return [json.dumps({"uri": f"u:{name}/{i}", "text": f"Report {i} of {name}: the weather held."})
                for i in range(n)]

    def test_put_lines(self):
        for name, pack in [("a.jsonl", bytes), ("b.jsonl.gz", gzip.compress), ("c.ndjson", bytes)]:
            data = pack("\n".join(self.lines(300, name)).encode())
            status, out, err = self.cli("put", self.write(name, data))
            self.assertEqual((status, err), (0, ""))
            self.assertIn("300 records read: 300 new;", out)
        self.assertIn("300 unchanged", self.cli("put", os.path.join(self.folder, "b.jsonl.gz"))[1])
        again = [o["result"] for o in self.ask("put", "-q", os.path.join(self.folder, "a.jsonl"))]
        self.assertEqual(again, ["unchanged"] * 300)
        piped = "\r\n".join(self.lines(5, "piped")).encode()
        self.assertIn("5 new", self.cli("put", "-", stdin=b"\xef\xbb\xbf" + piped)[1])
        self.assertIn("5 unchanged", self.cli("put", "-", stdin=gzip.compress(piped))[1])

    @unittest.skipUnless(shutil.which("zstd"), "zstd(1) is not installed")
    def test_put_zst(self):
        data = subprocess.run(["zstd", "-qc"], input="\n".join(self.lines(50, "z")).encode(), capture_output=True,
                              check=True).stdout
        self.assertIn("50 new", self.cli("put", self.write("z.jsonl.zst", data))[1])

    def test_put_same_uri_last_wins(self):
        path = self.write("s.jsonl", "\n".join(
            json.dumps({"uri": f"u:same/{i % 3}", "text": f"Version {i} of a much corrected piece."})
            for i in range(200)))
        status, out, _ = self.cli("put", path)
        self.assertEqual(status, 0)
        self.assertIn("3 new, 197 updated", out)
        for uri, last in (("u:same/0", 198), ("u:same/1", 199), ("u:same/2", 197)):
            self.assertEqual(self.cli("get", uri)[1], f"Version {last} of a much corrected piece.")

    def test_refused_are_named(self):
        path = self.write("bad.jsonl.gz", gzip.compress(b"\n".join([
            b'{"uri":"u:bad/1","text":"fine"}', b"not json", b'["a"]', b"",
            b'{"uri":"u:bad/5","text":"  "}', b'{"text":"no uri"}', b'{"uri":"u:bad/7","text":"caf\xe9"}',
            b'{"uri":7,"text":"x"}', b'{"uri":"u:bad/9","text":"x","headline":[]}',
            b'{"uri":"' + b"x" * 2049 + b'","text":"x"}', b'{"url":"u:bad/11","maintext":"fine","text":"None"}',
            *(b'{"uri":"' + b"a" * i + "ü".encode() * 200 for i in range(2))])))
        status, out, err = self.cli("put", path)
        self.assertEqual(status, 1)
        self.assertIn("12 records read: 2 new, 10 refused;", out)
        got = {int(line.split(path + ":")[1].split()[0]): line for line in err.splitlines()}
        for line, said in [(2, "400 bad_header"), (3, "400 bad_header"), (5, "u:bad/5: 422 blank_text"),
                           (6, "(no uri): 422 missing_uri"), (7, "422 invalid_utf8"), (8, "422 bad_field"),
                           (9, "u:bad/9: 422 bad_field"), (10, "422 bad_uri"), (12, "400 bad_header: the line is"),
                           (13, "400 bad_header: the line is")]:
            self.assertIn(said, got[line])
        status, out, err = self.cli("put", "--json", path)
        self.assertEqual(status, 1)
        refused = {o["line"]: o for o in objects(out) if "error" in o}
        self.assertEqual(sorted(refused), [2, 3, 5, 6, 7, 8, 9, 10, 12, 13])
        for o in refused.values():
            self.assertEqual(o["file"], path)
            self.assertIn("detail", o)
        self.assertEqual((refused[5]["status"], refused[5]["error"], refused[5]["uri"]), (422, "blank_text", "u:bad/5"))
        self.assertEqual([o["result"] for o in objects(out) if "result" in o], ["unchanged"] * 2)

    def test_sizes(self):
        """Members nobody knows do not stand in the way of a record; what is too long is named."""
        path = self.write("big.jsonl", "\n".join(map(json.dumps, [
            {"uri": "u:big/1", "text": "A short text with a long tail of other things.", "html": "<p>" * 60000},
            {"uri": "u:big/2", "text": "x " * (8 << 20) + "y"}, {"uri": "u:big/3", "text": "x" * (65 << 20)},
            {"uri": "u:big/4", "text": "A text after the long ones."},
            {"uri": "u:big/5", "text": "x", "headline": "h" * 70000}])))
        status, out, err = self.cli("put", path)
        self.assertEqual(status, 1)
        self.assertIn("5 records read: 2 new, 3 refused", out)
        self.assertIn(f"{path}:2 u:big/2: 413 text_too_long", err)
        self.assertIn(f"{path}:3 u:big/3: 413 text_too_long", err)
        self.assertIn(f"{path}:5 u:big/5: 413 header_too_long", err)
        path = self.write("big.txt", "x " * (8 << 20) + "y")
        self.assertIn("413 text_too_long", self.cli("put", path)[2])
        self.write("fits.txt", "fits " + " " * ((16 << 20) - 5))
        self.assertIn("1 new", self.cli("put", os.path.join(self.folder, "fits.txt"))[1])

    def test_broken_file_among_good_ones(self):
        good = self.write("good.jsonl", "\n".join(self.lines(3, "good")))
        whole = gzip.compress("\n".join(self.lines(2000, "cut")).encode())
        cut = self.write("cut.jsonl.gz", whole[:len(whole) // 2])
        status, out, err = self.cli("put", cut, "/nonexistent/x.jsonl", good)
        self.assertEqual(status, 2)
        self.assertIn("cut.jsonl.gz: the gzip data is cut off", err)
        self.assertIn("/nonexistent/x.jsonl: No such file or directory", err)
        self.assertEqual(self.cli("get", "u:good/2")[0], 0)
        self.assertRegex(out, r"^[\d,]+ records read: [\d,]+ new")

    def test_progress_on_a_terminal(self):
        path = self.write("p.jsonl", "\n".join(self.lines(1, "progress") * 40000))
        out = on_terminal("--server", self.daemon.endpoint, "put", path)
        self.assertRegex(out, r"█.* %  [\d]+ records, \d+/s")
        self.assertIn("40,000 records read: ", out)

    def test_interrupt(self):
        reader, writer = os.pipe()
        with subprocess.Popen([CLI, "-s", self.daemon.endpoint, "put", "-"], stdin=reader, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment, text=True) as p:
            os.close(reader)
            os.write(writer, ("\n".join(self.lines(10, "int")) + "\n").encode())
            while self.cli("get", "u:int/9")[0]:  # all ten are in; the program waits for more
                pass
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=30)
            os.close(writer)
        self.assertEqual(p.returncode, 130)
        self.assertIn("10 records read: 10 new", out)
        self.assertIn("everything up to -:10 was answered", err)

    def test_get_and_delete(self):
        self.cli("put", "--uri", "u:gone", "-", stdin="früh\r\n\tam Tag".encode())
        self.assertEqual(self.cli("get", "u:gone")[1], "früh\r\n\tam Tag")
        self.assertIn('"uri": "u:gone"', self.cli("get", "--record", "u:gone")[1])
        line = self.cli("get", "--json", "u:gone")[1]
        self.assertEqual(json.loads(line)["text"], "früh\r\n\tam Tag")
        self.assertIn("1 unchanged", self.cli("put", "-", stdin=line.encode())[1])
        self.assertEqual(self.cli("delete", "u:gone")[:2], (0, "1 deleted: u:gone\n"))
        self.assertEqual(self.ask("delete", "u:gone"), [{"deleted": 0}])
        status, out, err = self.cli("get", "u:gone")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("refused: 404 not_found", err)
        status, out, _ = self.cli("get", "--json", "u:gone", "u:gone")
        self.assertEqual((status, [(o["status"], o["error"]) for o in objects(out)]), (1, [(404, "not_found")] * 2))
        self.cli("put", "--uri", "u:old", "--published", "1999-12-31", "-", stdin=b"An old piece on old ships.")
        self.assertEqual(self.ask("delete", "--older-than", "2000-01-01"), [{"deleted": 1}])
        self.assertEqual(self.ask("delete", "--older-than", "900w"), [{"deleted": 0}])

    def test_query(self):
        answer, = self.ask("query", HARBOUR)
        self.assertGreaterEqual(len(answer["matches"]), 4)
        for key in ("matches", "credits", "suppressed", "truncated", "took_us"):
            self.assertIn(key, answer)
        status, out, err = self.cli("query", HARBOUR)
        self.assertEqual((status, err), (0, ""))
        for m in answer["matches"]:
            self.assertIn(m["uri"], out)
            self.assertIn(m["headline"], " ".join(out.split()))
        self.assertIn("who from whom: ", out)
        self.assertEqual(out.count("[["), out.count("]]"))
        self.assertGreater(out.count("this  │ "), 5)
        self.assertLessEqual(max(map(len, out.splitlines())), 110)

    def test_query_options(self):
        answer, = self.ask("query", HARBOUR, "-n", "2")
        self.assertEqual((len(answer["matches"]), answer["truncated"]), (2, True))
        self.assertIn("more matches (--limit)", self.cli("query", HARBOUR, "-n", "2")[1])
        answer, = self.ask("query", HARBOUR, "--not-publisher", "lowlandherald.example", "--since", "2025-03-10")
        self.assertTrue(answer["matches"])
        for m in answer["matches"]:
            self.assertNotEqual(m["publisher"], "lowlandherald.example")
            self.assertGreaterEqual(m["published"], "2025-03-10")
        answer, = self.ask("query", HARBOUR, "--no-passages", "--relations", "copy,rewrite")
        self.assertEqual(answer["matches"], [])
        self.assertNotIn("│", self.cli("query", HARBOUR, "--no-passages")[1])
        status, _, err = self.cli("query", HARBOUR, "--relations", "copy,cousin")
        self.assertEqual(status, 1)
        self.assertIn("400 bad_option", err)
        self.assertEqual(self.cli("query", "https://nowhere.example/")[0], 1)

    def test_query_by_text(self):
        record = next(r for _, r in sample_records() if r["uri"] == FERRYMAN)
        for words, stdin in [((self.write("draft.txt", record["text"]),), b""), (("-",), record["text"].encode()),
                             ((self.write("draft.json", json.dumps({**record, "uri": "u:draft"})),), b"")]:
            answer, = self.ask("query", *words, stdin=stdin)
            self.assertEqual((answer["matches"][0]["uri"], answer["matches"][0]["identical"]), (FERRYMAN, True))
            self.assertIn("the same text", self.cli("query", *words, stdin=stdin)[1])

    def test_compare_and_credits(self):
        record = next(r for _, r in sample_records() if r["uri"] == FERRYMAN)
        draft = self.write("draft.json", json.dumps(record))
        stored, = self.ask("compare", HARBOUR, FERRYMAN)
        mixed, = self.ask("compare", HARBOUR, draft)
        self.assertEqual(stored["relation"], "quotes")
        self.assertEqual(mixed["passages"], stored["passages"])
        _, out, _ = self.cli("compare", HARBOUR, FERRYMAN)
        self.assertIn("A  " + HARBOUR, out)
        self.assertIn("A │ ", out)
        self.assertEqual(self.cli("compare", HARBOUR, "https://nowhere.example/")[0], 1)
        stored, = self.ask("credits", FERRYMAN)
        given, = self.ask("credits", draft)
        self.assertEqual([c["id"] for c in stored["credits"]], [c["id"] for c in given["credits"]])
        _, out, _ = self.cli("credits", FERRYMAN)
        for c in stored["credits"]:
            self.assertIn(c["name"], out)
            self.assertIn(c["text"], " ".join(out.split()))

    def test_story(self):
        story, = self.ask("story", HARBOUR)
        status, out, err = self.cli("story", HARBOUR)
        self.assertEqual((status, err), (0, ""))
        for m in story["members"]:
            self.assertIn(m["uri"], out)
        for part in ("Origin  ", "Who has what from whom", "Who is credited", "does not credit", "[[", "[2] │ "):
            self.assertIn(part, out)
        missing = out[out.index("does not credit"):]
        for uri in story["uncredited"]:
            self.assertIn(uri, missing)
        self.assertNotIn("│", self.cli("story", "--no-passages", HARBOUR)[1])
        self.assertGreater(len(self.cli("story", "--all", HARBOUR)[1]), len(out))
        self.cli("put", "--uri", "u:alone", "-", stdin=b"Nobody else wrote about the moss on the north steps.")
        alone = self.cli("story", "u:alone")[1]
        self.assertIn("1 article", alone)
        self.assertNotIn("Who has what", alone)

    def test_sources(self):
        answer, = self.ask("sources")
        row = answer["sources"][0]
        for key in ("source", "publisher", "articles", "credited", "uncredited", "median_delay_s"):
            self.assertIn(key, row)
        _, out, _ = self.cli("sources")
        self.assertEqual(len(out.splitlines()), 1 + len(answer["sources"]))
        answer, = self.ask("sources", "--publisher", "granitetribune.example")
        self.assertEqual({r["publisher"] for r in answer["sources"]}, {"granitetribune.example"})
        self.assertIn("no article has text", self.cli("sources", "--until", "1990-01-01")[1])

    def test_server_itself(self):
        self.assertEqual(self.ask("info")[0]["name"], "shingled")
        self.assertGreater(self.ask("stats")[0]["articles"], 50)
        self.assertRegex(self.cli("stats")[1], r"(?m)^articles +\d+$")
        self.assertRegex(self.cli("info")[1], r"(?m)^  text +16777216$")
        ping, = self.ask("ping", "-c", "20")
        self.assertEqual(ping["pings"], 20)
        self.assertLessEqual(ping["least_us"], ping["mean_us"])
        self.assertRegex(self.cli("ping")[1], r"answers in \d+\.\d\d ms")

    def test_closed_pipe(self):
        for words in (["query", HARBOUR], ["stats"], ["put", "--json", os.path.join(SAMPLES, "01-interview.jsonl")]):
            reader, writer = os.pipe()
            os.close(reader)
            with subprocess.Popen([CLI, "-s", self.daemon.endpoint, *words], stdout=writer, stderr=subprocess.PIPE,
                                  env=environment) as p:
                os.close(writer)
                err = p.communicate(timeout=30)[1]
            self.assertEqual(p.returncode, 0, err)
            self.assertNotIn(b"Broken", err)

    def test_full_disk_behind_stdout(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            p = subprocess.run([CLI, "-s", self.daemon.endpoint, "stats"], stdout=full, stderr=subprocess.PIPE,
                               env=environment, timeout=30)
        self.assertEqual(p.returncode, 2)
        self.assertIn(b"standard output: No space left", p.stderr)

    def test_examples(self):
        put = subprocess.run([sys.executable, os.path.join(ROOT, "client", "examples", "put.py"), self.daemon.endpoint],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual((put.returncode, put.stderr), (0, ""))
        self.assertIn("https://dailyferryman.example/falk", put.stdout.splitlines()[-1])
        self.assertIn("'relation': 'quotes'", put.stdout)
        record = next(r for _, r in sample_records() if r["uri"] == FERRYMAN)
        article = self.write("a.txt", record["text"])
        query = subprocess.run([sys.executable, os.path.join(ROOT, "client", "examples", "query.py"), article,
                                self.daemon.endpoint], capture_output=True, text=True, timeout=60)
        self.assertEqual((query.returncode, query.stderr), (0, ""))
        self.assertRegex(query.stdout.splitlines()[0], r"^copy \d+ " + FERRYMAN)

    def test_stream_example(self):
        path = self.write("s.jsonl", "\n".join([*self.lines(640, "example"), '{"uri":"u:none"}']) + "\n")
        command = [sys.executable, os.path.join(ROOT, "client", "examples", "stream.py"), path, self.daemon.endpoint]
        for said in ("batch 11, record 0: 422 blank_text\n11 batches stored\n", "11 batches stored\n"):
            run = subprocess.run(command, capture_output=True, text=True, timeout=60)
            self.assertEqual((run.returncode, run.stderr, run.stdout), (0, "", said))
        self.assertEqual(self.cli("get", "u:example/639")[0], 0)

    def test_put_stream(self):
        """A named stream that was stopped goes on; one that is done begins anew."""
        reader, writer = os.pipe()
        with subprocess.Popen([CLI, "-s", self.daemon.endpoint, "put", "--stream", "nightly", "-"], stdin=reader,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True) as p:
            os.close(reader)
            os.write(writer, ("\n".join(self.lines(10, "night")) + "\n").encode())
            while self.cli("get", "u:night/9")[0]:
                pass
            p.kill()
            os.close(writer)
        whole = "\n".join(self.lines(30, "night")).encode()
        status, out, err = self.cli("put", "--stream", "nightly", "-", stdin=whole)
        self.assertEqual(status, 0)
        self.assertIn("10 records were stored before", err)
        self.assertIn("20 new", out)
        status, out, err = self.cli("put", "--stream", "nightly", "-", stdin=whole)
        self.assertEqual((status, err), (0, ""))
        self.assertIn("30 unchanged", out)
        self.assertEqual(self.cli("put", "--stream", 'a"b', "-", stdin=whole)[0], 2)

    def test_server_restarts_under_a_put(self):
        """A put that loses its server goes on with the next one on the same data and endpoint."""
        folder = os.path.join(self.folder, "data")
        endpoint = free_endpoint()

        def start():
            d = subprocess.Popen([DAEMON, "--data", folder, "--listen", endpoint], stdout=subprocess.PIPE)
            self.addCleanup(lambda: d.poll() is None and d.kill())  # a failure leaves nothing behind
            self.assertIn(b"ready", d.stdout.readline())
            return d

        reader, writer = os.pipe()
        first = start()
        with subprocess.Popen([CLI, "-s", endpoint, "put", "-"], stdin=reader, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment, text=True) as p:
            os.close(reader)
            with os.fdopen(writer, "w") as w:
                w.write("\n".join(self.lines(500, "before")) + "\n")
                w.flush()
                first.send_signal(signal.SIGTERM)
                self.assertEqual(first.wait(timeout=30), 0)
                second = start()
                w.write("\n".join(self.lines(500, "after")) + "\n")
            out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, 0, err)
        self.assertIn("1,000 records read: ", out)
        self.assertNotIn("refused", out)
        status, text, _ = shingle("stats", "--json", server=endpoint)
        self.assertEqual(objects(text)[0]["articles"], 1000)
        second.send_signal(signal.SIGTERM)
        second.wait(timeout=30)
        first.stdout.close()
        second.stdout.close()


if __name__ == "__main__":
    unittest.main()
