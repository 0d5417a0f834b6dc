"""PROTOCOL.md, chapters 9 to 11: COMPARE, CREDITS, STORY, SOURCES."""

from clause import SAMPLES, Clause, text, uri


class Compare(Clause):
    def compare(self, one, other, **header):
        return self.ok("COMPARE", header, text(one), text(other))

    def test_c_9_1_members(self):
        self.put_sample("bridge", "bridge_excerpt")
        (m,) = self.ok("QUERY", {"uri": uri("bridge")})["matches"]
        self.assertEqual(set(self.compare("bridge", "garden").header), set(m))
        self.assertEqual(
            [
                self.compare("bridge", "garden")[k]
                for k in ("uri", "publisher", "headline", "published")
            ],
            [None] * 4,
        )

    def test_c_9_2_stored(self):
        self.put_sample("bridge", "bridge_copy")
        r = self.ok("COMPARE", {"a": uri("bridge"), "b": uri("bridge_copy")})
        self.assertEqual(r["relation"], "copy")
        self.assertEqual(
            r.header, self.ok("QUERY", {"uri": uri("bridge")}).match(uri("bridge_copy"))
        )
        self.refused(self.ask("COMPARE", {"a": "nowhere", "b": uri("bridge")}), 404, "not_found")

    def test_c_9_3_records(self):
        r = self.compare(
            "garden",
            "garden",
            a={"date": "2021-05-02"},
            b={"date": "2021-05-01", "url": "https://b.example/"},
        )
        self.assertEqual((r["provenance"]["kind"], r["publisher"]), ("from_match", "b.example"))

    def test_c_9_4_left_out(self):
        self.put_sample("bridge")
        r = self.ok("COMPARE", {"a": uri("bridge")}, text("bridge_excerpt"))
        self.assertGreater(r["containment"]["match"], 0.9)
        r = self.ok("COMPARE", {"b": uri("bridge")}, text("bridge_excerpt"))
        self.assertGreater(r["containment"]["query"], 0.9)

    def test_c_9_5_bodies(self):
        self.put("u", "text")
        for header, *bodies in (
            ({},),
            ({}, b"one"),
            ({"a": "u"},),
            ({"a": "u", "b": "u"}, b"one"),
            ({"a": "u"}, b"one", b"two"),
        ):
            self.refused(self.ask("COMPARE", header, *bodies), 400, "bad_body")
        self.refused(self.ask("COMPARE", {"a": 5}, b"one", b"two"), 400, "bad_option")

    def test_c_9_6_none(self):
        r = self.compare("bridge", "garden")
        self.assertEqual((r["relation"], r["passages"], r["identical"]), ("none", [], False))

    def test_c_9_7_copy(self):
        self.assertEqual(self.compare("bridge", "bridge_copy")["relation"], "copy")
        for name in "garden", "russian", "chinese", "arabic":
            r = self.compare(name, name)
            self.assertEqual((r["relation"], r["identical"], r["resemblance"]), ("copy", True, 1))

    def test_c_9_8_excerpt(self):
        self.assertEqual(
            [
                self.compare(*p)["relation"]
                for p in (("bridge", "bridge_excerpt"), ("bridge_excerpt", "bridge_copy"))
            ],
            ["excerpt"] * 2,
        )

    def test_c_9_9_rewrite(self):
        self.assertEqual(self.compare("bridge", "bridge_rewrite")["relation"], "rewrite")

    def test_c_9_10_quotes(self):
        self.assertEqual(self.compare("speech_a", "speech_b")["relation"], "quotes")

    def test_c_9_11_template(self):
        self.assertEqual(self.compare("form_a", "form_b")["relation"], "template")

    def test_c_9_12_related(self):
        self.assertEqual(self.compare("storm_a", "storm_b")["relation"], "related")

    def test_c_9_13_short(self):
        for a, b in (
            (
                "Unit 4411 will be sold on 14 June 2021 by Kestrel.",
                "Unit 7090 will be sold on 29 July 2021 by Kestrel.",
            ),
            (
                'He said: "I will not sign this paper today."',
                '"I will not sign this paper today," he told us.',
            ),
            ("one", "two"),
        ):
            self.assertIn(
                self.ok("COMPARE", {}, a.encode(), b.encode())["relation"],
                ("none", "copy", "excerpt"),
            )

    def test_c_9_14_both_ways(self):
        names = [
            "bridge",
            "bridge_copy",
            "bridge_rewrite",
            "speech_a",
            "speech_b",
            "form_a",
            "form_b",
            "russian",
            "chinese",
        ]
        for a in names:
            for b in names[: names.index(a)]:
                x, y = self.compare(a, b), self.compare(b, a)
                self.assertEqual(
                    (x["relation"], x["resemblance"]), (y["relation"], y["resemblance"]), (a, b)
                )

    def test_c_9_15_options(self):
        self.assertNotIn("passages", self.compare("bridge", "bridge_copy", passages=False).header)
        r = self.compare("russian", "russian", offsets="codepoint")
        self.assertLessEqual(r["passages"][-1]["query"][1], len(SAMPLES["russian"]["text"]))


