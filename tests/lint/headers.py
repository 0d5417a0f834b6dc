#!/usr/bin/python3
"""headers - each header compiles alone in C17; those of include/ in C++17, too.

usage: headers.py [COMPILER...]        the C compiler's command
"""
import os
import shutil
import subprocess
import sys
import tempfile

import tree


def fault(command, header, language, standard):
    """What the compiler says of a file that includes this header alone, twice."""
    name = header.split("/", 1)[1]
    with tempfile.NamedTemporaryFile("w", suffix="." + language) as f:
        f.write(f'#include "{name}"\n#include "{name}"\n')
        f.flush()
        run = subprocess.run(
            [*command, f"-std={standard}", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
             "-I", os.path.join(tree.ROOT, "include"), "-I", os.path.join(tree.ROOT, "daemon"), f.name],
            capture_output=True, text=True)
    return None if run.returncode == 0 else f"{header} ({standard}):\n{run.stderr.strip()}"


def main():
    cc = sys.argv[1:] or ["cc"]
    public = tree.files(".h", under=("include",))
    # A header made to be included several times by its kernels has no guard and is no contract.
    inner = [h for h in tree.files(".h", under=("daemon",)) if "#ifndef SHINGLED_" in tree.read(h)]
    faults = [fault(cc, h, "c", "c17") for h in public + inner]
    cxx = shutil.which("c++")
    if cxx:
        faults += [fault([cxx], h, "cpp", "c++17") for h in public]
    tree.report([f for f in faults if f], len(public) + len(inner))


main()
