"""readme - the README's table of figures, from the rows that were kept."""
import os

import machine
import rows as rows_of
from figures import derive
from parts import PARTS
from table import number, sign

README = os.path.join(machine.ROOT, "README.md")
BEGIN, END = "<!-- made by bench/plot -->", "<!-- end of what bench/plot made -->"


def read(results):
    """(rows of all parts, what they are of) of a folder of results."""
    rows, about = rows_of.Rows(), []
    for part in PARTS:
        path = os.path.join(results, part + ".csv")
        if os.path.exists(path):
            kept = rows_of.load(path).all
            rows.all += kept
            about += [", ".join(kept[0][k] for k in ("cpu", "compiler", "date", "commit")) +
                      f" (others took {kept[0]['others']} cores)"] if kept else []
    return rows, about


def lines(results):
    """The table, as lines of Markdown, and below it what machine and commit it is of."""
    rows, about = read(results)
    if not rows.all:
        return []
    table = ["| figure | measured | goal | over |", "|---|---|---|---|"]
    for figure, value, n, note in derive(rows):
        if value is not None:
            table.append(f"| `{figure.name}` | {number(value)} {figure.unit} | {sign(figure)} {figure.must:,} | "
                         f"{n:,} {note}".rstrip() + " |")
    return table + ["", "; ".join(dict.fromkeys(about)) + "."]


def changed(results):
    """(text of README, what it should be)"""
    with open(README, encoding="utf8") as f:
        text = f.read()
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"README.md has no place for the table: {BEGIN} and {END}")
    return text, "\n".join([head + BEGIN, *lines(results), END + tail])
