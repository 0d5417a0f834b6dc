"""machine - what a run ran on: commit, compiler, CPU; and how busy the machine was with other things."""
import datetime
import json
import os
import platform
import re
import resource
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPILER = re.compile(r"^C compiler for the host machine: .*?\((\S+ \S+)", re.M)


def git(*args):
    done = subprocess.run(["git", "-C", ROOT, *args], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def commit():
    """The commit, with a "+" where files differ from it; results of a run do not count."""
    head = git("rev-parse", "--short=12", "HEAD") or "unknown"
    changed = git("status", "--porcelain", "--", ".", ":!bench/results")
    return head + ("+" if changed else "")


def compiler(build):
    """As meson found it, and the build's type: "gcc 12.2.0 release"."""
    try:
        with open(os.path.join(build, "meson-logs", "meson-log.txt"), encoding="utf8", errors="replace") as f:
            found = COMPILER.search(f.read())
        with open(os.path.join(build, "meson-info", "intro-buildoptions.json"), encoding="utf8") as f:
            kind = next(o["value"] for o in json.load(f) if o["name"] == "buildtype")
        return f"{found[1]} {kind}"
    except (OSError, TypeError, ValueError, StopIteration):
        return "unknown"


def cpu():
    """Its name, with family and model: what a host shows of it may be the same name for all of a maker's."""
    try:
        with open("/proc/cpuinfo", encoding="utf8") as f:
            says = dict(re.findall(r"^([^:\t]+)\s*: (.*)$", f.read().split("\n\n", 1)[0], re.M))
        return "{model name} (family {cpu family} model {model})".format(**says).replace(",", " ")
    except (OSError, KeyError):
        return platform.machine()


def level(build):
    """Which vectors a build uses here, as $SHG_CPU has them: "avx2"."""
    told = subprocess.run([os.path.join(build, "daemon", "shingled"), "--version"], capture_output=True, text=True,
                          check=True)
    return re.search(r"kernels for (\w+)", told.stdout)[1]


def about(build):
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    return {"commit": commit(), "date": today, "compiler": compiler(build), "cpu": cpu()}


def memory_bytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class Busy:
    """How much of the machine's CPU time others took, and how much of it the host kept (steal), since it was
    made. Own time is that of this process and of the children that have ended."""

    def __init__(self):
        self.began, self.stat, self.own = time.monotonic(), self._stat(), self._own()
        self.load = os.getloadavg()[0]

    @staticmethod
    def _own():
        return sum(r.ru_utime + r.ru_stime for r in
                   (resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))

    @staticmethod
    def _stat():
        """(busy, steal) in seconds, over all CPUs."""
        with open("/proc/stat", encoding="ascii") as f:
            ticks = [int(x) for x in f.readline().split()[1:]]
        hz = os.sysconf("SC_CLK_TCK")
        user, nice, system, _idle, _wait, irq, soft, steal = ticks[:8]
        return (user + nice + system + irq + soft) / hz, steal / hz

    def cores(self):
        """(cores that others took, cores that the host kept), on average."""
        took = max(time.monotonic() - self.began, .01)
        busy, steal = (now - then for now, then in zip(self._stat(), self.stat))
        return max(busy - (self._own() - self.own), 0) / took, steal / took

    def say(self):
        others, steal = self.cores()
        return (f"load average {self.load:.1f} before, {os.getloadavg()[0]:.1f} after; "
                f"others took {others:.2f} of {os.cpu_count()} cores, the host {steal:.2f}")