class Credits(Clause):
    def credits(self, body, **fields):
        r = self.ok("CREDITS", fields, body if isinstance(body, bytes) else body.encode())
        return [(c["id"], c["role"]) for c in r["credits"]]

    def test_c_10_1_stored(self):
        self.put_sample("via")
        self.assertEqual(
            self.ok("CREDITS", {"uri": uri("via")})["credits"],
            self.ok("CREDITS", {}, text("via"))["credits"],
        )

    def test_c_10_2_text_and_record(self):
        self.put_sample("via")
        self.assertEqual(
            self.credits(text("reports"), uri=uri("via")), [("theguardian.com", "reports")]
        )
        self.assertEqual(
            self.credits(text("garden"), creditLine="Reuters"), [("reuters.com", "wire")]
        )

    def test_c_10_3_neither(self):
        self.refused(self.ask("CREDITS", {"headline": "h"}), 400, "bad_body")

    def test_c_10_4_members(self):
        (c,) = self.ok("CREDITS", {}, text("via"))["credits"]
        begin = text("via").index(b"Via The Hill:")
        want = {
            "name": "The Hill",
            "id": "thehill.com",
            "role": "republished",
            "field": "text",
            "text": "Via The Hill:",
            "span": [begin, begin + 13],
            "confirmed_by": [],
        }
        self.assertEqual({**c, **want}, c)

    def test_c_10_5_field_and_span(self):
        body = "🏮 Nobody won.\n\nVia The Hill:\n\nThe committee voted eleven to nine."
        for unit, begin in ("utf8", 18), ("codepoint", 15), ("utf16", 16):
            (c,) = self.ok("CREDITS", {"offsets": unit}, body.encode())["credits"]
            self.assertEqual(c["span"], [begin, begin + 13])
        (c,) = self.ok("CREDITS", {"by": "Ada Byron, Associated Press"}, text("garden"))["credits"]
        self.assertEqual(
            (c["field"], c["text"]), ("by", "Ada Byron, Associated Press"[slice(*c["span"])])
        )

    def test_c_10_6_wire(self):
        self.assertEqual(self.credits(text("agency")), [("reuters.com", "wire")])

    def test_c_10_7_republished(self):
        self.assertEqual(
            self.credits("The vote was close and the room was hot. [The Hill]"),
            [("thehill.com", "republished")],
        )

    def test_c_10_8_reports(self):
        self.assertEqual(self.credits(text("reports")), [("theguardian.com", "reports")])

    def test_c_10_9_told(self):
        self.assertEqual(self.credits(text("told")), [("cnn.com", "told")])

    def test_c_10_10_photo(self):
        self.assertEqual(self.credits(text("photo")), [("apnews.com", "photo")])

    def test_c_10_11_own_name(self):
        for fields in {"publisher": "The Guardian"}, {"uri": "https://www.theguardian.com/x"}:
            self.assertEqual(self.credits(text("reports"), **fields), [])

    def test_c_10_12_confirmed(self):
        self.put("https://thehill.com/bridge", text("bridge"))
        self.put("https://thehill.com/leeks", text("garden"))
        (c,) = self.ok("CREDITS", {}, b"Via The Hill:\n\n" + text("bridge_excerpt"))["credits"]
        self.assertEqual(c["confirmed_by"], ["https://thehill.com/bridge"])

    def test_c_10_13_nobody(self):
        for name in "bridge", "garden", "chinese", "russian", "arabic":
            self.assertEqual(self.credits(text(name)), [])
        flood = "".join(f"Lee told the Havn{i} Post. " for i in range(2000)).encode()
        reply = self.ok("CREDITS", {}, flood)
        self.assertLessEqual(len(reply["credits"]), 1024)
        self.assertEqual(reply["left_out"], 2000 - len(reply["credits"]))


