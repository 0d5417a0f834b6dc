"""peers - installs other near-duplicate libraries in a folder of their own, and runs each on the same texts.

Pinned versions, by pip and cargo as they are set up on this machine. A peer that can't be had is left out
with the reason; the whole output of a failed step is in install.log in that folder.
"""
import os
import shutil
import subprocess

from machine import ROOT

HERE = os.path.join(ROOT, "bench", "peers")
STEP_S = 600  # one step of an installation
PINS = {  # peer: what pip is given, one call each
    "datasketch": [["datasketch==2.0.0"]],
    "rensa": [["rensa==0.5.0"]],
    # All that it asks for is over a gigabyte, most of it for other ways than MinHash.
    "text-dedup": [["click==8.5.1", "click-option-group==0.5.9", "datasets==5.2.0", "ftfy==6.3.1", "psutil==7.2.2",
                    "regex==2026.11.15", "rich==15.0.0", "scipy==1.17.1", "tqdm==4.70.1", "xxhash==4.1.0"],
                   ["--no-deps", "text-dedup==0.4.0"]],
    "clickhouse": [["chdb==4.4.0"]],
}
NOT_TO_BE_HAD = {"duplodocus": "neither pip nor cargo has a package of that name"}
NAMES = [*PINS, "gaoya"]


class Missing(Exception):
    """Why a peer is left out."""


def step(log, command, **more):
    log.write("$ " + " ".join(command) + "\n")
    log.flush()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=STEP_S, check=False,
                              **more)
    except FileNotFoundError as e:
        raise Missing(f"{command[0]} is not installed") from e
    except subprocess.TimeoutExpired as e:
        raise Missing(f"{command[0]} took over {STEP_S} s") from e
    if done.returncode:
        with open(log.name, encoding="utf8", errors="replace") as f:
            last = [line.strip() for line in f if "rror" in line] or ["see " + log.name]
        raise Missing(f"{os.path.basename(command[0])} failed: {last[-1][:200]}")


def python_of(folder, log):
    venv = os.path.join(folder, "venv")
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(os.path.join(venv, "ready")):
        shutil.rmtree(venv, ignore_errors=True)
        base = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
        step(log, [base, "-m", "venv", venv])
        open(os.path.join(venv, "ready"), "w", encoding="ascii").close()
    return python


def install_python(peer, folder, log):
    python = python_of(folder, log)
    stamp = os.path.join(folder, "venv", f"{peer}.installed")
    pins = "\n".join(" ".join(call) for call in PINS[peer])
    if not os.path.exists(stamp) or open(stamp, encoding="ascii").read() != pins:
        for call in PINS[peer]:
            step(log, [python, "-m", "pip", "install", "--disable-pip-version-check", "--only-binary", ":all:", *call])
        with open(stamp, "w", encoding="ascii") as f:
            f.write(pins)
    return [python, os.path.join(HERE, "peer.py"), peer]


def install_gaoya(folder, log):
    """Built in a copy, so that nothing is written beside its source."""
    crate, source = os.path.join(folder, "gaoya"), os.path.join(HERE, "gaoya")
    program = os.path.join(crate, "target", "release", "gaoya_peer")
    shutil.copytree(source, crate, dirs_exist_ok=True)
    step(log, ["cargo", "build", "--release", "--quiet"], cwd=crate)
    return [program]


def install(peer, folder):
    """The command that runs the peer, but for the file of texts; Missing where it can't be had."""
    if peer in NOT_TO_BE_HAD:
        raise Missing(NOT_TO_BE_HAD[peer])
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "install.log"), "a", encoding="utf8") as log:
        return install_gaoya(folder, log) if peer == "gaoya" else install_python(peer, folder, log)
