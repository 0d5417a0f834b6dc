"""tree - the project's own files, and how a lint reports."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEFT_OUT = {".git", "__pycache__", "node_modules"}


def files(*endings, under=()):
    """Paths relative to the root, sorted; only those that end so and lie under these folders."""
    found = []
    for folder, names, leaves in os.walk(ROOT):
        inside = os.path.relpath(folder, ROOT)
        names[:] = [n for n in names if n not in LEFT_OUT
                    and not (inside == "." and (n == "build" or n.startswith("build-")))]
        for leaf in leaves:
            path = os.path.normpath(os.path.join(inside, leaf))
            if (not endings or leaf.endswith(endings)) and \
               (not under or path.startswith(tuple(u + "/" for u in under))):
                found.append(path)
    return sorted(found)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf8", errors="replace") as f:
        return f.read()


def report(faults, looked_at):
    """Prints the faults and ends. A lint that looked at nothing has failed, too."""
    for fault in faults:
        print(fault)
    print(f"{looked_at} looked at, {len(faults)} faults")
    sys.exit(1 if faults or not looked_at else 0)
