"""rows - the rows that benchmark programs print (bench/rows.h): read, looked up, kept.

One row is one figure: least, median and greatest of its repetitions, over n articles (or pairs). level is
the CPU level of the kernels, the version of a peer, or the mode of a load.
"""
import csv
import math
import os

COLUMNS = ["bench", "name", "level", "corpus", "n", "repetitions", "min", "median", "max", "unit"]
ABOUT = ["commit", "date", "compiler", "cpu", "others"]  # others: cores that others took meanwhile
NUMBERS = {"n": int, "repetitions": int, "min": float, "median": float, "max": float}


class Malformed(Exception):
    pass


def parse(line):
    """One line of what a program printed, as a row; None for a head line or a note."""
    line = line.strip()
    if not line or line.startswith("#") or line == ",".join(COLUMNS):
        return None
    cells = line.split(",")
    if len(cells) != len(COLUMNS):
        raise Malformed(f"not a row of {len(COLUMNS)} columns: {line!r}")
    row = dict(zip(COLUMNS, cells))
    try:
        row.update({name: kind(row[name]) for name, kind in NUMBERS.items()})
    except ValueError as e:
        raise Malformed(f"{e}: {line!r}") from e
    if not all(math.isfinite(row[name]) for name in NUMBERS):
        raise Malformed(f"no finite number: {line!r}")
    return row


class Rows:
    """The rows of one run."""

    def __init__(self, rows=()):
        self.all = list(rows)

    def add(self, row):
        self.all.append(row)

    def find(self, bench, name=None, level=None, corpus=None, unit=None):
        """Those that match; corpus is matched by what stands before its hash, "NAME:HASH"."""
        return [r for r in self.all if r["bench"] == bench
                and (name is None or r["name"] == name) and (level is None or r["level"] == level)
                and (unit is None or r["unit"] == unit)
                and (corpus is None or r["corpus"].split(":")[0] == corpus)]

    def one(self, *args, near=None, **kw):
        """The row, or None; of several the one whose n is nearest to `near` (a ratio), else the last."""
        found = self.find(*args, **kw)
        if not found or near is None:
            return found[-1] if found else None
        return min(reversed(found), key=lambda r: abs(math.log(max(r["n"], 1) / near)))

    def median(self, *args, **kw):
        row = self.one(*args, **kw)
        return row["median"] if row else None


def save(path, rows, about):
    """Writes one part's rows, each with the commit, compiler and CPU that it is of, and how busy that was."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf8", newline="") as f:
        out = csv.DictWriter(f, ABOUT + COLUMNS, lineterminator="\n")
        out.writeheader()
        for row in rows:
            shown = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
            out.writerow({**{k: about[k] for k in ABOUT}, **shown})
    os.replace(path + ".new", path)


def load(path):
    with open(path, encoding="utf8", newline="") as f:
        rows = list(csv.DictReader(f))
    for row in rows:
        row.update({name: kind(row[name]) for name, kind in NUMBERS.items()})
    return Rows(rows)
