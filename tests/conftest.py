"""Settings for the whole suite: property tests are reproducible, and print what to re-run."""

from hypothesis import settings

settings.register_profile("reproducible", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("reproducible")
