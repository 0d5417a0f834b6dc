"""table - the figures as files: results, what is expected of them, and README's table."""
import csv
import math
import os

from folders import HERE

ROOT = os.path.normpath(os.path.join(HERE, os.pardir, os.pardir))
RESULTS = os.path.join(ROOT, "bench", "results", "quality.csv")
EXPECTED = os.path.join(HERE, "expected.tsv")
README = os.path.join(ROOT, "README.md")
BENCH_README = os.path.join(ROOT, "bench", "README.md")
COLUMNS = ("task", "corpus", "figure", "n", "expected", "measured", "commit", "date")
BEGIN, END = "<!-- made by bench/quality/run --update-readme -->", "<!-- end of what it made -->"
BINS = ("score_", "right_")  # per bin of the score: its mean, and the share of right relations
AT_MOST = ("false_reuse", "outsiders_per_query", "called_reuse", "pairs_with_false_passages", "score_calibration_error")

SHOWN = (  # README's rows: what is asked, task, figures joined by " / ", corpora in order
    ("relation of two articles, five classes (macro F1; the sure pairs)", "relations", ("macro_f1_all", "macro_f1_sure")),
    ("the same pairs by textbook methods: 5-gram Jaccard / containment (macro F1)",
     "relations", ("baseline_jaccard", "baseline_containment")),
    ("found by a query: copy / excerpt / rewrite / quotes (recall)", "query",
     ("recall_copy", "recall_excerpt", "recall_rewrite", "recall_quotes")),
    ("reuse claimed where there is none (share of such pairs)", "query", ("false_reuse",)),
    ("sources credited: in any role / wire / republished / reports / told (F1)", "credits",
     ("any_f1", "wire_f1", "republished_f1", "reports_f1", "told_f1")),
    ("passages: verbatim / reworded / translated / summary (plagdet)", "spans",
     (("plagdet_verbatim", "plagdet_02-no-obfuscation"), ("plagdet_reworded", "plagdet_03-random-obfuscation"),
      ("plagdet_translated", "plagdet_04-translation-obfuscation"), ("plagdet_summary", "plagdet_05-summary-obfuscation"))),
    ("derived or not (AUC / accuracy), and how much (macro F1)", "derived", ("auc", "binary_accuracy", "macro_f1")),
    ("stories (adjusted Rand index)", "clusters", ("ari",)),
    ("versions of an article found (recall / outsiders a query)", "retrieval", ("recall", "outsiders_per_query")),
    ("filled-in forms called a copy, excerpt or rewrite (share)", "templates", ("called_reuse",)),
)


def at_most(figure):
    return figure.startswith(AT_MOST)


def is_bin(figure):
    return figure.startswith(BINS) and "_to_" in figure


def is_demanded(figure):
    """Not what other methods reach, and not what a bin holds."""
    return not is_bin(figure) and not figure.startswith("baseline_")


def below(figure, expected, measured):
    """Is this worse than expected? Figures are compared as they are printed."""
    measured = round(measured, 4)
    return math.isnan(measured) or (measured > expected if at_most(figure) else measured < expected)


def read_expected(path=EXPECTED):
    """{(corpus, task, figure): value}"""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf8") as f:
        rows = csv.DictReader((line for line in f if not line.startswith("#")), delimiter="\t")
        return {(r["corpus"], r["task"], r["figure"]): float(r["expected"]) for r in rows}


def write_expected(results, path=EXPECTED):
    """Each figure rounded to the worse side, by hundredths: what a change must not fall below."""
    with open(path, "w", encoding="utf8") as f:
        f.write("# What each figure must reach (at most: shares of false answers); made by bench/quality/run "
                "--write-expected,\n# which rounds what was measured to the worse side by hundredths.\n")
        f.write("corpus\ttask\tfigure\texpected\n")
        for r in results:
            if not is_demanded(r["figure"]):
                continue
            m = float(r["measured"]) * 100
            value = math.ceil(m - 1e-9) if at_most(r["figure"]) else math.floor(m + 1e-9)
            f.write(f"{r['corpus']}\t{r['task']}\t{r['figure']}\t{value / 100:.2f}\n")


def read_results(path=RESULTS):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf8", newline="") as f:
        return list(csv.DictReader(f))


def write_results(rows, path=RESULTS):
    """Replaces the rows of the tasks that were run, and keeps the others."""
    ran = {(r["corpus"], r["task"]) for r in rows}
    kept = [r for r in read_results(path) if (r["corpus"], r["task"]) not in ran]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf8", newline="") as f:
        out = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(sorted(kept + rows, key=lambda r: (r["corpus"] != "corpus", r["corpus"], r["task"], r["figure"])))


def _short(value):
    text = f"{float(value):.3f}"
    return text.lstrip("0") if text != "0.000" else "0"


def accuracy_table(results):
    """README's table, as lines of Markdown."""
    by = {(r["task"], r["corpus"], r["figure"]): r for r in results}
    corpora = list(dict.fromkeys(r["corpus"] for r in results))
    lines = ["| what | on | n | figure |", "|---|---|---|---|"]
    for what, task, figures in SHOWN:
        said = what
        for corpus in corpora:
            found = [next((by[task, corpus, f] for f in ((names,) if isinstance(names, str) else names)
                           if (task, corpus, f) in by), None) for names in figures]
            if any(found):
                counts = [r["n"] if r else "–" for r in found]
                n = " / ".join(counts) if len(set(counts) - {"–"}) > 1 else (set(counts) - {"–"}).pop()
                shown = " / ".join(_short(r["measured"]) if r else "–" for r in found)
                lines.append(f"| {said} | {'own' if corpus == 'corpus' else corpus} | {n} | {shown} |")
                said = ""
    return lines


def readme_with(text, lines):
    """A document's text with its table replaced."""
    head, _, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise ValueError(f"no place for a table: {BEGIN} and {END}")
    return f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{tail}"


def calibration_table(results):
    """How often a relation of that score is the labelled one: bins as rows, the own corpus and the others together."""
    bins = sorted({r["figure"].split("_", 1)[1] for r in results if is_bin(r["figure"])})
    lines = ["| score | own: pairs | mean score | right | outside: pairs | mean score | right |",
             "|---|---|---|---|---|---|---|"]
    for b in bins:
        cells = []
        for own in (True, False):
            rows = [r for r in results if r["figure"] in ("score_" + b, "right_" + b) and (r["corpus"] == "corpus") == own]
            n = sum(int(r["n"]) for r in rows if r["figure"].startswith("score_"))
            mean = lambda kind: sum(int(r["n"]) * float(r["measured"]) for r in rows if r["figure"].startswith(kind)) / n
            cells += [str(n), _short(mean("score_")), _short(mean("right_"))] if n else ["0", "", ""]
        lines.append(f"| {b.replace('_to_', ' to ')} | " + " | ".join(cells) + " |")
    return lines


def made(results):
    """(path, lines) of each table that stands in a document."""
    return (README, accuracy_table(results)), (BENCH_README, calibration_table(results))


def update_readme():
    for path, lines in made(read_results()):
        with open(path, encoding="utf8") as f:
            text = f.read()
        with open(path, "w", encoding="utf8") as f:
            f.write(readme_with(text, lines))
