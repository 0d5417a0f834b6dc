#!/usr/bin/python3
"""words - what must not stand in any file: work left open, and paths of somebody's machine."""
import re

import tree

FORBIDDEN = {
    "work left open": re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|not impl" r"emented)\b"),
    "a path of one machine": re.compile(r"(?<![\w.])/(?:ho" r"me|ro" r"ot|Us" r"ers)/\w"),
    "a conflict mark": re.compile(r"^(?:<{7}|>{7}) ", re.M),
}
BINARY = (".gz", ".zst", ".bin", ".mdb", ".png", ".pyc", ".dict")


def main():
    faults = []
    paths = [p for p in tree.files() if not p.endswith(BINARY)]
    for path in paths:
        text = tree.read(path)
        for what, pattern in FORBIDDEN.items():
            for m in pattern.finditer(text):
                line = text.count("\n", 0, m.start()) + 1
                faults.append(f"{path}:{line}: {what}: {m.group()!r}")
    tree.report(faults, len(paths))


main()
