#!/usr/bin/python3
"""peer - one peer's figures on the texts that shingled's were taken on; rows of CSV (bench/rows.h).

usage: peer.py datasketch|rensa|text-dedup|clickhouse FILE [MOST]

FILE: for each text its length in 4 bytes, little-endian, then the text (bench_peers write). MOST: how
many texts the slow ways are given (1000). Runs in the environment that script/bench makes.

text_to_signature  CPU time from a text to its 256 lanes: shingles, made here since the library takes
                   tokens, and sketch
shingles, sketch   its two parts
insert             into the library's LSH index in memory, from a signature; nothing is written to disk
query              the library's candidates of a signature, and the estimate of each where it has one
memory             anonymous memory per article that index and signatures take
found              articles of an estimate of at least .5 a query found, itself among them
"""
import gc
import importlib.metadata
import re
import struct
import sys
import time

LANES, SIMILAR, REPETITIONS = 256, .5, 3
WORD = re.compile(r"\w+")


def read_texts(path):
    with open(path, "rb") as f:
        raw = f.read()
    texts, at = [], 0
    while at < len(raw):
        (n,) = struct.unpack_from("<I", raw, at)
        texts.append(raw[at + 4:at + 4 + n].decode())
        at += 4 + n
    return texts


def shingles(text):
    w = WORD.findall(text.lower())
    return [" ".join(s) for s in zip(w, w[1:], w[2:])]


def anonymous_bytes():
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith("RssAnon"))


def quantile(values, q):
    at = (len(values) - 1) * q
    low = int(at)
    return values[low] + (at - low) * (values[min(low + 1, len(values) - 1)] - values[low])


class Rows:
    def __init__(self, name, package):
        self.name, self.version = name, importlib.metadata.version(package)

    def row(self, figure, n, values, unit):
        v = sorted(values)
        print("peers", f"{self.name}.{figure}", self.version, "@", n, len(v), *(f"{x:.6g}" for x in
              (v[0], quantile(v, .5), v[-1])), unit, sep=",", flush=True)

    def cpu(self, figure, items, work, clock=time.thread_time):
        """CPU time of work(items), of several passes, by the number of items."""
        took = []
        for _ in range(REPETITIONS):
            began = clock()
            work(items)
            took.append((clock() - began) * 1e6 / len(items))
        self.row(figure, len(items), took, "us/article")

    def index(self, signatures, insert, query, before):
        """insert(i, signature), then query(i, signature) -> how many are similar. First of all, so that memory is
        not taken from what something else gave back."""
        began = time.perf_counter()
        for i, s in enumerate(signatures):
            insert(i, s)
        self.row("insert", len(signatures), [(time.perf_counter() - began) * 1e6 / len(signatures)], "us/article")
        self.row("memory", len(signatures), [(anonymous_bytes() - before) / len(signatures)], "B/article")
        took, found = [], 0
        for i, s in enumerate(signatures):
            began = time.perf_counter()
            found += query(i, s)
            took.append((time.perf_counter() - began) * 1e6)
        took.sort()
        for name, q in ("query_p50", .5), ("query_p99", .99):
            self.row(name, len(signatures), [quantile(took, q)], "us")
        self.row("found", len(signatures), [found / len(signatures)], "articles")


def datasketch(texts, most):
    from datasketch import MinHash, MinHashLSH
    few, rows = texts[:most], Rows("datasketch", "datasketch")
    # The permutations are the same for all, so they are drawn once, as its documentation advises.
    first = MinHash(LANES)

    def empty():
        return MinHash(LANES, scheme=first.scheme, permutations=first.permutations)

    def one(tokens):
        m = empty()
        for t in tokens:
            m.update(t.encode())
        return m

    def batch(tokens):
        m = empty()
        m.update_batch([t.encode() for t in tokens])
        return m

    before = anonymous_bytes()
    signatures = [batch(shingles(t)) for t in texts]
    lsh = MinHashLSH(num_perm=LANES, params=(42, 6))
    rows.index(signatures, lsh.insert,
               lambda i, s: sum(s.jaccard(signatures[k]) >= SIMILAR for k in lsh.query(s)), before)
    del signatures, lsh
    tokens = [shingles(t) for t in few]
    rows.cpu("text_to_signature", few, lambda some: [one(shingles(t)) for t in some])
    rows.cpu("text_to_signature_in_batches", few, lambda some: [batch(shingles(t)) for t in some])
    rows.cpu("shingles", few, lambda some: [shingles(t) for t in some])
    rows.cpu("sketch", tokens, lambda some: [batch(t) for t in some])


