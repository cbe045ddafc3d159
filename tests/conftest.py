"""Settings of all tests."""

import signal

from hypothesis import settings

# A shell starts what it puts in the background with Ctrl-C ignored, and programs inherit that: those that tests interrupt too.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The first call of a compiled function compiles it, for seconds; how long a test takes is no matter of its being right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
