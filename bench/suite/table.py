"""table - what a run shows on a terminal: after each part its figures beside their roofline or peer, at the
end the figures that are watched beside their goals."""
import os
import re
import sys
import textwrap

from figures import LEVELS, derive

TIMES = re.compile(r"(.+)_(p50|p99|p999|most)_(us|ms)$")
STAGE_ORDER = ["read", "xxh3"]  # first, whatever else there is
PEER_FIGURES = [  # of a peer's rows: name, head, unit
    ("text_to_signature", "text to signature", "us"), ("insert", "insert", "us"), ("query_p50", "query p50", "us"),
    ("query_p99", "query p99", "us"), ("memory", "memory", "B"), ("found", "found", ""),
]


def colours():
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(text, code):
    return f"\x1b[{code}m{text}\x1b[0m" if colours() else text


def number(x):
    """Three significant digits, but all of whole thousands."""
    if x is None:
        return "-"
    if abs(x) >= 100:
        return f"{x:,.0f}"
    return f"{x:.{2 if abs(x) < 10 else 1}f}" if abs(x) >= 1 else f"{x:.3g}"


def grid(rows, left=1):
    """Prints rows of cells; the first `left` columns flush left, the others right; the first row is the head."""
    rows = [[c if isinstance(c, str) else number(c) for c in row] for row in rows]
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for k, row in enumerate(rows):
        cells = [c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, wide))]
        line = "  " + "  ".join(cells).rstrip()
        print(paint(line, "2") if k == 0 else line)


def kernels(rows):
    levels = [l for l in LEVELS if rows.find("kernels", "whole", level=l)]
    for corpus, title in (("news-cache", "News, in cache"), ("news-memory", "News, from memory")):
        stages = list(dict.fromkeys(r["name"] for r in rows.find("kernels", corpus=corpus, unit="ns/article")))
        if not stages:
            continue
        stages.sort(key=lambda s: STAGE_ORDER.index(s) if s in STAGE_ORDER else len(STAGE_ORDER))
        n = rows.one("kernels", "whole", corpus=corpus)["n"]
        print(f"\n{title}: ns an article (times XXH3 over the same bytes), {n:,} articles")
        table = [["", *(l for l in levels)]]
        for stage in stages:
            cells = []
            for level in levels:
                ns = rows.median("kernels", stage, level, corpus, "ns/article")
                roof = rows.median("kernels", "xxh3", level, corpus, "ns/article")
                cells.append(f"{number(ns)} ({number(ns / roof)})" if ns and roof else number(ns))
            table.append([stage, *cells])
        grid(table)
    corpora = [r["corpus"].split(":")[0] for r in rows.find("kernels", "whole", unit="ns/B")]
    if corpora:
        print("\nThe whole path: GB/s (cycles a byte)")
        table = [["", *levels]]
        for corpus in dict.fromkeys(corpora):
            cells = []
            for level in levels:
                ns = rows.median("kernels", "whole", level, corpus, "ns/B")
                cycles = rows.median("kernels", "whole", level, corpus, "cycles/B")
                cells.append(f"{number(1 / ns)} ({number(cycles)})" if ns else "-")
            table.append([corpus, *cells])
        grid(table)
    for level in ("avx512", "avx2"):
        if level not in levels:
            print(f"  {level}: skipped, this CPU lacks it")


def accuracy(rows):
    js = [f"j{p}" for p in range(10, 100, 10)]
    error = [("rmse", "measured"), ("rmse_independent", "if lanes were independent")]
    found = [("recall", "measured"), ("recall_expected", "S-curve")]
    for title, kinds in ("Error of the resemblance (RMSE)", error), ("Share of pairs that the bands find", found):
        print(f"\n{title}, by exact resemblance")
        table = [["shingles", "", *(f"J .{j[1]}" for j in js)]]
        for n in (50, 400, 3000):
            for kind, head in kinds:
                cells = [rows.median("accuracy", f"{kind}_{j}_n{n}") for j in js]
                table.append([f"{n:,}" if kind == kinds[0][0] else "", head,
                              *(f"{x:.4f}" for x in cells if x is not None)])
        grid(table, 2)


