#!/usr/bin/python3
"""symbols - libshingled defines no global name without the prefix shg_, and exports its functions.

usage: symbols.py STATIC_LIBRARY SHARED_LIBRARY
"""
import re
import subprocess
import sys

import tree

DECLARED = re.compile(r"\b(shg_[a-z_]+)\(")
SHARED_BESIDES = {"_init", "_fini"}


def defined(library, *options):
    """Global names that the library defines. Sanitizers add some that begin with two underscores."""
    out = subprocess.run(["nm", "-g", "--defined-only", "-P", *options, library],
                         capture_output=True, text=True, check=True).stdout
    names = {line.split()[0] for line in out.splitlines() if len(line.split()) >= 2}
    return {n for n in names if not n.startswith("__")}


def main():
    static, shared = defined(sys.argv[1]), defined(sys.argv[2], "-D") - SHARED_BESIDES
    faults = [f"{n}: defined without shg_" for n in sorted(static | shared) if not n.startswith("shg_")]
    code = re.sub(r"//.*", "", tree.read("include/shingled/client.h"))
    declared = set(DECLARED.findall(code))
    faults += [f"{n}: declared in client.h and not exported" for n in sorted(declared - shared)]
    tree.report(faults, len(static) and len(declared))


main()
