"""folders - a corpus as it stands in a folder, and this project's labels for the corpora of others."""
import csv
import gzip
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
OWN = "corpus"
LABELS = os.path.join(HERE, "labels")
RELATIONS = ("copy", "excerpt", "rewrite", "quotes", "none")
# The names that collections give to how much of b was made from a.
LEVELS = {"WD": 2, "PD": 1, "ND": 0, "wholly_derived": 2, "partially_derived": 1, "not_derived": 0,
          "cut": 2, "light": 2, "heavy": 1, "non": 0}


class Fault(Exception):
    """What the user has to be told, without a traceback."""


def relation(name):
    """independent, unrelated, template and related are all: no reuse."""
    return name if name in RELATIONS else "none"


def read_docs(folder):
    path = os.path.join(folder, "docs.jsonl")
    try:
        with open(path, encoding="utf8") if os.path.exists(path) else gzip.open(path + ".gz", "rt", encoding="utf8") as f:
            return {d["id"]: d for d in map(json.loads, f)}
    except (OSError, ValueError, KeyError) as e:
        raise Fault(f"{path}[.gz]: {e}") from e


def read_table(path, *needed):
    """Rows as dicts; () where there is no such file, or where it lacks a column that is needed."""
    if not os.path.exists(path):
        return ()
    with open(path, encoding="utf8", newline="") as f:
        reader = csv.DictReader((line for line in f if not line.startswith("#")), delimiter="\t",
                                quoting=csv.QUOTE_NONE)
        rows = list(reader)
    return rows if rows and all(n in rows[0] for n in needed) else ()


class Corpus:
    """name, docs {id: record}, and the labels that there are; empty where there are none."""

    def __init__(self, name, folder, labels=None):
        self.name, self.own = name, name == OWN
        self.docs = read_docs(folder)
        self.labels = labels or folder
        pair = ("a", "b", "relation", "confidence")
        self.pairs = [r for r in self.table("pairs.tsv", *pair) if r["a"] in self.docs and r["b"] in self.docs]
        self.credits = [r for r in self.table("credits.tsv", "id", "name", "kind") if r["id"] in self.docs]
        self.clusters = {r["id"]: r["cluster"] for r in self.table("clusters.tsv", "id", "cluster")
                         if r["id"] in self.docs}
        self.spans = self.known(self.table("spans.tsv", "id_a", "start_a", "end_a", "id_b", "start_b", "end_b"))
        self.passages = self.known(self.table("passages.tsv", "id_a", "id_b", "label")
                                   or (self.table("labels.tsv", "id_a", "id_b", "label") if self.spans else ()))
        self.derived = [r for r in self.known(self.table("derived.tsv", "id_a", "id_b", "label")
                                              or self.table("labels.tsv", "id_a", "id_b", "label"))
                        if r["label"] in LEVELS]
        self.sources = os.path.join(self.labels, "sources.tsv")

    def table(self, leaf, *needed):
        return read_table(os.path.join(self.labels, leaf), *needed)

    def known(self, rows):
        return [r for r in rows if r["id_a"] in self.docs and r["id_b"] in self.docs]

    def credited_ids(self):
        """The articles whose credits are labelled, those that credit nobody too."""
        if self.own:
            return sorted(self.docs)
        ids = {r["id"] for r in self.credits}
        if self.table("pairs.tsv", "note") and not any(r["name"] == "-" for r in self.credits):
            ids |= {i for r in self.pairs for i in (r["a"], r["b"])}
        return sorted(ids)


def has_docs(folder):
    return any(os.path.exists(os.path.join(folder, leaf)) for leaf in ("docs.jsonl", "docs.jsonl.gz"))


def corpora(outside, wanted, say):
    """The own corpus, then those in the folders `outside`, and these again with the labels made here.

    A folder of `outside` is a corpus, or holds corpora.
    """
    found = []
    if not wanted or OWN in wanted:
        found.append(Corpus(OWN, os.path.join(HERE, OWN)))
    folders = []
    for top in outside:
        if not os.path.isdir(top):
            raise Fault(f"{top}: no such folder")
        folders += [top] if has_docs(top) else [os.path.join(top, f) for f in sorted(os.listdir(top))]
    if not any(map(has_docs, folders)):
        say("no corpora of others given: measuring on the project's own only")
    for folder in filter(has_docs, folders):
        leaf = os.path.basename(os.path.normpath(folder))
        ours = os.path.join(LABELS, leaf)
        if not wanted or leaf in wanted:
            found.append(Corpus(leaf, folder))
        if os.path.isdir(ours) and (not wanted or leaf + "+" in wanted):
            found.append(Corpus(leaf + "+", folder, ours))
    return found
