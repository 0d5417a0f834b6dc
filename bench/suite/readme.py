"""readme - the README's table of figures, from the rows that were kept."""
import os

import machine
import rows as rows_of
from figures import derive
from parts import PARTS
from table import number, sign

PICTURES = {  # name: what it shows
    "growth": "Ingestion, queries, memory and file against articles stored",
    "layout": "Segments against one DUPSORT put a key",
    "peers": "Other near-duplicate libraries on the same texts",
}
README = os.path.join(machine.ROOT, "README.md")
BEGIN, END = "<!-- made by bench/plot -->", "<!-- end of what bench/plot made -->"


def read(results):
    """(rows of all parts, what they are of) of a folder of results; the latter by machine, a line each."""
    rows, machines = rows_of.Rows(), {}
    for part in PARTS:
        path = os.path.join(results, part + ".csv")
        if os.path.exists(path):
            kept = rows_of.load(path).all
            rows.all += kept
            of = kept[0] if kept else {}
            if of:
                machines.setdefault("{cpu}, {compiler}".format(**of), []).append(
                    part + " of {commit}, {date} (others took {others} cores)".format(**of))
    return rows, [f"{machine}: {'; '.join(parts)}." for machine, parts in machines.items()]


def lines(results, drawn):
    """The table, as lines of Markdown, what machine and commit it is of, and the pictures that are drawn."""
    rows, about = read(results)
    if not rows.all:
        return []
    table = ["| figure | measured | goal | over |", "|---|---|---|---|"]
    for figure, value, n, note in derive(rows):
        if value is not None:
            unit = "" if figure.unit == "ratio" else " " + figure.unit
            table.append(f"| `{figure.name}` | {number(value)}{unit} | {sign(figure)} {figure.must:,} | "
                         f"{n:,} {note}".rstrip() + " |")
    shown = [f"![{says}](bench/results/{name}.svg)" for name, says in PICTURES.items() if name + ".svg" in drawn]
    return table + [line for s in about + shown for line in ("", s)]


def changed(results, drawn):
    """(text of README, what it should be); drawn: the pictures' names."""
    with open(README, encoding="utf8") as f:
        text = f.read()
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"README.md has no place for the table: {BEGIN} and {END}")
    return text, "\n".join([head + BEGIN, *lines(results, drawn), END + tail])
