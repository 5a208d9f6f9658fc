"""Counters of the hooks, for /metrics."""

from prometheus_client import Counter, Histogram

received = Counter(
    "hooks_received_total", "Bodies kept, by channel and the err they were answered with", ["channel", "err"]
)
refused = Counter("hooks_refused_total", "Requests refused before anything was kept, by reason", ["reason"])
hints_lost = Counter("hooks_hints_lost_total", "Hints that the broker did not take; the sweep finds the rows")
fallbacks = Counter(
    "hooks_fallbacks_total", "Callers answered with the fallback, by channel and cause", ["channel", "cause"]
)
written_never = Counter("hooks_written_never_total", "Writes after an answer that had to be dropped")
popups = Counter("hooks_popups_total", "Pop-ups by what became of them", ["outcome"])
seconds = Histogram(
    "hooks_seconds",
    "Time from a body's last byte to its answer",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.8, 2),
)
