#!/usr/bin/python3
"""bench - the README's pictures and table of speed are what the committed results say."""
import os
import subprocess
import sys

import tree

done = subprocess.run([sys.executable, os.path.join(tree.ROOT, "bench", "plot"), "--check"], capture_output=True,
                      text=True)
tree.report([done.stdout.strip() + done.stderr.strip()] if done.returncode else [], 1)
