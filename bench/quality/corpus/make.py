#!/usr/bin/python3
"""make - the corpus's tables from the texts that were written by hand, in texts/*.txt.

usage: make.py [--check | --audit]
    --check     writes nothing; exit 1 where a committed table is not what the texts give
    --audit     prints, of each labelled pair, how much of either side stands in the other

The format of texts/*.txt, a paragraph a line; README.md beside this file says what the tables mean.

    === id KEY=VALUE...         an article: source, lang, published, story (articles of one story share it;
                                "-": careful readers could differ; without: a story of its own)
    === block NAME              paragraphs to be glued on by `@block NAME`
    === form NAME source= lang= a form with $slots, filled in by lines `@fill id published slot=value; ...`
    === pairs                   lines `RELATION [low]: a~b a~c ...`; `a*b*c` means each with each
    === spans                   lines `CATEGORY: a~b ...`: pairs whose passages are known
    === derived                 lines `wholly|partially|not: a~b ...`: b made from a
    # title                     the article's first line
    @use id 1-3,5 / old => new  paragraphs of another article, with small edits
    @ocr id 1-3 .02             the same as a scanner would read them: this share of letters misread
    @join id 1-3                the same as one paragraph, as crawlers store it
    @block NAME                 a block
    @credit role | name | text  whom it credits, in words that stand in it; goes along with @use
    {key|words}                 words that the articles with this key share, in whatever wording
"""
import collections
import glob
import itertools
import json
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MARK = re.compile(r"\{([a-z0-9-]+)\|([^{}]*)\}")
MISREAD = {"e": "c", "l": "1", "i": "l", "o": "0", "n": "ri", "m": "rn", "h": "b", "u": "ii", "t": "f", "s": "5", "a": "o",
           "d": "cl", "r": "f", "g": "q", "S": "5", "B": "8", "O": "0", "I": "l", "T": "7"}
TABLES = {
    "docs.jsonl": None,
    "pairs.tsv": ("a", "b", "relation", "confidence", "note"),
    "credits.tsv": ("id", "name", "kind", "text"),
    "clusters.tsv": ("id", "cluster"),
    "spans.tsv": ("id_a", "start_a", "end_a", "id_b", "start_b", "end_b", "category"),
    "passages.tsv": ("id_a", "id_b", "label"),
    "derived.tsv": ("id_a", "id_b", "label"),
}


class Doc:
    """An article: paragraphs as (key, text with marks); the key says of which article's paragraph it is a copy."""

    def __init__(self, name, fields, title=""):
        self.name, self.fields, self.title = name, fields, title
        self.paragraphs, self.credits, self.uses = [], [], []

    def place(self):
        """Sets text, the offsets of the paragraphs, and those of the marks: {key: [(begin, end)]}."""
        self.at, self.marks, out, n = collections.defaultdict(list), collections.defaultdict(list), [], 0
        for key, raw in self.paragraphs:
            plain, last = [], 0
            for m in MARK.finditer(raw):
                plain.append(raw[last:m.start()])
                begin = n + sum(map(len, plain))
                self.marks[m.group(1)].append((begin, begin + len(m.group(2))))
                plain.append(m.group(2))
                last = m.end()
            text = "".join(plain) + raw[last:]
            self.at[key].append((n, n + len(text)))
            out.append(text)
            n += len(text) + 2
        self.text = "\n\n".join(out)

    def record(self):
        d = {"id": self.name, "text": self.text, "title": self.title}
        return d | {k: self.fields[k] for k in ("source", "published", "lang") if k in self.fields}


