"""parts - what a run is made of: which programs, with which sizes.

A part is a function of a Run (main.py): it runs programs by run.program(), which adds their rows.
"""
import os
import shutil
import time

import peers

MILLION = 1_000_000
LEAST_S = 10  # what a program of the load gets, however late it is
ASKED = ("query_", "ack_", "mixed_")  # rows of the load whose n counts questions or answers


class Size:
    """How much of everything; the name is the option that asks for it. load_s bounds the whole part of that name,
    whose time depends on the daemon most."""

    def __init__(self, **of):
        self.__dict__.update(of)


SIZES = {
    "smoke": Size(kernels=["--smoke"], pairs=50, layout=[2000, 1000, 5], texts=200, peer_most=20,
                  loads=[1000], alone=1000, matched=200, queries=100, load_s=900),
    "quick": Size(kernels=["--quick"], pairs=4000, layout=[64_000, 20_000, 25], texts=5000, peer_most=300,
                  loads=[100_000], alone=100_000, matched=20_000, queries=1000, load_s=90),
    "whole": Size(kernels=[], pairs=20_000, layout=[256_000, 100_000, 150], texts=30_000, peer_most=1000,
                  loads=[100_000, MILLION], alone=500_000, matched=50_000, queries=5000, load_s=1500),
    "huge": Size(kernels=[], pairs=20_000, layout=[256_000, 100_000, 150], texts=30_000, peer_most=1000,
                 loads=[100_000, MILLION, 10 * MILLION], alone=500_000, matched=50_000, queries=5000, load_s=5400),
}


def kernels(run):
    run.program("kernels", ["kernels/bench_kernels", *run.size.kernels])


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

    def __init__(self, run, n, until):
        """until: when the whole part has to be done (time.monotonic)."""
        self.run, self.n, self.stored, self.grown, self.grows = run, n, 0, 0, False
        self.until = until
        self.data = os.path.join(run.scratch, f"load-{n}")
        os.mkdir(self.data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.data, ignore_errors=True)

    def _row(self, row):
        """n is how many articles the store is meant to have, repetitions how many questions there were."""
        if row["name"].startswith("growth_query_"):
            row["repetitions"], row["n"] = row["n"], self.grown
            return row if self.grows else None
        if row["name"].startswith("growth_"):
            self.grown = row["n"]  # as many are stored when the questions after it are asked
            return row if self.grows else None
        if row["name"].startswith(ASKED):
            row["repetitions"] = row["n"]
        row["n"] = self.n
        return row

    def phases(self, phases, *options, articles=0):
        """bench_load's phases; articles: how many more it stores in them. False where nothing came of it."""
        before, self.grows = len(self.run.rows.all), "--probe" in options
        self.run.program("load", [
            "load/bench_load", "--data", self.data, "--keep", "--stored", str(self.stored), "--phases", phases,
            "--articles", str(articles or self.n), "--queries", str(self.run.size.queries), *options],
            change=self._row, limit=max(self.until - time.monotonic(), LEAST_S),
            may_fail=f"load of {self.n:,}, {phases} {' '.join(options)}")
        if len(self.run.rows.all) == before:
            return False
        self.stored += articles
        return True

    def weigh(self):
        """What is asked of the store itself, its daemon gone."""
        self.run.program("load", ["store/bench_store", self.data], may_fail=f"store of {self.n:,}", change=self._row)


def load(run):
    """The two ways of putting, alone; then each size into a store of its own, over TCP, and asked over ipc."""
    size, until = run.size, time.monotonic() + run.size.load_s
    for mode in "single", "batch":
        with Load(run, size.alone, until) as store:
            store.phases("ingest", "--mode", mode, "--steps", "1", articles=size.alone)
    for n in size.loads:
        with Load(run, n, until) as store:
            probe = ("--probe", str(size.queries // 20))
            # Ten million take more than an hour to be placed in stories; questions need no places.
            store_all = "ingest,settle" if n <= MILLION else "ingest"
            if not (store.phases(store_all, "--mode", "batch", *probe, articles=n) or
                    store.phases(store_all, *probe, articles=n)):
                return
            store.phases("query,restart", "--transport", "ipc")
            store.phases("ingest", "--mode", "match", "--steps", "1", articles=size.matched)
            store.phases("ack", "--ack-rate", str((run.rows.median("load", "ingest_single_per_s") or 20_000) / 2))
            store.weigh()


PARTS = {"kernels": kernels, "accuracy": accuracy, "load": load, "peers": run_peers, "layout": layout}
