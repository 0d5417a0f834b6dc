#!/usr/bin/python3
"""The 200 of a PUT leaves the daemon after the sync of its commit: read off a trace of its system calls.

usage: sync.py SHINGLED      ends with 77 (skipped) where strace is missing or may not trace
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from kept import Kept

WRITE = re.compile(r"\b(pwrite64|pwritev|writev|write)\(\d+<[^>]*data\.mdb>")
SYNC = re.compile(r"\b(fdatasync|fsync)\(\d+<[^>]*data\.mdb>\).*= 0")
MARK = "durable-before-the-answer"


def can_trace():
    return shutil.which("strace") and not subprocess.run(["strace", "-o", "/dev/null", "true"],
                                                         stderr=subprocess.DEVNULL).returncode


def order(lines):
    """What happens between the arrival of the PUT and its answer: 'in', 'write', 'sync', 'out'."""
    for line in lines:
        if "recvfrom(" in line and MARK in line:
            yield "in"
        elif WRITE.search(line):
            yield "write"
        elif SYNC.search(line):
            yield "sync"
        elif "sendto(" in line and MARK in line and '\\"result\\"' in line:
            yield "out"


def whole(trace, until=30):
    """The lines of a trace, once the tracer, which ends after the daemon, has written the last one."""
    end = time.monotonic() + until
    while time.monotonic() < end:
        with open(trace) as f:
            lines = f.readlines()
        if lines and len([x for x in lines if "+++ exited with 0 +++" in x]) and lines[-1].endswith("+++\n"):
            return lines
        time.sleep(0.05)
    raise AssertionError("the trace does not end")


def main():
    if not can_trace():
        print("skipped: no strace here, or it may not trace")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="shingled-sync-") as folder:
        trace = os.path.join(folder, "trace")
        strace = ["strace", "-D", "-f", "-y", "-s", "4096", "-o", trace, "-e",
                  "trace=recvfrom,sendto,write,writev,pwrite64,pwritev,fdatasync,fsync"]
        # LeakSanitizer, in a build that has it, can't work beside another tracer.
        os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        d = Kept(sys.argv[1], os.path.join(folder, "data"), prefix=strace).start()
        d.ask("PUT", {"uri": MARK}, b"An article that must be on the disk before anyone says so.")
        d.stop()
        seen = list(order(whole(trace)))
    print(" ".join(seen))
    begin, end = seen.index("in"), seen.index("out")
    between = seen[begin:end]
    assert "write" in between and "sync" in between, f"no write and sync between PUT and 200: {seen}"
    assert "write" in between[between.index("sync"):], f"the sync covers no root page: {seen}"


main()