class Corpus:
    def __init__(self):
        self.docs, self.blocks, self.forms, self.lists = {}, {}, {}, collections.defaultdict(list)
        paths = sorted(glob.glob(os.path.join(HERE, "texts", "*.txt")))
        for blocks in (True, False):
            for path in paths:
                self.read(path, blocks)
        for d in self.docs.values():
            d.place()
        for d in self.docs.values():
            self.inherit(d)

    def read(self, path, blocks):
        """Blocks are read first: articles may stand before the blocks they use."""
        kind = here = None
        with open(path, encoding="utf8") as f:
            for n, line in enumerate(f, 1):
                line = line.rstrip("\n")
                if not line.strip():
                    continue
                try:
                    if line.startswith("=== "):
                        mine = line.startswith("=== block ") == blocks
                        kind, here = self.begin(line[4:].split()) if mine else (None, None)
                    elif kind:
                        self.line(kind, here, line)
                except (KeyError, ValueError, IndexError) as e:
                    sys.exit(f"{path}:{n}: {e!r}: {line[:90]}")

    def begin(self, words):
        if words[0] in ("pairs", "spans", "derived"):
            return words[0], None
        if words[0] == "block":
            self.blocks[words[1]] = []
            return "block", self.blocks[words[1]]
        fields = dict(w.split("=", 1) for w in words[1:] if "=" in w)
        if words[0] == "form":
            self.forms[words[1]] = form = Doc(words[1], fields)
            return "form", form
        if words[0] in self.docs:
            raise ValueError("there already")
        self.docs[words[0]] = Doc(words[0], fields)
        return "doc", self.docs[words[0]]

    def line(self, kind, here, line):
        if kind in ("pairs", "spans", "derived"):
            label, _, rest = line.partition(":")
            self.lists[kind] += [(label.strip(), p) for w in rest.split() for p in pairs_of(w)]
        elif kind == "block":
            here.append(line)
        elif line.startswith("@fill "):
            self.fill(here, line[6:])
        elif line.startswith("# "):
            here.title = line[2:]
        elif line.startswith("@credit "):
            here.credits.append(tuple(w.strip() for w in line[8:].split("|", 2)))
        elif line.startswith("@block "):
            here.paragraphs += [(f"block {line[7:]} {i}", p) for i, p in enumerate(self.blocks[line[7:]])]
        elif line.startswith(("@use ", "@ocr ", "@join ")):
            self.use(here, line)
        elif line.startswith("@"):
            raise ValueError("unknown")
        else:
            here.paragraphs.append((f"{here.name} {len(here.paragraphs)}", line))

    def use(self, here, line):
        how, *edits = line.split(" / ")
        what, name, which, *rate = how.split()
        base, chosen = self.docs[name], []
        for part in which.split(","):
            first, _, last = part.partition("-")
            chosen += base.paragraphs[int(first) - 1:int(last or first)]
        for edit in edits:
            old, new = edit.split(" => ")
            if not any(old in p for _, p in chosen):
                raise ValueError(f"no {old!r}")
            chosen = [(k, p.replace(old, new.strip())) for k, p in chosen]
        if what == "@ocr":
            chosen = [(k, misread(p, float(rate[0]), here.name + k)) for k, p in chosen]
        if what == "@join":
            chosen = [(f"{here.name} joined", " ".join(MARK.sub(r"\2", p) for _, p in chosen))]
        here.paragraphs += chosen
        here.uses.append(base)

    def fill(self, form, line):
        name, published, rest = line.split(None, 2)
        slots = dict(s.strip().split("=", 1) for s in rest.split(";") if s.strip())
        d = self.docs[name] = Doc(name, form.fields | {"published": published})
        d.fields = d.fields | {k: slots[k] for k in ("source",) if k in slots}
        put = lambda s: re.sub(r"\$([a-z]+)", lambda m: slots[m.group(1)], s)
        d.title = put(form.title)
        d.paragraphs = [(f"{name} {i}", put(p)) for i, (_, p) in enumerate(form.paragraphs)]
        d.credits = [tuple(map(put, c)) for c in form.credits]

    def inherit(self, d):
        """A credit goes along where its words do; it must stand in the article that names it."""
        for c in d.credits:
            if c[2] not in d.text + "\n" + d.title:
                sys.exit(f"{d.name}: credit not in the text: {c}")
        for base in d.uses:
            for c in base.credits:
                if c[2] in d.text and c not in d.credits and not (c[0], c[1]) in [x[:2] for x in d.credits]:
                    d.credits.append(c)

    def spans(self, a, b):
        """Passages known to be shared: copied paragraphs, neighbours as one, and words with the same mark."""
        found = []
        for key in a.at:
            found += [(x, y) for x in a.at[key][:1] for y in b.at.get(key, ())[:1]]
        found.sort()
        whole = []
        for x, y in found:
            if whole and x[0] - whole[-1][0][1] == 2 and y[0] - whole[-1][1][1] == 2:
                whole[-1] = ((whole[-1][0][0], x[1]), (whole[-1][1][0], y[1]))
            else:
                whole.append((x, y))
        inside = lambda s, side: any(w[side][0] <= s[0] and s[1] <= w[side][1] for w in whole)
        for key in sorted(set(a.marks) & set(b.marks)):
            x, y = a.marks[key][0], b.marks[key][0]
            if not inside(x, 0) and not inside(y, 1):
                whole.append((x, y))
        return sorted(whole)

    def tables(self):
        out = {name: [] for name in TABLES}
        out["docs.jsonl"] = [json.dumps(d.record(), ensure_ascii=False) for d in self.docs.values()]
        seen = set()
        for label, (a, b) in self.lists["pairs"]:
            self.known(a, b)
            if frozenset((a, b)) in seen:
                sys.exit(f"labelled twice: {a} {b}")
            seen.add(frozenset((a, b)))
            relation, *rest = label.split()
            out["pairs.tsv"].append((a, b, relation, "low" if "low" in rest else "high",
                                     " ".join(w for w in rest if w != "low")))
        for d in self.docs.values():
            out["credits.tsv"] += [(d.name, name, role, text) for role, name, text in d.credits]
            if d.fields.get("story") != "-":
                out["clusters.tsv"].append((d.name, d.fields.get("story", d.name)))
        for label, (a, b) in self.lists["spans"]:
            self.known(a, b)
            found = self.spans(self.docs[a], self.docs[b])
            if bool(found) == (label == "none"):
                sys.exit(f"{label}: {len(found)} passages: {a} {b}")
            for x, y in found:
                if label == "verbatim" and alike(self.docs[a].text[slice(*x)], self.docs[b].text[slice(*y)]) < 0.8:
                    sys.exit(f"not verbatim: {a} {x} {b} {y}")
            out["passages.tsv"].append((a, b, label))
            out["spans.tsv"] += [(a, *x, b, *y, label) for x, y in found]
        for label, (a, b) in self.lists["derived"]:
            self.known(a, b)
            out["derived.tsv"].append((a, b, label + "_derived"))
        return {n: ("\n".join(rows) if n == "docs.jsonl" else "\n".join(
            "\t".join(map(str, r)) for r in [TABLES[n], *rows])) + "\n" for n, rows in out.items()}

    def known(self, *names):
        for n in names:
            if n not in self.docs:
                sys.exit(f"no article {n}")


