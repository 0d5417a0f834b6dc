#!/usr/bin/python3
"""demo - the second half of script/demo: a daemon on an empty store, and the questions it answers.

usage: demo.py BUILD_DIR [FOLDER]

Every answer shown is the output of `shingle`, the command line, against a live `shingled`.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SAMPLES = os.path.join(ROOT, "tests", "samples")
ENDINGS = (".txt", ".jsonl")
LOOKED_AT = 300  # articles of a folder that are asked for their matches, to find one worth showing

HARBOUR = "https://harbourpost.example/2025/03/09/valkenburg-knew-of-solveig-cracks"
FERRYMAN = "https://dailyferryman.example/2025/03/10/pharmacist-before-the-weekend"
KESTREL = "https://kestreltimes.example/blogs/waterline/5-forty-meetings"
AGENCY = "https://kuestendienst.example/meldung/2025-03-12/0311"
GRAIN = "https://lowlandherald.example/markets/grain-dunmoor-2025-03-06"


class Demo:
    def __init__(self, build, cwd, *options):
        """cwd: where the commands shown are typed; options: more of the daemon's."""
        self.daemon = os.path.abspath(os.path.join(build, "daemon", "shingled"))
        self.client = os.path.abspath(os.path.join(build, "client", "shingle"))
        self.cwd, self.options = cwd, options
        self.tty = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="shingled-demo-")
        self.log = open(os.path.join(self.folder, "log"), "w+")
        # A session of its own: Ctrl-C ends the demo, and the demo ends the daemon.
        self.process = subprocess.Popen(
            [self.daemon, "--data", os.path.join(self.folder, "data"), "--listen", "tcp://127.0.0.1:*",
             *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True)
        ready = self.process.stdout.readline().split()
        if ready[:1] != ["ready"]:
            self.process.wait()
            self.log.seek(0)
            shutil.rmtree(self.folder)
            sys.exit(f"demo: shingled did not start:\n{self.log.read()}")
        self.server = ready[1].split("=", 1)[1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        status = self.process.wait()
        shutil.rmtree(self.folder)
        if status:
            sys.exit(f"demo: shingled ended with status {status}")

    def say(self, text):
        print("\n" + textwrap.fill(" ".join(text.split()), 92))

    def show(self, *words, shown=None):
        """Prints a command as one would type it, and what it answers."""
        line = "$ shingle " + (shown or " ".join(words))
        print("\n" + (f"\033[1m{line}\033[0m" if self.tty else line), flush=True)
        subprocess.run([self.client, "--server", self.server, *words], cwd=self.cwd)

    def ask(self, *words):
        """The same as objects, one a line, for what the demo itself wants to know."""
        run = subprocess.run([self.client, "--server", self.server, "--json", *words],
                             capture_output=True, text=True, cwd=self.cwd)
        return [json.loads(line) for line in run.stdout.splitlines()]


def tour(d):
    d.say(f"shingled is up on {d.server} with an empty store, and knows the invented outlets by --sources "
          "tests/samples/sources.tsv. In go 52 invented articles in five languages.")
    paths = sorted(glob.glob(os.path.join(SAMPLES, "*.jsonl")))
    d.show("put", *paths, shown="put tests/samples/*.jsonl")

    alike = sorted(m["resemblance"] for m in d.ask("query", HARBOUR)[0]["matches"])
    d.say(f"""1. Six outlets wrote about one television interview. Word for word their articles are only
        {alike[0]:.0%} to {alike[-1]:.0%} alike, far under what a near-duplicate detector would notice; what they
        share is quotations, by way of one outlet. Who took them, and who says so?""")
    d.show("story", "--no-passages", HARBOUR)

    d.say("""2. The evidence against one of the silent ones: the passages, marked in its text and in the text
        they came by. They are quotations; the narration around them is its own.""")
    d.show("query", "--publisher", "harbourpost.example", FERRYMAN)

    d.say("""3. Credits are located, told apart by role, and checked against the stored text of whoever is
        credited.""")
    d.show("credits", KESTREL)

    d.say("""4. An agency report and what became of it, in German: reprints, one of them inside page
        furniture and one with other quotation marks; a cut; a rewrite; a comment that only quotes.""")
    d.show("story", "--no-passages", AGENCY)

    d.say("""5. Market notices are one form filled in again and again: nobody copied anybody, and a query
        finds nothing unless templates are asked for.""")
    d.show("query", GRAIN)
    d.show("query", "--relations", "template", "--limit", "2", "--no-passages", GRAIN)


def texts_in(folder):
    """Relative to the folder, whose files then have short names as their uris."""
    found = []
    for base, _, leaves in os.walk(folder):
        for leaf in leaves:
            plain = leaf[:-3] if leaf.endswith(".gz") else leaf[:-4] if leaf.endswith(".zst") else leaf
            if plain.endswith(ENDINGS):
                found.append(os.path.relpath(os.path.join(base, leaf), folder))
    return sorted(found)


def most_matched(d, uris):
    """(matches, uri) of the article that shares its wording with the most others."""
    best = (0, None)
    for uri in uris:
        matches = d.ask("query", "--no-passages", "--limit", "1000", "--uri", uri)[0]["matches"]
        best = max(best, (len(matches), uri), key=lambda b: b[0])
    return best


def own(d, folder, paths):
    d.say(f"shingled is up on {d.server} with an empty store. In go the {len(paths)} files of {folder}.")
    d.show("put", *paths, shown="put " + (" ".join(paths) if len(paths) <= 4 else f"{paths[0]} ... {paths[-1]}"))

    # Putting the same again changes nothing, and names what is stored.
    stored = [o["uri"] for o in d.ask("put", *paths) if o.get("result") == "unchanged"][:LOOKED_AT]
    most, best = most_matched(d, stored)
    if not best:
        d.say(f"No two of the {len(stored)} articles looked at share wording: each is its own.")
        return
    d.say(f"Of {len(stored)} articles looked at, this one shares its wording with the most others, {most}.")
    d.show("story", "--no-passages", best)
    d.say("What it shares with the closest of them:")
    d.show("query", "--limit", "1", "--uri", best)
    d.say("Whom it credits:")
    d.show("credits", "--uri", best)
    d.say("And over all articles, who has wording from whom:")
    d.show("sources")


def main(build, folder=None):
    if folder:
        paths = texts_in(folder)
        if not paths:
            sys.exit(f"demo: there are no *.txt and no *.jsonl files in {folder}")
        with Demo(build, folder) as d:
            own(d, folder, paths)
    else:
        with Demo(build, ROOT, "--sources", os.path.join(SAMPLES, "sources.tsv")) as d:
            tour(d)
    print()
    d.say(f"""The daemon has ended and its store is gone. To keep one: {os.path.relpath(d.daemon, ROOT)} --data
        FOLDER, then {os.path.relpath(d.client, ROOT)} put FILE... in another terminal. Your own texts: script/demo
        FOLDER. Two files without a daemon: shingle compare A B. From your own program: client/examples/query.py,
        and include/shingled/PROTOCOL.md for the rest.""")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
