#!/usr/bin/python3
"""spec - the protocol's clauses once more, as any Python client with pyzmq sees them.

Run by meson with $SHG_DAEMON and $SHG_SPEC_DIR; spec.py NAME... runs only the tests whose names
contain a NAME.
"""

import glob
import importlib
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
sys.dont_write_bytecode = True


def main():
    try:
        import zmq
    except ImportError:
        print("pyzmq is missing: skipped")
        return SKIPPED
    print("pyzmq", zmq.__version__, "libzmq", zmq.zmq_version())
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in sys.argv[1:]] or None
    suite = unittest.TestSuite()
    sys.path.insert(0, HERE)
    for path in sorted(glob.glob(os.path.join(HERE, "spec_*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        suite.addTests(loader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


sys.exit(main())
