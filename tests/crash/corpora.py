#!/usr/bin/python3
"""Two whole collections of real articles: put by the command line in one go, and streamed through a
SIGKILL of the daemon. Needs the collections: $SHG_CORPORA names their folder.

usage: corpora.py SHINGLED SHINGLE      ends with 77 (skipped) without $SHG_CORPORA
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile

from kept import Kept

NAMES = "reuters21578", "saudinewsnet"


def records(files):
    for path in files:
        with gzip.open(path, "rt", encoding="utf8") as f:
            for line in f:
                d = json.loads(line)
                yield {"uri": d["id"], "headline": d.get("title"), "text": d["text"]}


def is_blank(text):
    return not text.strip(" \t\r\n\v\f\0\x7f\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\ufeff")


def put_by_command(shingled, shingle, files, folder):
    d = Kept(shingled, os.path.join(folder, "command"), "--log", "warn").start()
    done = subprocess.run([shingle, "--server", d.endpoint, "put", *files], capture_output=True, text=True)
    sent = list(records(files))
    blank = {r["uri"] for r in sent if is_blank(r["text"])}
    refused = [line for line in done.stderr.splitlines() if line.startswith("refused ")]
    stats = d.ask("STATS")
    assert done.returncode == (1 if blank else 0), done.returncode
    assert stats["articles"] == stats["put_new"] == len(sent) - len(blank), (stats, len(sent), len(blank))
    assert stats["put_refused"] == ({"422": len(blank)} if blank else {}), stats["put_refused"]
    assert len(refused) == len(blank), (len(refused), len(blank))
    for uri in blank:
        assert any(f" {uri}:" in line for line in refused), f"{uri} was refused, but is not named"
    d.stop()
    status, said = d.check()
    assert status == 0, said
    print(f"command line: {len(sent)} sent, {stats['articles']} stored, {len(blank)} blank ones refused and named")


def through_a_kill(shingled, files, folder):
    d = Kept(shingled, os.path.join(folder, "kill"), "--log", "warn", "--seal-docs", "4096").start()
    sent = list(records(files))
    kept = {}
    for record, status, _ in d.stream(sent):
        if status == 200:
            kept[record["uri"]] = record["text"]
        if len(kept) == len(sent) // 2:
            break
    d.kill()
    at_kill = len(kept)
    status, said = d.check()
    assert status == 0, said
    d.start()
    for uri, text in kept.items():
        status, head, *body = d.call("GET", {"uri": uri})
        assert status == 200 and body == [text.encode()], (uri, status, head)
    results = {}
    for record, status, head in d.stream(sent):
        results[head.get("result", status)] = results.get(head.get("result", status), 0) + 1
    assert results.get("unchanged", 0) >= at_kill and not results.get("updated"), results
    stats = d.ask("STATS")
    assert stats["articles"] == results["unchanged"] + results["new"], (stats["articles"], results)
    d.stop()
    status, said = d.check()
    assert status == 0, said
    print(f"SIGKILL: {at_kill} acknowledged before it, all there byte for byte; then {results}")


def main():
    corpora = os.environ.get("SHG_CORPORA")
    files = [os.path.join(corpora or "", name, "docs.jsonl.gz") for name in NAMES]
    if not corpora or not all(map(os.path.exists, files)):
        print("skipped: $SHG_CORPORA names no folder with", " and ".join(NAMES))
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="shingled-corpora-") as folder:
        put_by_command(sys.argv[1], sys.argv[2], files, folder)
        through_a_kill(sys.argv[1], files, folder)


main()
