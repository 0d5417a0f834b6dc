#!/usr/bin/python3
"""scripts - what the scripts in script/ promise: the last line of script/test, and usage."""
import json
import os
import subprocess
import sys
import tempfile

from live import HERE

SCRIPT = os.path.join(HERE, os.pardir, "script")


def summary(*results):
    """(status, last line, whole output) of summary.py for tests that ended so."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        for i, result in enumerate(results):
            f.write(json.dumps({"name": f"t{i}", "result": result, "returncode": 3,
                                "stdout": "line\n" * 500 + f"end of t{i}\n"}) + "\n")
        f.flush()
        r = subprocess.run([sys.executable, os.path.join(SCRIPT, "summary.py"), f.name],
                           capture_output=True, text=True)
    return r.returncode, r.stdout.splitlines()[-1], r.stdout


def test_summary():
    assert summary("OK", "OK", "SKIP")[:2] == (0, "2 passed, 0 failed, 1 skipped")
    status, last, out = summary("OK", "FAIL", "TIMEOUT", "SKIP", "ERROR", "INTERRUPT", "UNEXPECTEDPASS")
    assert (status, last) == (1, "1 passed, 5 failed, 1 skipped"), last
    assert "end of t1" in out and "end of t0" not in out, "the output of what failed, and only that"
    assert "381 lines left out" in out
    assert summary()[:2] == (1, "0 passed, 0 failed, 0 skipped"), "no test is no success"
    assert summary("SKIP")[0] == 1


def test_no_log():
    r = subprocess.run([sys.executable, os.path.join(SCRIPT, "summary.py"), "/nonexistent/testlog.json"],
                       capture_output=True, text=True)
    assert r.returncode == 1 and r.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped", r


def test_usage():
    for name in ("test", "demo", "bench"):
        r = subprocess.run([os.path.join(SCRIPT, name), "--nonsense"], capture_output=True, text=True)
        assert r.returncode == 2 and r.stderr.startswith(name + " - ") and "usage:" in r.stderr, (name, r)


if __name__ == "__main__":
    test_summary()
    test_no_log()
    test_usage()
