"""Makes some records poison, for the runs of ``scripts/abuse_batch.py`` and the tests: on PYTHONPATH, Python imports this first.

A text with one of the words below does to the process that repairs it what real records do now and then: crash it in compiled
code, keep it busy for ever, hang it, take all of its memory.
"""

import importlib.abc
import importlib.util
import os
import signal
import sys
import time

CRASH, ENDLESS, HANG, MEMORY, FAIL = (
    f"poison-{name}" for name in ("crash", "endless", "hang", "memory", "fail")
)


def strike(text):
    if CRASH in text:
        os.kill(os.getpid(), signal.SIGSEGV)
    if ENDLESS in text:
        while True:
            pass
    if HANG in text:
        time.sleep(10_000)
    if MEMORY in text:
        raise MemoryError
    if FAIL in text:
        raise RuntimeError("a bug")


class Poisoner(importlib.abc.MetaPathFinder):
    """Wraps ``Repairer.repair`` when its module is imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "textrepair.repair":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            repair = module.Repairer.repair

            def poisoned(self, text, *arguments):
                strike(text)
                return repair(self, text, *arguments)

            module.Repairer.repair = poisoned

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Poisoner())
