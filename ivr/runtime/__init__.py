"""What a caller hears next: arithmetic over a flow, what was heard, and what is known. No Django, no clock.

The same `step` answers the cloud, the simulator, the saved cases and a replay of yesterday's calls.
"""

from .facts import Facts, NothingKnown, Unknown
from .step import MOST_HOPS, step
from .words import Heard, Note, Position, Reached

__all__ = ["MOST_HOPS", "Facts", "Heard", "Note", "NothingKnown", "Position", "Reached", "Unknown", "step"]
