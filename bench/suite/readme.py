"""readme - the README's table of figures, from the rows that were kept: one folder for each level of the CPU's
vectors that a whole run was made on, side by side."""
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
LEVELS = ["avx512", "avx2", "neon", "scalar"]  # whichever of them come first is drawn, too
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


def levels(results):
    """The levels that rows were kept of, best first."""
    return [level for level in LEVELS if os.path.isdir(os.path.join(results, level))]


def cells(level, figure, value, n, note):
    """A figure on one level: measured, and over how many; the level itself heads the column."""
    if value is None:
        return " – | – |"
    return f" {number(value)} | {n:,} {note.removesuffix(level)}".rstrip() + " |"


def lines(results):
    """The table, as lines of Markdown, what machines and commits it is of, and the pictures of the best level."""
    found = levels(results)
    if not found:
        return []
    table = ["| figure | goal |" + "".join(f" {level} | over |" for level in found),
             "|---|---|" + "---|---|" * len(found)]
    about, of = [], []
    for level in found:
        rows, says = read(os.path.join(results, level))
        of.append(derive(rows))
        about += [f"{level}: {s}" for s in says]
    for each in zip(*of):
        if any(value is not None for _, value, _, _ in each):
            figure = each[0][0]
            unit = "" if figure.unit == "ratio" else " " + figure.unit
            table.append(f"| `{figure.name}` | {sign(figure)} {figure.must:,}{unit} |"
                         + "".join(cells(level, *one) for level, one in zip(found, each)))
    shown = [f"![{says}](bench/results/{found[0]}/{name}.svg)" for name, says in PICTURES.items()
             if os.path.exists(os.path.join(results, found[0], name + ".svg"))]
    return table + [line for s in about + shown for line in ("", s)]


def changed(results):
    """(text of README, what it should be)."""
    with open(README, encoding="utf8") as f:
        text = f.read()
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"README.md has no place for the table: {BEGIN} and {END}")
    return text, "\n".join([head + BEGIN, *lines(results), END + tail])
