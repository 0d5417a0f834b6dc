"""parts - what a run is made of: which programs, with which sizes.

A part is a function of a Run (main.py): it runs programs by run.program(), which adds their rows.
"""
import os
import shutil

import peers

MILLION = 1_000_000
ASKED = ("query_", "ack_", "mixed_", "growth_query_")  # rows of the load whose n counts questions or answers


class Size:
    """How much of everything; the name is the option that asks for it."""

    def __init__(self, **of):
        self.__dict__.update(of)


SIZES = {
    "smoke": Size(kernels=["--quick"], pairs=50, layout=[2000, 1000, 5], texts=200, peer_most=20,
                  loads=[2000], batch=2000, matched=500, queries=100, load_s=60),
    "quick": Size(kernels=["--quick"], pairs=4000, layout=[64_000, 20_000, 25], texts=5000, peer_most=300,
                  loads=[100_000], batch=100_000, matched=20_000, queries=1000, load_s=60),
    "whole": Size(kernels=[], pairs=20_000, layout=[256_000, 100_000, 150], texts=30_000, peer_most=1000,
                  loads=[100_000, MILLION], batch=500_000, matched=50_000, queries=5000, load_s=600),
    "huge": Size(kernels=[], pairs=20_000, layout=[256_000, 100_000, 150], texts=30_000, peer_most=1000,
                 loads=[100_000, MILLION, 10 * MILLION], batch=500_000, matched=50_000, queries=5000, load_s=1800),
}


def kernels(run):
    run.program("kernels", ["bench_kernels", *run.size.kernels])


def accuracy(run):
    run.program("accuracy", ["bench_accuracy", str(run.size.pairs)])


def layout(run):
    run.program("layout", ["layout/bench_layout", *map(str, run.size.layout), run.scratch])


def run_peers(run):
    texts = os.path.join(run.scratch, "texts.bin")
    run.program("peers", ["peers/bench_peers", "write", texts, str(run.size.texts)])
    run.program("peers", ["peers/bench_peers", "run", texts, run.scratch])
    corpus = run.rows.find("peers")[0]["corpus"]
    for peer in [*peers.NAMES, *peers.NOT_TO_BE_HAD]:
        try:
            if not run.peers:
                raise peers.Missing("--no-peers")
            run.say("peers", f"{peer}: installing, where it is not there yet")
            command = peers.install(peer, run.peers)
        except peers.Missing as why:
            run.skip(f"{peer}: {why}")
            continue
        # A peer's own figures are of the same file, whose hash shingled's rows have.
        run.program("peers", [*command, texts, str(run.size.peer_most)], may_fail=peer,
                    change=lambda row: {**row, "corpus": corpus})


class Load:
    """A store that daemons are started on, one after another, each for some phases of bench_load."""

    def __init__(self, run, n):
        self.run, self.n, self.stored = run, n, 0
        self.data = os.path.join(run.scratch, f"load-{n}")
        os.mkdir(self.data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.data, ignore_errors=True)

    def _row(self, row):
        """n is how many articles the store is meant to have, repetitions how many questions there were."""
        if row["name"].startswith(ASKED):
            row["repetitions"] = row["n"]
        if not row["name"].startswith("growth_"):
            row["n"] = self.n
        return row

    def phases(self, phases, *options, articles=0):
        """bench_load's phases; articles: how many more it stores in them."""
        before = len(self.run.rows.all)
        self.run.program("load", [
            "load/bench_load", "--data", self.data, "--keep", "--stored", str(self.stored), "--phases", phases,
            "--articles", str(articles or self.n), "--queries", str(self.run.size.queries), *options],
            change=self._row, limit=self.run.size.load_s, may_fail=f"load of {self.n:,}: {phases}")
        self.stored += articles
        return len(self.run.rows.all) > before


def load(run):
    """Each size into a store of its own, over TCP; asked over ipc, since a question costs less than TCP does."""
    size = run.size
    for n in size.loads:
        with Load(run, n) as store:
            if not store.phases("ingest,settle", "--probe", str(size.queries // 20), articles=n):
                return
            store.phases("ingest", "--mode", "match", articles=size.matched)
            store.phases("query,restart", "--transport", "ipc")
            store.phases("ack", "--ack-rate", str((run.rows.median("load", "ingest_single_per_s") or 2000) / 2))
    with Load(run, size.batch) as store:
        store.phases("ingest", "--steps", "1", "--mode", "single", articles=size.batch)


PARTS = {"kernels": kernels, "accuracy": accuracy, "load": load, "peers": run_peers, "layout": layout}
