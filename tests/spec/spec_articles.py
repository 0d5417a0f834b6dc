"""PROTOCOL.md, chapters 5 and 7: the record; PUT, GET, DELETE."""

import datetime
import random
import signal
import time

import zmq

from clause import WAIT_MS, Clause, text, uri

ALIASES = {
    "uri": ["id", "url", "link"],
    "text": ["maintext", "content", "body_text", "articleBody", "raw_text"],
    "headline": ["title"],
    "published": ["firstCreated", "datePublished", "date_publish", "publish_date", "date"],
    "publisher": ["source", "source_domain", "sitename", "hostname"],
    "by": ["author", "authors"],
    "language": ["lang", "inLanguage"],
}


class Records(Clause):
    def test_c_5_2_no_uri(self):
        for header in (
            {},
            {"uri": ""},
            {"uri": None},
            {"uri": "None"},
            {"url": "null"},
            {"headline": "h"},
        ):
            self.refused(self.ask("PUT", header, b"text"), 422, "missing_uri")

    def test_c_5_3_long_uri(self):
        for bad in "u" * 2049, "é" * 1025, "u" * 20000:
            self.refused(self.ask("PUT", {"link": bad}, b"text"), 422, "bad_uri")
            for verb in "GET", "DELETE", "QUERY", "CREDITS", "STORY":
                self.refused(self.ask(verb, {"uri": bad}), 422, "bad_uri")
            self.refused(self.ask("COMPARE", {"a": bad}, b"text"), 422, "bad_uri")
        for good in "u" * 2048, "é" * 1024:
            self.put(good, "text")
            self.assertEqual(self.get(good)["uri"], good)

    def test_c_5_4_control_characters(self):
        for c in *range(1, 32), 127:
            self.refused(self.ask("PUT", {"uri": f"a{chr(c)}b"}, b"text"), 422, "bad_uri")

    def test_c_5_5_byte_for_byte(self):
        uris = [
            "http://a.example/x",
            "http://A.example/x",
            "http://a.example/x/",
            "http://a.example/%78",
            "x",
            " x",
            "x ",
            "caf\u00e9",
            "cafe\u0301",
        ]
        for u in uris:
            self.assertEqual(self.put(u, f"text of {u}")["result"], "new")
        for u in uris:
            self.assertEqual(self.get(u).body, [f"text of {u}".encode()])

    def test_c_5_6_aliases(self):
        for field, aliases in ALIASES.items():
            names = [field, *aliases]
            for k, name in enumerate(names):
                value = (
                    "2021-01-0%dT00:00:00Z" % (k + 1)
                    if field == "published"
                    else f"value {field} {k}"
                )
                header = {"uri": "u", "text": "text"}
                header.pop(field, None)
                header |= {later: {} for later in reversed(names[k + 1 :])} | {name: value}
                self.ok("PUT", header)
                r = self.get(value if field == "uri" else "u")
                self.assertEqual(r.body[0].decode() if field == "text" else r[field], value)
                self.assertFalse(set(aliases) & set(r.header))

    def test_c_5_7_absent(self):
        for nothing in "None", "null", "", None:
            self.ok(
                "PUT",
                {
                    "uri": nothing,
                    "url": "u",
                    "headline": nothing,
                    "language": nothing,
                    "lang": "en",
                    "text": nothing,
                    "content": "words",
                },
            )
            r = self.get("u")
            self.assertEqual(
                (r["language"], r.body, "headline" in r.header), ("en", [b"words"], False)
            )

    def test_c_5_8_wrong_types(self):
        fields = set(ALIASES) - {"text"} | {"canonicalUrl", "creditLine", "dateline"}
        for field in sorted(fields | {"copyrightHolder", "copyrightNotice"}):
            for value in 5, True, {}, [1], 1.5, [["x"]]:
                r = self.refused(
                    self.ask("PUT", {"uri": "u", field: value}, b"text"), 422, "bad_field"
                )
                self.assertIn(field, r["detail"])
        self.refused(self.ask("PUT", {"uri": "u", "text": 5}), 422, "bad_field")

    def test_c_5_9_body_wins(self):
        self.put("u", "from the body", text="from the header")
        self.assertEqual(self.get("u").body, [b"from the body"])
        self.put("u", "", text="from the header")
        self.assertEqual(self.get("u").body, [b"from the header"])

    def test_c_5_10_bylines(self):
        self.put("u", "text", authors=["Ada Byron", "Max Weil"])
        self.assertEqual(self.get("u")["by"], ["Ada Byron", "Max Weil"])
        self.put("u", "text", by=[], author="Max Weil")
        self.assertEqual(self.get("u")["by"], "Max Weil")

    def test_c_5_11_dates(self):
        for given, read in (
            ("2017-03-12T18:05:00Z", "2017-03-12T18:05:00Z"),
            ("2017-03-12T18:05:00-05:30", "2017-03-12T23:35:00Z"),
            ("2017-03-12 18:05:00", "2017-03-12T18:05:00Z"),
            ("2017-03-12T18:05", "2017-03-12T18:05:00Z"),
            ("2017-03-12", "2017-03-12T00:00:00Z"),
            ("20170312", "2017-03-12T00:00:00Z"),
            ("26-FEB-1987 15:51:28.42", "1987-02-26T15:51:28.420Z"),
            ("2-Mar-1987", "1987-03-02T00:00:00Z"),
            ("20170312180500", "2017-03-12T18:05:00Z"),
            ("2017-03-12T18:05:00.125Z", "2017-03-12T18:05:00.125Z"),
        ):
            self.assertNotIn("warnings", self.put("u", "text", published=given).header)
            self.assertEqual(self.get("u")["published"], read)

    def test_c_5_12_unreadable_dates(self):
        self.put("other", text("garden"))
        for given in "yesterday", "2017-02-30", "12/03/2017", "2017", "1489341900":
            self.put("u", text("garden"), published=given)
            self.assertEqual(self.get("u")["published"], given)
            self.assertIsNone(self.ok("QUERY", {"uri": "other"}).match("u")["published"])

    def test_c_5_13_publisher(self):
        for where, host in (
            ("https://www.herald.example/x", "herald.example"),
            ("HTTPS://WWW.HERALD.EXAMPLE", "herald.example"),
            ("https://u:p@herald.example:81/x", "herald.example"),
            ("https://herald.example?q=http://x.example", "herald.example"),
            ("urn:isbn:0451450523", None),
            ("a/b", None),
        ):
            self.put(where, "text")
            self.assertEqual(self.get(where).header.get("publisher"), host)
        self.put("https://herald.example/", "text", source="The Herald")
        self.assertEqual(self.get("https://herald.example/")["publisher"], "The Herald")

    def test_c_5_14_blank(self):
        for blank in (
            "",
            " ",
            "\n\t\r\n",
            "\u00a0\u3000\u2003",
            "\u200b\u200d\ufeff",
            "\x00\x01\x1f\x7f",
            "\u200e\u202e",
            "\u00ad",
        ):
            self.refused(self.ask("PUT", {"uri": "u"}, blank.encode()), 422, "blank_text")
        self.refused(self.ask("PUT", {"uri": "u"}), 422, "blank_text")
        self.refused(self.ask("QUERY", {}, b" \n"), 422, "blank_text")

    def test_c_5_15_odd_texts(self):
        odd = [
            "word",
            "?! ... ---",
            "😀👍🏽 🇪🇺",
            "\u0301\u0302\u0303",
            "a" + "\u0301" * 5000,
            "NUL \0 inside",
            "\ufeffBOM\r\n",
            "桥",
            "x" * (1 << 20),
            "สะพาน",
            " ".join(random.Random(3).choices("abcdefghij", k=50000)),
        ]
        for body in odd:
            self.put("u", body)
            self.assertEqual(self.get("u").body, [body.encode()])
            for verb in "QUERY", "CREDITS", "STORY":
                self.ok(verb, {"uri": "u"})

    def test_c_5_16_invalid_utf8(self):
        self.put("u", "text")
        for r in (
            self.ask("PUT", {"uri": "v"}, b"bad \xff"),
            self.ask("QUERY", {}, b"bad \xff"),
            self.ask("CREDITS", {}, b"bad \xff"),
            self.ask("COMPARE", {"a": "u"}, b"bad \xff"),
        ):
            self.refused(r, 422, "invalid_utf8")
            self.assertEqual(r["at"], 4)

    def test_c_5_17_not_kept(self):
        self.put("u", "text", mood="fine", durability="commit", if_version=0, title="T")
        self.assertEqual(set(self.get("u").header), {"uri", "headline", "version", "stored"})


