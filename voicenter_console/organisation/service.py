"""What an account may promise its callers: the choices of its service level, which rollups can answer for."""

# Whole seconds: answered in time is a wait of at most the target; a short abandon hung up under the limit.
TARGETS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
SHORT_LIMITS = (0, 2, 3, 5, 6, 10)
# The definitions of METRICS, by name.
LEVELS = ("default", "flow", "1", "2", "3", "4", "5")
