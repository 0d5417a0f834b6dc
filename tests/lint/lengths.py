#!/usr/bin/python3
"""lengths - functions over 70 lines, files over 600 lines, lines over 100 columns, headers without a first line.

A function, for this: a line that is "{" alone (the style puts it there), to the next line that is
"}" alone, both at the left edge.
"""
import re

import tree

FUNCTION, FILE, LINE = 70, 600, 100
OPENS = re.compile(r"^([A-Za-z_][\w]*)\s*\(|[\s*]([A-Za-z_]\w*)\s*\(")


def functions(lines):
    """(name, first line, number of lines) of each function body."""
    begin = None
    for i, line in enumerate(lines):
        if line == "{":
            begin = i
        elif line == "}" and begin is not None:
            head = begin - 1
            while head > 0 and lines[head].startswith((" ", "\t")):
                head -= 1
            m = OPENS.search(lines[head])
            yield (m and (m.group(1) or m.group(2))) or "?", head + 1, i - head + 1
            begin = None


def main():
    faults = []
    sources = tree.files(".c", ".h")
    for path in sources:
        lines = tree.read(path).split("\n")
        if len(lines) - 1 > FILE:
            faults.append(f"{path}: {len(lines) - 1} lines; one subject a file, under {FILE}")
        for name, first, n in functions(lines):
            if n > FUNCTION:
                faults.append(f"{path}:{first}: {name} has {n} lines, at most {FUNCTION}")
        for i, line in enumerate(lines):
            if len(line) > LINE:
                faults.append(f"{path}:{i + 1}: {len(line)} columns, at most {LINE}")
        leaf = path.rsplit("/", 1)[-1]
        if leaf.endswith(".h") and not lines[0].startswith(f"// {leaf} - "):
            faults.append(f'{path}:1: begins with "// {leaf} - what it is."')
    tree.report(faults, len(sources))


main()
