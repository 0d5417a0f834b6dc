#!/usr/bin/env python3
"""Turn a data file into a C array, so that the programs run from any directory.

usage: embed.py FILE SYMBOL OUT.c   defines const unsigned char SYMBOL[] (ends with NUL) and const size_t SYMBOL_len
"""
import sys

path, symbol, out = sys.argv[1:]
data = open(path, "rb").read()
with open(out, "w") as f:
    f.write("#include <stddef.h>\n")
    f.write(f"extern const unsigned char {symbol}[];\nextern const size_t {symbol}_len;\n")
    f.write(f"const size_t {symbol}_len = {len(data)};\nconst unsigned char {symbol}[] = {{\n")
    for i in range(0, len(data), 20):
        f.write(",".join(map(str, data[i:i + 20])) + ",\n")
    f.write("0};\n")
