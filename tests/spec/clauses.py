#!/usr/bin/python3
"""clauses - every clause of PROTOCOL.md has a test in C and one in Python that names it.

A test of clause C-2.7 is a function c_2_7_... that is registered in spec_*.c, and a method
test_c_2_7_... in spec*.py. Clauses marked *(definition)* have none. The names of the error table
are those of shingled/err.h.
"""

import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.join(HERE, "..", "..", "include", "shingled")
MOST_DEFINITIONS = 10


def read(*path):
    with open(os.path.join(*path), encoding="utf8") as f:
        return f.read()


def tests(pattern, form):
    """The clauses that the files' tests name."""
    found = set()
    for path in glob.glob(os.path.join(HERE, pattern)):
        found |= {f"{a}.{b}" for a, b in re.findall(form, read(path), re.M)}
    return found


def clause_faults(text):
    clauses = re.findall(r"^\*\*C-(\d+\.\d+)\*\*( \*\(definition\)\*)?", text, re.M)
    names = [n for n, _ in clauses]
    normative = {n for n, definition in clauses if not definition}
    if len(clauses) - len(normative) > MOST_DEFINITIONS:
        yield f"more than {MOST_DEFINITIONS} definitions"
    for n in sorted({n for n in names if names.count(n) > 1}):
        yield f"C-{n} stands twice"
    for n in re.findall(r"clauses? (\d+\.\d+)", text):
        if n not in names:
            yield f"clause {n} is referred to and does not exist"
    suites = {
        "C": tests("spec_*.c", r"SPEC\(c_(\d+)_(\d+)_\w+\)"),
        "Python": tests("spec*.py", r"^    def test_c_(\d+)_(\d+)_\w+\("),
    }
    for language, tested in suites.items():
        for n in sorted(normative - tested, key=names.index):
            yield f"C-{n} has no test in {language}"
        for n in sorted(tested - normative):
            yield f"a test in {language} names C-{n}, which is no clause to test"


def error_faults(text):
    table = re.findall(r'X\(SHG_\w+, "(\w+)", (\d+), "', read(INCLUDE, "err.h"))
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", text, re.M)
    for name, status in set(table) ^ set(rows) ^ {("ok", "200")}:
        yield f"error {name} {status} stands only in one of err.h and the table of clause 4.3"


def main():
    text = read(INCLUDE, "PROTOCOL.md")
    faults = [*clause_faults(text), *error_faults(text)]
    for fault in faults:
        print(f"PROTOCOL.md: {fault}")
    return 1 if faults else 0


sys.exit(main())
