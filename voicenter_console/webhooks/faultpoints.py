"""Named points at which a test may end the process, to prove what survives (FAULTS F-01 to F-03).

Costs a comparison with None unless FAULT_POINT is set in the environment of a test's own process:
`FAULT_POINT=commit` kills at that point once; `FAULT_POINT=parse:poison` kills whenever a body holds that word.
"""

import os
import signal
from collections.abc import Sequence

_armed = os.environ.get("FAULT_POINT")


def reached(point: str, deliveries: Sequence[object] = ()) -> None:
    if _armed is None:
        return
    name, _, word = _armed.partition(":")
    if name == point and (not word or any(word.encode() in row.bytes for row in deliveries)):
        os.kill(os.getpid(), signal.SIGKILL)
