#!/usr/bin/env python3
"""Turn a table of coefficients into a C array.

usage: coefficients.py FILE HEADER SYMBOL ROW ROWS COLUMN COLUMNS OUT.c
  FILE    tab-separated: a heading "row", then the columns' names; then rows: a name and its numbers; # begins a comment
  HEADER  declares const double SYMBOL[ROWS][COLUMNS], and constants named ROW or COLUMN + a name in capitals
"""
import sys

path, header, symbol, row, rows, column, columns, out = sys.argv[1:]
with open(path, encoding="utf8") as f:
    (_, *names), *table = [line.rstrip("\n").split("\t") for line in f if line.strip() and line[0] != "#"]
with open(out, "w", encoding="utf8") as f:
    f.write(f'#include "{header}"\n\nconst double {symbol}[{rows}][{columns}] = {{\n')
    for name, *numbers in table:
        if len(numbers) != len(names):
            sys.exit(f"{path}: {name} has {len(numbers)} numbers for {len(names)} columns")
        cells = ", ".join(f"[{column}{c.upper()}] = {float(x)!r}" for c, x in zip(names, numbers))
        f.write(f"    [{row}{name.upper()}] = {{{cells}}},\n")
    f.write("};\n")
