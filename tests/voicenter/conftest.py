"""Hypothesis without a clock: a shared machine's pauses are no fault of an example."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
