#!/usr/bin/python3
"""readme - the README is right: its Python example runs, its tables name every option and log id.

usage: readme.py SHINGLED
"""
import os
import re
import subprocess
import sys
import tempfile

import tree

sys.path.insert(0, os.path.join(tree.ROOT, "tests"))
from live import Daemon, sample_records  # noqa: E402

EXAMPLE = "client/examples/put.py"
ASKS = "client/examples/query.py"
FENCE = re.compile(r"^```python\n(.*?)^```", re.S | re.M)
LOG_ID = re.compile(r'"(SHG-[A-Z][A-Z-]+)"')
OPTION = re.compile(r"^  --([a-z-]+)", re.M)


def check_example(readme, faults):
    if tree.read(EXAMPLE) not in FENCE.findall(readme):
        faults.append(f"README.md: its Python example is not {EXAMPLE}")


def check_tables(readme, faults):
    """Both ways: nothing is missing, and nothing is there that the daemon does not know."""
    rows = "\n".join(line for line in readme.split("\n") if line.startswith("| `"))
    logged = {i for path in tree.files(".c", under=("daemon",)) for i in LOG_ID.findall(tree.read(path))}
    named = set(re.findall(r"`(SHG-[A-Z-]+)`", rows))
    usage = subprocess.run([sys.argv[1], "--help"], capture_output=True, text=True, check=True).stdout
    options = set(OPTION.findall(usage))
    shown = set(re.findall(r"`--([a-z-]+)[^`]*`", "\n".join(re.findall(r"^\| (.*?) \|", rows, re.M))))
    for what, has, wants in (("log ids", named, logged), ("options", shown, options)):
        if has != wants or not wants:
            faults.append(f"README.md: {what}: missing {sorted(wants - has)}, unknown {sorted(has - wants)}")


def run_example(faults):
    """What the README's reader does: puts three articles and asks; asks about a file."""
    records = [r for f, r in sample_records() if f.startswith("02-")]
    with Daemon(sys.argv[1]) as d, tempfile.NamedTemporaryFile("w", suffix=".txt") as article:
        put = run(EXAMPLE, d.endpoint)
        for r in records[1:]:
            d.ask("PUT", {k: v for k, v in r.items() if k != "text"}, r["text"].encode())
        article.write(records[0]["text"])
        article.flush()
        asked = run(ASKS, article.name, d.endpoint)
    lines = put.stdout.splitlines()
    if put.returncode or len(lines) != 4 or "'quotes'" not in lines[3] or "dailyferryman" not in lines[3]:
        faults.append(f"{EXAMPLE}: status {put.returncode}\n{put.stdout}{put.stderr}")
    if asked.returncode or not re.search(rf"^copy .*{re.escape(records[1]['uri'])}$", asked.stdout, re.M):
        faults.append(f"{ASKS}: status {asked.returncode}\n{asked.stdout}{asked.stderr}")


def run(script, *args):
    return subprocess.run([sys.executable, os.path.join(tree.ROOT, script), *args], capture_output=True, text=True,
                          timeout=60)


def main():
    faults = []
    readme = tree.read("README.md")
    check_example(readme, faults)
    check_tables(readme, faults)
    run_example(faults)
    tree.report(faults, 3)


main()
