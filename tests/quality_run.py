#!/usr/bin/python3
"""quality_run - bench/quality/run itself: what it writes, and when it fails.

usage: quality_run.py SHINGLED
"""
import csv
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RUN = os.path.join(HERE, os.pardir, "bench", "quality", "run")
HEAD = "corpus\ttask\tfigure\texpected\n"


def run(*options):
    return subprocess.run([sys.executable, RUN, "--daemon", sys.argv[1], "--corpora", "corpus", *options],
                          capture_output=True, text=True, timeout=100)


def main():
    faults = []

    def check(what, ok, done):
        if not ok:
            faults.append(f"{what}: status {done.returncode}\n{done.stdout}{done.stderr}")

    with tempfile.TemporaryDirectory() as folder:
        results, demands = os.path.join(folder, "r.csv"), os.path.join(folder, "e.tsv")
        files = ("--results", results, "--expected", demands)

        def expecting(row):
            with open(demands, "w", encoding="utf8") as f:
                f.write(HEAD + row)
            return run("--tasks", "templates", *files)

        done = expecting("corpus\ttemplates\tcalled_template\t0.01\n")
        rows = {}
        if os.path.exists(results):
            with open(results, encoding="utf8", newline="") as f:
                rows = {r["figure"]: (r["expected"], int(r["n"]) > 20) for r in csv.DictReader(f)}
        check("a figure that is reached", done.returncode == 0 and rows.get("called_template") == ("0.01", True), done)
        done = expecting("corpus\ttemplates\tcalled_template\t1.01\n")
        check("a figure below what is expected", done.returncode == 1 and "WORSE" in done.stdout, done)
        done = expecting("corpus\ttemplates\tcalled_reuse\t-1\n")
        check("a share of false answers above what is expected", done.returncode == 1, done)
        done = run("--tasks", "nonsense", *files)
        check("a task that there is not", done.returncode == 2 and "no such task" in done.stderr, done)
        done = run("--no-save", os.path.join(folder, "nowhere"))
        check("a folder that there is not", done.returncode == 2 and "no such folder" in done.stderr, done)
        done = run("--no-save", "--daemon", "/bin/false", "--tasks", "templates")
        check("a daemon that ends at once", done.returncode == 2 and "Traceback" not in done.stderr, done)
    print("\n".join(faults))
    return 1 if faults else 0


sys.exit(main())
