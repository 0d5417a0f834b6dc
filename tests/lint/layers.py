#!/usr/bin/python3
"""layers - every #include against the table of layers.

    main, conf -> server -> engine -> { index | evidence } -> { text | sketch | store } -> base -> include/

A file may include its own layer and any lower one: never a higher one, never a sibling. Headers
do not include each other in a circle. lmdb.h belongs to store, zmq.h to server and client.
"""
import re

import tree

LOWEST = ["include"]
BASE = ["base"] + LOWEST
PURE = ["text", "sketch", "store"] + BASE
FACTS = ["index", "evidence"] + PURE

MAY = {  # layer: what it may include besides itself
    "include": [],
    "base": LOWEST,
    "text": BASE,
    "sketch": BASE,
    "store": BASE,
    "index": PURE,
    "evidence": PURE,
    "engine": FACTS,
    "server": ["engine"] + FACTS,
    "main": ["server", "engine"] + FACTS,
    "libshingled": LOWEST,
    "cli": ["libshingled", "evidence", "text"] + BASE,
}
FOREIGN = {  # library header: the layers that may see it
    "lmdb.h": {"store"},
    "zmq.h": {"server", "libshingled"},
    "jansson.h": {"evidence", "engine", "server", "main", "cli"},
    "utf8proc.h": {"text", "cli"},
    "zstd.h": {"store", "index", "cli"},
    "zlib.h": {"cli"},
}
LIBRARY_SOURCES = {"client/client.c", "client/client_reply.c", "client/client_stream.c", "client/client_inside.h"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def layer(path):
    top, _, rest = path.partition("/")
    if top == "include":
        return "include"
    if top == "client":
        return "libshingled" if path in LIBRARY_SOURCES else "cli"
    return rest.split("/")[0] if "/" in rest else "main"


def resolve(path, name, known):
    """The project's file that an #include "name" in path means, or None."""
    here = path.rsplit("/", 1)[0]
    for candidate in ("include/" + name, "daemon/" + name, here + "/" + name):
        if candidate in known:
            return candidate
    return None


def circles(graph):
    """Headers that reach themselves."""
    found, done = [], set()
    for start in sorted(graph):
        stack, seen = list(graph[start]), set()
        while stack:
            f = stack.pop()
            if f == start and start not in done:
                found.append(f"{start}: includes itself by way of others")
                done |= seen | {start}
                break
            if f not in seen:
                seen.add(f)
                stack.extend(graph.get(f, ()))
    return found


def main():
    sources = tree.files(".c", ".h", under=("include", "daemon", "client"))
    known, faults, graph = set(sources), [], {}
    for path in sources:
        mine = layer(path)
        if mine not in MAY:
            faults.append(f"{path}: the folder {mine} is in no layer")
            continue
        for m in INCLUDE.finditer(tree.read(path)):
            bracket, name = m.groups()
            if name in FOREIGN and mine not in FOREIGN[name]:
                faults.append(f"{path}: {mine} must not see {name}")
            target = resolve(path, name, known)
            if bracket == '"' and ".." in name.split("/"):
                faults.append(f'{path}: "{name}" is not relative to daemon/ or include/')
            elif target:
                graph.setdefault(path, set()).add(target)
                theirs = layer(target)
                if theirs != mine and theirs not in MAY[mine]:
                    faults.append(f"{path}: {mine} must not include {name} ({theirs})")
            elif name.startswith(("tests/", "bench/", "client/")):
                faults.append(f"{path}: nothing includes {name}")
    headers = {k: v for k, v in graph.items() if k.endswith(".h")}
    tree.report(faults + circles(headers), len(sources))


main()