def pairs_of(word):
    """a~b, or a*b*c: each with each."""
    return list(itertools.combinations(word.split("*"), 2)) if "*" in word else [tuple(word.split("~"))]


def misread(text, share, seed):
    rnd = random.Random(seed)
    return "".join(MISREAD[c] if c in MISREAD and rnd.random() < share else c for c in text)


def grams(text):
    """Runs of five words, or of eight characters where words are not parted by spaces."""
    words = re.findall(r"\w+", text.casefold())
    if words and sum(map(len, words)) / len(words) > 12:
        words = [c for w in words for c in w]
        return collections.Counter(tuple(words[i:i + 8]) for i in range(len(words) - 7))
    return collections.Counter(tuple(words[i:i + 5]) for i in range(len(words) - 4))


def alike(x, y):
    """The share of the shorter one's three-letter runs that stand in the other."""
    x, y = ({t[i:i + 3] for i in range(len(t) - 2)} for t in (x, y))
    return len(x & y) / max(1, min(len(x), len(y)))


def audit(corpus):
    for label, (a, b) in corpus.lists["pairs"]:
        x, y = grams(corpus.docs[a].text), grams(corpus.docs[b].text)
        both = sum((x & y).values())
        print(f"{label:24} {both / max(1, sum(x.values())):.2f} {both / max(1, sum(y.values())):.2f} {a} {b}")


def main():
    corpus = Corpus()
    if "--audit" in sys.argv:
        return audit(corpus)
    stale = 0
    for name, text in corpus.tables().items():
        path = os.path.join(HERE, name)
        if "--check" in sys.argv:
            with open(path, encoding="utf8") as f:
                if f.read() != text:
                    stale += 1
                    print(f"{name} is not what make.py gives")
        else:
            with open(path, "w", encoding="utf8") as f:
                f.write(text)
    langs = collections.Counter(d.fields.get("lang") for d in corpus.docs.values())
    print(f"{len(corpus.docs)} articles {dict(langs)}, {len(corpus.lists['pairs'])} pairs "
          f"{dict(collections.Counter(l.split()[0] for l, _ in corpus.lists['pairs']))}, "
          f"{sum(len(d.credits) for d in corpus.docs.values())} credits, {len(corpus.lists['spans'])} span pairs, "
          f"{len(corpus.lists['derived'])} derived pairs")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
