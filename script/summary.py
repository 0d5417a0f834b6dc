#!/usr/bin/python3
"""Prints what failed in a meson test log, then "N passed, N failed, N skipped".

usage: summary.py TESTLOG.JSON

Exit status 1 if anything failed, or if there is no log: no test is no success.
"""
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}
TAIL = 120  # lines of a failing test's output that are shown


def tail(text):
    lines = (text or "").rstrip("\n").split("\n")
    left_out = len(lines) - TAIL
    if left_out > 0:
        lines = [f"... {left_out} lines left out"] + lines[-TAIL:]
    return [line for line in lines if line]


def main(path):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        log = [json.loads(line) for line in open(path, encoding="utf8", errors="replace")]
    except OSError as e:
        print(f"no test log: {e}")
        log, counts["failed"] = [], 1
    for test in log:
        if test["result"] in PASSED:
            counts["passed"] += 1
        elif test["result"] in SKIPPED:
            counts["skipped"] += 1
        else:
            counts["failed"] += 1
            print(f"\n--- {test['name']}: {test['result']}, status {test.get('returncode')}")
            print("\n".join(tail(test.get("stdout")) + tail(test.get("stderr"))))
    print(", ".join(f"{n} {what}" for what, n in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
