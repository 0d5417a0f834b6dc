#!/usr/bin/python3
"""A full disk and a full map: writes are answered 507 and change nothing, reads go on, nothing
acknowledged is lost, and writes heal by themselves when there is room again.

usage: full.py SHINGLED
"""
import os
import random
import resource
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from kept import Kept

MOST = 3000


def text(i):
    """About 20 KB that zstd can't make small, the same for the same i."""
    r = random.Random(i)
    return " ".join("%x" % r.getrandbits(40) for _ in range(2000))


def put(d, i):
    return d.call("PUT", {"uri": f"https://full.example/{i}", "published": "2020-01-01"}, text(i).encode())


def fill(d, first):
    """PUTs until the first 507; the number that were acknowledged."""
    for i in range(first, first + MOST):
        status, head, *_ = put(d, i)
        if status == 507:
            assert head["error"] == "disk_full" and head["retry"] is True, head
            return i - first
        assert status == 200, (status, head)
    raise AssertionError(f"never full after {MOST} articles")


def all_there(d, n):
    for i in range(n):
        status, head, *body = d.call("GET", {"uri": f"https://full.example/{i}"})
        assert status == 200 and body == [text(i).encode()], (i, status, head)
    assert d.ask("STATS")["articles"] == n
    assert d.call("GET", {"uri": f"https://full.example/{n}"})[0] == 404, "a refused PUT left something behind"


def sound(d):
    d.stop()
    status, said = d.check()
    assert status == 0, said


def disk_full(program, folder):
    d = Kept(program, os.path.join(folder, "disk"), "--log", "error").start()
    for i in range(10):
        assert put(d, i)[0] == 200
    size = os.path.getsize(os.path.join(folder, "disk", "data.mdb"))
    _, hard = resource.prlimit(d.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(d.process.pid, resource.RLIMIT_FSIZE, (size + (1 << 20), hard))
    n = 10 + fill(d, 10)
    all_there(d, n)
    resource.prlimit(d.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert put(d, n)[0] == 200, "it did not heal when there was room again"
    all_there(d, n + 1)
    sound(d)
    print(f"full disk: {n} acknowledged, none lost, healed")


def map_full(program, folder):
    d = Kept(program, os.path.join(folder, "map"), "--map-mib", "16", "--log", "error").start()
    n = fill(d, 0)
    all_there(d, n)
    deleted = d.ask("DELETE", {"older_than": "2021-01-01"})["deleted"]
    assert deleted == n, (deleted, n)
    for _ in range(MOST):  # space comes back in slices, in the background
        if put(d, 0)[0] == 200:
            break
    else:
        raise AssertionError("no room after everything was deleted")
    all_there(d, 1)
    sound(d)
    print(f"full map: {n} acknowledged, none lost, healed by a deletion")


with tempfile.TemporaryDirectory(prefix="shingled-full-") as where:
    disk_full(sys.argv[1], where)
    map_full(sys.argv[1], where)