class Articles(Clause):
    def result(self, r):
        self.assertEqual(r.status, 200, r.header)
        return r["result"], r["version"]

    def test_c_7_1_new(self):
        self.assertEqual(self.put("u", "text").header, {"uri": "u", "version": 1, "result": "new"})

    def test_c_7_2_versions(self):
        self.assertEqual([self.put("u", t)["version"] for t in ("a", "b", "a")], [1, 2, 3])
        self.ok("DELETE", {"uri": "u"})
        self.assertEqual(self.result(self.put("u", "a")), ("new", 4))

    def test_c_7_3_unchanged(self):
        self.put("u", "text", title="h", date="2021-05-01")
        r = self.put("u", "text", headline="h", published="2021-05-01 00:00:00", nonsense=1)
        self.assertEqual(self.result(r), ("unchanged", 1))

    def test_c_7_4_updated(self):
        self.put("u", "text", headline="h")
        self.assertEqual(self.result(self.put("u", "text.", headline="h")), ("updated", 2))
        self.assertEqual(self.result(self.put("u", "text.", headline="H")), ("updated", 3))
        self.assertEqual(self.result(self.put("u", "text.")), ("updated", 4))

    def test_c_7_5_replaced(self):
        self.put_sample("bridge_copy")
        self.put("u", text("bridge"))
        self.assertIsNotNone(self.ok("QUERY", {"uri": uri("bridge_copy")}).match("u"))
        self.put("u", text("garden"))
        self.assertIsNone(self.ok("QUERY", {"uri": uri("bridge_copy")}).match("u"))
        self.assertIsNotNone(self.ok("QUERY", {}, text("garden")).match("u"))
        self.assertEqual(len(self.ok("STORY", {"uri": uri("bridge_copy")})["members"]), 1)

    def test_c_7_6_every_client(self):
        others = [self.connect(zmq.REQ) for _ in range(3)]
        for i in range(20):
            self.put(f"u{i}", text("garden"))
            for s in others:
                self.ok("GET", {"uri": f"u{i}"}, s=s)
                self.assertEqual(
                    len(self.ok("QUERY", {"uri": f"u{i}", "limit": 1000}, s=s)["matches"]), i
                )

    def test_c_7_7_kill(self):
        for i in range(300):
            self.s.send_multipart(
                [b"SHG1", b"PUT", b"%d" % i, b'{"uri":"u%d"}' % i, b"text number %d" % i]
            )
        acked = []
        for _ in range(120):
            r = self.recv()
            self.assertEqual(r.status, 200)
            acked.append(int(r.rid))
        self.assertEqual(self.restart(signal.SIGKILL), -signal.SIGKILL)
        for i in acked:
            self.assertEqual(self.get(f"u{i}").body, [b"text number %d" % i])

    def test_c_7_8_warnings(self):
        (warning,) = self.put("u", "text", date="last Tuesday")["warnings"]
        self.assertEqual(warning["field"], "published")
        self.assertTrue(warning["detail"])

    def test_c_7_9_accept(self):
        r = self.ask("PUT", {"uri": "u", "durability": "accept"}, b"text")
        self.assertEqual((r.status, r["uri"]), (202, "u"))
        end = time.monotonic() + WAIT_MS / 1000
        while (r := self.ask("GET", {"uri": "u"})).status == 404 and time.monotonic() < end:
            time.sleep(0.002)  # a poll with a deadline
        self.assertEqual(r.body, [b"text"])

    def test_c_7_10_bad_with_accept(self):
        for header, body, error in (
            ({"uri": "u"}, b"\xff", "invalid_utf8"),
            ({"uri": "u"}, b" ", "blank_text"),
            ({}, b"x", "missing_uri"),
        ):
            self.refused(self.ask("PUT", {**header, "durability": "accept"}, body), 422, error)

    def test_c_7_11_if_version(self):
        self.put("u", "one", if_version=0)
        for version in 0, 2, 99:
            r = self.refused(
                self.ask("PUT", {"uri": "u", "if_version": version}, b"two"),
                409,
                "version_conflict",
            )
            self.assertEqual(r["version"], 1)
        self.assertEqual(self.put("u", "two", if_version=1)["version"], 2)
        self.ok("DELETE", {"uri": "u"})
        self.assertEqual(self.ask("PUT", {"uri": "u", "if_version": 2}, b"x")["version"], 0)

    def test_c_7_12_match(self):
        self.put_sample("bridge")
        r = self.put("u", text("bridge_copy"), match=True)
        self.assertEqual(r.match(uri("bridge"))["relation"], "copy")
        self.assertEqual(r["story"], self.ok("STORY", {"uri": uri("bridge")})["story"])

    def test_c_7_13_match_with_accept(self):
        self.refused(
            self.ask("PUT", {"uri": "u", "match": True, "durability": "accept"}, b"text"),
            400,
            "bad_option",
        )

    def test_c_7_14_get(self):
        record = {
            "uri": "u",
            "headline": "h",
            "published": "2021-05-01T00:00:00Z",
            "publisher": "p",
            "by": "b",
            "language": "en",
            "canonicalUrl": "c",
            "creditLine": "cl",
            "dateline": "d",
            "copyrightHolder": "ch",
            "copyrightNotice": "cn",
        }
        self.ok("PUT", record, b"text")
        got = self.get("u").header
        stored = datetime.datetime.fromisoformat(got.pop("stored").replace("Z", "+00:00"))
        self.assertLess(
            abs((datetime.datetime.now(datetime.timezone.utc) - stored).total_seconds()), 60
        )
        self.assertEqual(got, {**record, "version": 1})

    def test_c_7_15_bytes(self):
        body = "\ufeff “Quoted”\u00a0 \0 e\u0301 \uff21\r\n \u200b \n".encode()
        self.put("u", body)
        self.assertEqual(self.get("u").body, [body])

    def test_c_7_16_not_stored(self):
        for verb in "GET", "QUERY", "CREDITS", "STORY":
            self.refused(self.ask(verb, {"uri": "nowhere"}), 404, "not_found")
        self.refused(self.ask("COMPARE", {"b": "nowhere"}, b"text"), 404, "not_found")

    def test_c_7_17_without_uri(self):
        self.put("u", "text")
        for verb in "GET", "STORY", "DELETE":
            for header in {}, {"uri": None}, {"url": "u"}:
                self.refused(self.ask(verb, header), 422, "missing_uri")

    def test_c_7_18_delete(self):
        self.put("u", "text")
        self.assertEqual(
            [self.ok("DELETE", {"uri": "u"}).header for _ in range(2)],
            [{"deleted": 1}, {"deleted": 0}],
        )

    def test_c_7_19_older_than(self):
        for i in range(10):
            self.put(f"u{i}", f"text {i}", published=f"201{i}-01-01")
        self.put("undated", "text")
        self.assertEqual(self.ok("DELETE", {"older_than": "2014-01-01"})["deleted"], 4)
        self.assertEqual(
            [self.ask("GET", {"uri": f"u{i}"}).status for i in range(10)], [404] * 4 + [200] * 6
        )
        self.assertEqual(
            self.ok("DELETE", {"older_than": "2020-01-01T00:00:00+00:00"})["deleted"], 6
        )
        self.assertEqual(self.ok("DELETE", {"older_than": "9000-01-01"})["deleted"], 1)

    def test_c_7_20_bad_delete(self):
        for header in (
            {"uri": "u", "older_than": "2020-01-01"},
            {"older_than": "long ago"},
            {"older_than": 5},
        ):
            self.refused(self.ask("DELETE", header), 400, "bad_option")

    def test_c_7_21_deleted(self):
        self.put("u", text("bridge"))
        self.put_sample("bridge_copy")
        self.ok("DELETE", {"uri": "u"})
        for sig in None, signal.SIGTERM, signal.SIGKILL:
            if sig:
                self.restart(sig)
            self.assertEqual(self.ask("GET", {"uri": "u"}).status, 404)
            self.assertEqual(self.ok("QUERY", {"uri": uri("bridge_copy")})["matches"], [])
            self.assertEqual(len(self.ok("STORY", {"uri": uri("bridge_copy")})["members"]), 1)
