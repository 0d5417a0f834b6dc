#!/usr/bin/python3
"""bench - measures shingled, each figure beside its roofline or a peer in the same run.

usage: script/bench [OPTION]...

  --quick         smaller sizes: under 3 minutes, once built and installed
  --huge          10 million articles too: 30 GB of disk, half an hour more
  --only PARTS    some of kernels,accuracy,load,peers,layout (all)
  --json FILE     the watched figures, one JSON object a line
  --results DIR   where the rows go as CSV: bench/results/LEVEL/, by the CPU's vectors; with --quick
                  build-bench/results/
  --build DIR     a build that is there already, used as it is (default: builds build-bench/)
  --no-peers      installs and runs no peers
  --smoke         tiny sizes: whether everything runs, not how fast
  --help          this

The whole takes under 40 minutes. Peers are installed by pip and cargo into build-peers/; what can't be had is
left out, with a line that says why. Figures of a machine that does other things meanwhile are worth little: how
busy it was is printed at the end. bench/README.md says what is measured, and how.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import figures
import machine
import rows as rows_of
import table
from parts import PARTS, SIZES

SELDOM_S = 5
PROGRAM_S = 3600  # longest that one program may take


class Failed(Exception):
    pass


class Options:
    def __init__(self, args):
        self.size, self.parts, self.peers = "whole", list(PARTS), True
        self.json = self.results = self.build = None
        args = list(args)
        while args:
            name, given, value = args.pop(0).partition("=")
            if name in ("--quick", "--huge", "--smoke") and not given:
                self.size = name[2:]
            elif name == "--no-peers" and not given:
                self.peers = False
            elif name in ("--only", "--json", "--results", "--build"):
                value = value if given else args.pop(0) if args else self.usage()
                if name == "--only":
                    self.parts = value.split(",")
                else:
                    setattr(self, name[2:], os.path.abspath(value))
            elif name == "--help":
                print(__doc__, end="")
                sys.exit(0)
            else:
                self.usage()
        if not set(self.parts) <= set(PARTS):
            self.usage()

    @staticmethod
    def usage():
        print(__doc__, end="", file=sys.stderr)
        sys.exit(2)


class Run:
    """One run: the rows so far, and how a part runs its programs."""

    def __init__(self, options, build, scratch):
        self.size, self.build, self.scratch = SIZES[options.size], build, scratch
        self.peers = os.path.join(machine.ROOT, "build-peers") if options.peers else None
        self.rows, self.skipped, self.began = rows_of.Rows(), [], time.monotonic()
        self.child = None
        self.said, self.tty = 0, sys.stderr.isatty()

    def say(self, part, text, seldom=False):
        """One line of progress; on a terminal it replaces the one before, elsewhere seldom ones are left out."""
        if seldom and not self.tty and time.monotonic() - self.said < SELDOM_S:
            return
        self.said = time.monotonic()
        line = f"{time.monotonic() - self.began:6.0f} s  {part}: {text}"
        if self.tty:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r\x1b[K" + line[:width])
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def say_no_more(self):
        if self.tty:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def skip(self, why):
        self.say_no_more()
        self.skipped.append(why)
        print(f"  skipped: {why}", flush=True)

    def _follow(self, part, stream, last):
        for line in stream:
            if line.strip():
                last.append(line.strip())
                del last[:-20]
                self.say(part, line.strip(), seldom=True)

    def program(self, part, command, may_fail=None, limit=PROGRAM_S, change=lambda row: row):
        """Runs a program of the build, or at a path, and adds the rows that it prints, as change returns them (None:
        left out).
        may_fail: what to call it where it fails and is left out. limit: seconds; what came until then stays."""
        path = command[0] if os.path.isabs(command[0]) else os.path.join(self.build, "bench", command[0])
        self.say(part, " ".join([os.path.basename(path), *command[1:]]))
        last, started = [], time.monotonic()
        # A session of its own: whatever it starts ends with it.
        self.child = subprocess.Popen([path, *command[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
                                      env={**os.environ, "TMPDIR": self.scratch})
        follower = threading.Thread(target=self._follow, args=(part, self.child.stderr, last))
        guard = threading.Timer(limit, self.end_child)
        follower.start()
        guard.start()
        try:
            for line in self.child.stdout:
                row = rows_of.parse(line)
                row = change(row) if row else None
                if row:
                    self.rows.add(row)
            status = self.child.wait()
        finally:
            self.end_child()
            guard.cancel()
            follower.join()
            self.child.stdout.close()
            self.child.stderr.close()
            self.child = None
        if status and may_fail:
            late = f"ended after {limit:.0f} s, in: " if time.monotonic() - started >= limit else ""
            said = [line for line in last if not line.startswith("data:")] or [f"status {status}"]
            self.skip(f"{may_fail}: {late}{said[-1]}")
        elif status:
            raise Failed(f"{' '.join(command)}: status {status}\n" + "\n".join(last))

    def end_child(self):
        child = self.child
        if child:
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def build(options):
    if options.build:
        return options.build
    folder = os.path.join(machine.ROOT, "build-bench")
    command = [os.path.join(machine.ROOT, "script", "build"), folder, "--buildtype=release"]
    if subprocess.run(command, check=False).returncode:
        sys.exit(1)
    return folder


def measure(options, run):
    """Runs the parts, shows and saves each as it ends. Returns those that failed."""
    kept = options.size in ("whole", "huge")
    results = options.results or os.path.join(
        machine.ROOT, *(["bench", "results", machine.level(run.build)] if kept else ["build-bench", "results"]))
    about, failed = machine.about(run.build), []
    print(f"{about['commit']}, {about['compiler']}, {about['cpu']}, {os.cpu_count()} cores, "
          f"{machine.memory_bytes() / 2**30:.0f} GiB", flush=True)
    for part in (p for p in PARTS if p in options.parts):
        busy = machine.Busy()
        try:
            PARTS[part](run)
        except (Failed, rows_of.Malformed, OSError) as e:
            run.say_no_more()
            print(f"\n{part} failed: {e}")
            failed.append(part)
        run.say_no_more()
        table.show_part(part, run.rows)
        sys.stdout.flush()
        found = run.rows.find(part)
        if found and part not in failed:
            rows_of.save(os.path.join(results, f"{part}.csv"), found, {**about, "others": f"{sum(busy.cores()):.2f}"})
    return failed


def main():
    options = Options(sys.argv[1:])
    folder = build(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scratch = tempfile.mkdtemp(prefix="shingled-bench-", dir=folder)
    run, busy = Run(options, folder, scratch), machine.Busy()
    try:
        failed = measure(options, run)
        table.show_figures(run.rows, options.parts)
        print(f"\n{busy.say()}; {time.monotonic() - run.began:.0f} s")
        if options.json:
            figures.save_json(options.json, run.rows)
    except KeyboardInterrupt:
        return 130
    finally:
        run.end_child()
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