class Stories(Clause):
    ORIGIN, CREDITS_IT, DOES_NOT = (
        "https://thehill.com/b",
        "https://fenpost.example/b",
        "https://dalesbrief.example/b",
    )

    def put_three(self):
        self.put(self.ORIGIN, text("bridge"), published="2021-03-04T06:30:00Z")
        self.put(
            self.CREDITS_IT,
            b"Via The Hill:\n\n" + text("bridge_copy"),
            published="2021-03-04T10:30:00Z",
        )
        self.put(self.DOES_NOT, text("bridge_copy"), published="2021-03-05T06:30:00Z")
        self.put_sample("garden")

    def story(self, where):
        r = self.ok("STORY", {"uri": where})
        r.of = {m["uri"]: m for m in r["members"]}
        return r

    def test_c_11_1_reply(self):
        self.put_three()
        r = self.story(self.DOES_NOT)
        self.assertLessEqual(
            {"story", "members", "edges", "origin", "credited", "uncredited"}, set(r.header)
        )
        self.assertEqual(set(r.of), {self.ORIGIN, self.CREDITS_IT, self.DOES_NOT})
        self.assertNotEqual(r["story"], self.story(uri("garden"))["story"])

    def test_c_11_2_covers(self):
        for i in range(20):
            self.put(f"u{i}", text("garden"))
            self.assertEqual(len(self.story("u0")["members"]), i + 1)

    def test_c_11_3_member(self):
        self.put_three()
        r = self.story(self.ORIGIN)
        for m in r["members"]:
            self.assertLessEqual(
                {"uri", "publisher", "headline", "published", "relation", "role", "text"}, set(m)
            )
        self.assertEqual(
            [r.of[u]["relation"] for u in (self.ORIGIN, self.CREDITS_IT, self.DOES_NOT)],
            ["none", "copy", "copy"],
        )

    def test_c_11_4_roles(self):
        self.put_three()
        r = self.story(self.ORIGIN)
        self.assertEqual(
            [r.of[u]["role"] for u in (self.ORIGIN, self.CREDITS_IT, self.DOES_NOT)],
            ["origin", "copy", "copy"],
        )

    def test_c_11_5_texts(self):
        self.put_three()
        self.assertEqual(len({m["text"] for m in self.story(self.ORIGIN)["members"]}), 1)
        self.put_sample("speech_a", "speech_b")
        self.assertEqual(len({m["text"] for m in self.story(uri("speech_a"))["members"]}), 2)

    def test_c_11_6_quotations(self):
        self.put_sample("speech_a", "speech_b", "garden")
        self.assertEqual(set(self.story(uri("speech_a")).of), {uri("speech_a"), uri("speech_b")})

    def test_c_11_7_edges(self):
        self.put_three()
        r = self.story(self.ORIGIN)
        for e in r["edges"]:
            self.assertLessEqual({"from", "to", "relation", "containment", "because"}, set(e))
            self.assertLessEqual({e["from"], e["to"]}, set(r.of))
        self.assertIn((self.ORIGIN, self.DOES_NOT), [(e["from"], e["to"]) for e in r["edges"]])

    def test_c_11_8_origin(self):
        self.put_three()
        origin = self.story(self.DOES_NOT)["origin"]
        self.assertEqual((origin["uri"], origin["source"]), (self.ORIGIN, "thehill.com"))
        self.assertTrue(origin["because"])
        self.ok("DELETE", {"uri": self.ORIGIN})
        self.put("another", text("bridge_copy") + b"\n\n[The Hill]", published="2021-03-06")
        origin = self.story(self.DOES_NOT)["origin"]
        self.assertEqual((origin["uri"], origin["source"]), (None, "thehill.com"))

    def test_c_11_9_credited(self):
        self.put_three()
        self.assertEqual(
            self.story(self.ORIGIN)["credited"],
            [{"id": "thehill.com", "name": "The Hill", "articles": 1}],
        )

    def test_c_11_10_uncredited(self):
        self.put_three()
        told = "https://greypost.example/b"  # a speaker who told X is no credit for the story
        self.put(
            told,
            text("bridge_copy") + b'\n\n"A sad day," the mayor told The Hill.',
            published="2021-03-07",
        )
        self.assertEqual(set(self.story(self.ORIGIN)["uncredited"]), {self.DOES_NOT, told})

    def test_c_11_11_alone(self):
        self.put_three()
        r = self.story(uri("garden"))
        self.assertEqual((set(r.of), r["edges"], r["uncredited"]), ({uri("garden")}, [], []))

    def rows(self, **options):
        rows = self.ok("SOURCES", options)["sources"]
        return {
            (x["source"], x["publisher"]): (
                x["articles"],
                x["credited"],
                x["uncredited"],
                x["median_delay_s"],
            )
            for x in rows
        }

    def test_c_11_12_rows(self):
        self.put_three()
        rows = self.rows()
        self.assertEqual(rows["thehill.com", "fenpost.example"], (1, 1, 0, 4 * 3600))
        self.assertEqual(rows["thehill.com", "dalesbrief.example"], (1, 0, 1, 24 * 3600))

    def test_c_11_13_window(self):
        self.put_three()
        self.assertNotIn(("thehill.com", "fenpost.example"), self.rows(since="2021-03-05"))
        self.assertIn(("thehill.com", "dalesbrief.example"), self.rows(since="2021-03-05"))
        self.assertEqual(self.rows(until="2021-03-04"), {})

    def test_c_11_14_publisher(self):
        self.put_three()
        self.assertEqual(
            {p for _, p in self.rows(publisher="fenpost.example")}, {"fenpost.example"}
        )

    UPDATE = "https://thehill.com/b2"

    def test_c_11_15_version_of(self):
        self.put_three()
        self.put(self.UPDATE, text("bridge_copy"), published="2021-03-04T09:30:00Z")
        r = self.story(self.ORIGIN)
        self.assertEqual(
            {u: m["version_of"] for u, m in r.of.items()},
            {
                self.ORIGIN: None,
                self.UPDATE: self.ORIGIN,
                self.CREDITS_IT: None,
                self.DOES_NOT: None,
            },
        )

    def test_c_11_16_own_house(self):
        self.put_three()
        self.put(self.UPDATE, text("bridge_copy"), published="2021-03-04T09:30:00Z")
        for row in self.ok("SOURCES")["sources"]:
            self.assertNotEqual(row["source"], row["publisher"])

    def test_c_11_17_order(self):
        times = {
            self.ORIGIN: "2021-03-04T06:30:00Z",
            self.UPDATE: "2021-03-04T09:30:00Z",
            self.DOES_NOT: "2021-03-05T06:30:00Z",
        }
        seen = []
        for order in (list(times), list(times)[::-1]):
            for u in order:
                self.put(u, text("bridge_copy"), published=times[u])
                self.assertEqual(self.story(order[0])["story"], self.story(u)["story"])
            seen.append(
                [(m["uri"], m["text"], m["version_of"]) for m in self.story(self.ORIGIN)["members"]]
            )
            for u in order:
                self.ok("DELETE", {"uri": u})
        self.assertEqual(seen[0], seen[1])
