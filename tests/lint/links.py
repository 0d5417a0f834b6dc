#!/usr/bin/python3
"""links - what the documents point to exists: relative links, and paths named in `backticks`."""
import os
import re

import tree

LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:include|daemon|client|bench|tests|script|\.ci)/[\w./-]+)`")


def main():
    faults, looked_at = [], 0
    for path in tree.files(".md"):
        text = tree.read(path)
        here = os.path.dirname(path)
        targets = [(m, os.path.join(here, m.group(1))) for m in LINK.finditer(text)
                   if "://" not in m.group(1) and not m.group(1).startswith("mailto:")]
        targets += [(m, m.group(1)) for m in NAMED.finditer(text)]
        for m, target in targets:
            looked_at += 1
            if not os.path.exists(os.path.join(tree.ROOT, target)):
                line = text.count("\n", 0, m.start()) + 1
                faults.append(f"{path}:{line}: there is no {m.group(1)}")
    tree.report(faults, looked_at)


main()