def rensa(texts, most):
    from rensa import RMinHash, RMinHashLSH
    rows = Rows("rensa", "rensa")

    def sketch(tokens):
        m = RMinHash(num_perm=LANES, seed=42)
        m.update(tokens)
        return m

    before = anonymous_bytes()
    signatures = [sketch(shingles(t)) for t in texts]
    # Its bands must divide the lanes: 32 of 8 rows.
    lsh = RMinHashLSH(threshold=SIMILAR, num_perm=LANES, num_bands=32)
    rows.index(signatures, lsh.insert,
               lambda i, s: sum(s.jaccard(signatures[k]) >= SIMILAR for k in lsh.query(s)), before)
    del signatures, lsh
    few = texts[:10 * most]
    tokens = [shingles(t) for t in few]
    rows.cpu("text_to_signature", few, lambda some: [sketch(shingles(t)) for t in some])
    rows.cpu("shingles", few, lambda some: [shingles(t) for t in some])
    rows.cpu("sketch", tokens, lambda some: [sketch(t) for t in some])
    rows.cpu("sketch_in_batches", tokens, lambda some: RMinHash.digest_matrix_from_token_sets(some, LANES, 42))


def text_dedup(texts, most):
    """It works on whole collections, in batches: its embedding of one text is all that can be taken alone."""
    import numpy
    from text_dedup.minhash import embed_func
    from text_dedup.utils import xxh3_32hash
    rows, few = Rows("text-dedup", "text-dedup"), texts[:most]
    prime, most_hash, random = numpy.uint64((1 << 61) - 1), numpy.uint64((1 << 32) - 1), numpy.random.RandomState(42)
    permutations = tuple(random.randint(low, prime, LANES, numpy.uint64) for low in (1, 0))
    options = {"num_perm": LANES, "ngram_size": 3, "min_length": 0, "permutations": permutations, "dtype": numpy.uint64,
               "hashranges": [(i, i + 6) for i in range(0, 252, 6)], "hash_func": xxh3_32hash, "max_hash": most_hash,
               "modulo_prime": prime}
    rows.cpu("text_to_signature", few, lambda some: [embed_func(t, 0, **options) for t in some])


def clickhouse(texts, most):
    del most
    from chdb import session
    rows = Rows("clickhouse", "chdb")
    s = session.Session()
    s.query("CREATE TABLE t (text String) ENGINE = Memory")
    for i in range(0, len(texts), 1000):
        values = ",".join("('" + t.replace("\\", "\\\\").replace("'", "\\'") + "')" for t in texts[i:i + 1000])
        s.query("INSERT INTO t VALUES " + values)

    def compute(function):
        return lambda some: s.query(f"SELECT count() FROM t WHERE NOT ignore({function}) SETTINGS max_threads = 1")

    # CPU time of the whole process: its threads are its own.
    for figure, function in (("text_to_signature", "wordShingleMinHashCaseInsensitiveUTF8(text, 3, 25)"),
                             ("ngrams_to_signature", "ngramMinHashCaseInsensitiveUTF8(text, 5, 25)")):
        rows.cpu(figure, texts, compute(function), time.process_time)


PEERS = {"datasketch": datasketch, "rensa": rensa, "text-dedup": text_dedup, "clickhouse": clickhouse}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in PEERS:
        sys.exit(__doc__)
    PEERS[sys.argv[1]](read_texts(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1000)


main()
