"""figures - the figures that are watched: their goals, and which rows they come from.

`must` is what a change may not fall behind, `aim` where it is meant to get. A ratio is taken within one
run. A figure whose rows are not there is left out: nothing is guessed.
"""
import json
import math

LEVELS = ["scalar", "neon", "avx2", "avx512"]  # from slow to fast
MILLION = 1_000_000


class Figure:
    def __init__(self, name, unit, better, must, aim, find):
        """find(rows) -> (value, over how many articles or pairs, what to say of it) or None"""
        self.name, self.unit, self.better, self.must, self.aim, self.find = name, unit, better, must, aim, find

    @property
    def part(self):
        """The part of a run that it comes from."""
        if self.name == "ingest_over_dupsort":
            return "layout"
        return {"hot": "kernels", "sketch": "accuracy", "text": "peers"}.get(self.name.split("_")[0], "load")

    def met(self, value):
        return value <= self.must if self.better == "less" else value >= self.must


def best_level(rows):
    """The fastest level that the hot path ran on."""
    there = {r["level"] for r in rows.find("kernels", "whole")}
    return max(there & set(LEVELS), key=LEVELS.index, default=None)


def ratio(over, under, note=""):
    if not over or not under or not under["median"]:
        return None
    return over["median"] / under["median"], over["n"], note


def hot(rows, corpus="news-cache", unit="ns/article", level=None):
    return rows.one("kernels", "whole", level=level or best_level(rows), corpus=corpus, unit=unit)


def turns(name, level=None, corpus="news-cache"):
    """A ratio that was taken in each turn (kernels/kernels.c): their median, not a ratio of medians, between which
    clocks may have changed. XXH3 is with the vectors of the same level."""
    def find(rows):
        row = rows.one("kernels", name, level or best_level(rows), corpus, "ratio")
        return row and (row["median"], row["n"], row["level"])
    return find


def articles_per_s(rows):
    row = hot(rows)
    return row and (1e9 / row["median"], row["n"], row["level"])


def over_ascii(script):
    """Taken in each turn; in rows of before it was, of medians."""
    def find(rows):
        taken = turns("whole_over_ascii", corpus=script + "-cache")(rows)
        return taken or ratio(hot(rows, script + "-cache", "ns/B"), hot(rows, "ascii-cache", "ns/B"), best_level(rows))
    return find


def accuracy(name):
    def find(rows):
        row = rows.one("accuracy", name)
        return row and (row["median"], row["n"] * row["repetitions"], "pairs")
    return find


def over_peer(peer):
    def find(rows):
        row = rows.one("peers", peer + ".text_to_signature")
        return ratio(row, rows.one("peers", "shingled.text_to_signature"), row and f"{peer} {row['level']}")
    return find


def loaded(name, near, levels=(None,)):
    """The load's own row of that name, of the size nearest to the one it is meant for; levels: the first of these
    modes that there is."""
    def find(rows):
        for level in levels:
            row = rows.one("load", name, near=near, level=level)
            if row:
                return row["median"], row["n"], ""
        return None
    return find


def query_growth(rows):
    """From a million to ten; where a run has no ten, between its two greatest sizes ten apart."""
    at = {r["n"]: r for r in rows.find("load", "query_full_p50_us")}
    for n in sorted(at, reverse=True):
        if n // 10 in at:
            return ratio(at[n], at[n // 10], f"over {n // 10:,}")
    return None


def over_dupsort(rows):
    return ratio(rows.one("layout", "segments_ingest_per_s"), rows.one("layout", "dupsort_ingest_per_s"))


FIGURES = [
    Figure("hot_path_over_xxh3_cache", "ratio", "less", 32, 20, turns("whole_over_xxh3")),
    Figure("hot_path_over_scalar", "ratio", "more", 20, 30, turns("plain_over_whole")),
    Figure("hot_path_articles_per_s", "articles/s", "more", 430_000, 700_000, articles_per_s),
    Figure("hot_path_cyrillic_over_ascii", "ratio", "less", 2, 1.3, over_ascii("cyrillic")),
    Figure("hot_path_chinese_over_ascii", "ratio", "less", 2, 1.3, over_ascii("chinese")),
    Figure("hot_path_avx2_over_avx512", "ratio", "less", 1.6, None, turns("avx2_over_avx512", level="avx2")),
    Figure("sketch_rmse_j50_n400", "J", "less", .026, None, accuracy("rmse_j50_n400")),
    Figure("text_to_signature_over_datasketch", "ratio", "more", 800, None, over_peer("datasketch")),
    Figure("text_to_signature_over_rensa", "ratio", "more", 3, None, over_peer("rensa")),
    Figure("text_to_signature_over_gaoya", "ratio", "more", 3, None, over_peer("gaoya")),
    Figure("ingest_batched_per_s", "articles/s", "more", 80_000, 130_000, loaded("ingest_batched_per_s", MILLION / 2)),
    Figure("ingest_single_per_s", "articles/s", "more", 50_000, 100_000, loaded("ingest_single_per_s", MILLION / 2)),
    Figure("ingest_matched_per_s", "articles/s", "more", 10_000, 25_000, loaded("ingest_matched_per_s", MILLION)),
    Figure("ingest_over_dupsort", "ratio", "more", 40, 70, over_dupsort),
    Figure("ack_p50_ms", "ms", "less", 5, 2.5, loaded("ack_p50_ms", MILLION)),
    Figure("ack_p99_ms", "ms", "less", 50, 15, loaded("ack_p99_ms", MILLION)),
    Figure("query_copies_p50_us", "us", "less", 20, 5, loaded("query_copies_p50_us", MILLION)),
    Figure("query_copies_p99_us", "us", "less", 100, 20, loaded("query_copies_p99_us", MILLION)),
    Figure("query_full_p50_us", "us", "less", 600, 250, loaded("query_full_p50_us", MILLION)),
    Figure("query_full_p99_us", "us", "less", 3000, 1000, loaded("query_full_p99_us", MILLION)),
    Figure("query_full_growth", "ratio", "less", 3, 1.6, query_growth),
    Figure("index_bytes_per_article", "B", "less", 1600, 1200, loaded("index_bytes_per_article", MILLION)),
    Figure("file_bytes_per_article", "B", "less", 3000, 2200, loaded("file_bytes_per_article", MILLION)),
    Figure("ram_bytes_per_article", "B", "less", 600, 450, loaded("ram_bytes_per_article", MILLION)),
    Figure("written_bytes_per_article", "B", "less", 7000, 5000,
           loaded("written_bytes_per_article", MILLION, ("batch", "single"))),
    Figure("restart_s_per_million", "s", "less", 3, 1.5, loaded("restart_s_per_million", MILLION)),
]


def derive(rows):
    """(figure, value, over how many, note) of every figure whose rows are there; value is None for the others."""
    for figure in FIGURES:
        found = figure.find(rows)
        value, n, note = found or (None, None, "")
        yield figure, value if value is not None and math.isfinite(value) else None, n, note


def save_json(path, rows):
    """One object a line."""
    with open(path, "w", encoding="utf8") as f:
        for figure, value, _, _ in derive(rows):
            if value is not None:
                f.write(json.dumps({"name": figure.name, "value": float(f"{value:.6g}"), "unit": figure.unit,
                                    "better": figure.better}) + "\n")
