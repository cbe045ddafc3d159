"""Settings of all tests."""

from hypothesis import settings

# The first call of a compiled function compiles it, for seconds; how long a test takes is no matter of its being right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
