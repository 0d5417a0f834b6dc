#!/usr/bin/python3
"""quality - the tables of figures in the documents are what the committed results say, and so is the corpus."""
import os
import subprocess
import sys

import tree

sys.path.insert(0, os.path.join(tree.ROOT, "bench", "quality"))
import table  # noqa: E402


def main():
    faults, results = [], table.read_results()
    for path, lines in table.made(results):
        with open(path, encoding="utf8") as f:
            text = f.read()
        if table.readme_with(text, lines) != text:
            faults.append(f"{os.path.relpath(path, tree.ROOT)}: not bench/results/quality.csv; "
                          "bench/quality/run --update-readme mends it")
    expected = table.read_expected()
    own = [r for r in results if r["corpus"] == "corpus" and table.is_demanded(r["figure"])]
    faults += [f"expected.tsv: nothing for {r['task']} {r['figure']}" for r in own
               if ("corpus", r["task"], r["figure"]) not in expected]
    made = subprocess.run([sys.executable, os.path.join(tree.ROOT, "bench", "quality", "corpus", "make.py"), "--check"],
                          capture_output=True, text=True)
    if made.returncode:
        faults.append(f"bench/quality/corpus: {made.stdout.strip()} {made.stderr.strip()}")
    tree.report(faults, len(own))


main()