def peers(rows):
    there = dict.fromkeys(r["name"].split(".")[0] for r in rows.find("peers"))
    if not there:
        return
    n = rows.find("peers")[0]["n"]
    print(f"\nPeers on the same texts, us an article, bytes an article ({n:,} articles; see bench/README.md for what "
          "each leaves out)")
    table = [["", "", *(head for _, head, _ in PEER_FIGURES)]]
    for peer in there:
        cells = [rows.median("peers", f"{peer}.{name}") for name, _, _ in PEER_FIGURES]
        level = rows.find("peers", f"{peer}.text_to_signature")
        table.append([peer, level[0]["level"] if level else "", *cells])
    grid(table, 2)
    extra = [r for r in rows.find("peers") if r["name"].split(".")[1] not in [p[0] for p in PEER_FIGURES]]
    for r in extra:
        print(f"  {r['name']}: {number(r['median'])} {r['unit']}")


def layout(rows):
    print("\nSegments against one DUPSORT put a key: the same articles and keys, durable commits of 1,000")
    table = [["", "articles", "articles/s", "last tenth", "written B", "file B", "lookup p50 us", "p99 us"]]
    for name in ("segments", "dupsort"):
        total = rows.one("layout", f"{name}_ingest_per_s")
        if total:
            last = [rows.median("layout", f"{name}_growth_{what}") for what in
                    ("ingest_per_s", "written_bytes_per_article", "file_bytes_per_article")]
            asked = [rows.median("layout", f"{name}_lookup_{q}") for q in ("p50", "p99")]
            table.append([name, f"{total['n']:,}", total["median"], *last, *asked])
    grid(table)


def load(rows):
    """Latencies, a line each; then the other figures. Growth is drawn (bench/plot), not listed."""
    there = [r for r in rows.find("load") if not r["name"].startswith("growth_")]
    times, others = {}, [["", "mode", "articles", "median", "unit"]]
    for r in there:
        m = TIMES.match(r["name"])
        if m:
            times.setdefault((m[1], r["level"], r["n"], m[3]), {})[m[2]] = r["median"]
        else:
            others.append([r["name"], r["level"], f"{r['n']:,}", r["median"], r["unit"]])
    print("\nA daemon over sockets: latencies")
    quantiles = ("p50", "p99", "p999", "most")
    grid([["", "mode", "articles", "unit", *quantiles]] +
         [[name, level, f"{n:,}", unit, *(by.get(q) for q in quantiles)]
          for (name, level, n, unit), by in times.items()], 2)
    print("\nA daemon over sockets: the rest")
    grid(others, 2)


SHOW = {"kernels": kernels, "accuracy": accuracy, "load": load, "peers": peers, "layout": layout}


def show_part(part, rows):
    if rows.find(part):
        SHOW[part](rows)


def sign(figure):
    return "≤" if figure.better == "less" else "≥"


def show_figures(rows, parts):
    """The figures beside their goals; those that these parts should have told and did not are named."""
    table, marks, missing = [["", "measured", "", "goal", "aim", "unit", "over"]], ["2"], []
    for figure, value, n, note in derive(rows):
        if value is None:
            missing += [figure.name] if figure.part in parts else []
            continue
        met = figure.met(value)
        goal, aim = (f"{sign(figure)} {x:,}" if x is not None else "" for x in (figure.must, figure.aim))
        table.append([figure.name, number(value), "ok" if met else "short", goal, aim, figure.unit, f"{n:,} {note}"])
        marks.append("32" if met else "31")
    print("\n" + paint("The figures that are watched", "1"))
    wide = [max(map(len, column)) for column in zip(*table)]
    for row, mark in zip(table, marks):
        cells = [cell.rjust(w) if i in (1, 3, 4) else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, wide))]
        if mark == "2":
            print(paint("  " + "  ".join(cells).rstrip(), mark))
        else:
            cells[2] = paint(cells[2], mark)
            print("  " + "  ".join(cells).rstrip())
    if missing:
        print(textwrap.fill("not measured: " + ", ".join(missing), 100, initial_indent="  ",
                            subsequent_indent="    ", break_on_hyphens=False))
