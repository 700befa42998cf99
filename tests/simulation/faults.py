"""Every kind of fault."""

from typing import Final

from tests.simulation.clock_faults import ClockJump, Drift
from tests.simulation.disk_faults import (
    FailedSync,
    FullDisk,
    LostDatabase,
    OlderFormat,
    RottenBit,
    SlowDisk,
)
from tests.simulation.fault import Fault
from tests.simulation.network_faults import BadNetwork, Cut, Flapping
from tests.simulation.process_faults import (
    Crash,
    CrashOfTheLeader,
    CrashOfTheState,
    CutOffAt,
    Drain,
    HandOver,
    Pause,
    PowerFailure,
)

KINDS: Final[dict[type[Fault], int]] = {
    Crash: 3,
    CrashOfTheLeader: 3,
    CrashOfTheState: 3,
    PowerFailure: 2,
    CutOffAt: 12,
    Pause: 3,
    HandOver: 3,
    Drain: 2,
    FailedSync: 3,
    FullDisk: 2,
    SlowDisk: 3,
    RottenBit: 3,
    LostDatabase: 2,
    OlderFormat: 2,
    ClockJump: 3,
    Drift: 2,
    Cut: 4,
    Flapping: 2,
    BadNetwork: 4,
}
"""Every kind of fault, and how often it is drawn in relation to the others."""
