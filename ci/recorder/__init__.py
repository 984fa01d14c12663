"""Write recorder: writes unique keys, notes every acknowledgement, and later asks the primaries for all of them."""

from recorder.program import ProgramRecorder
from recorder.recorder import NotServingError, Recorder
from recorder.recording import Recording
from recorder.settings import Address, Mode, Settings
from recorder.verify import Verdict, verify

__all__ = [
    "Address",
    "Mode",
    "NotServingError",
    "ProgramRecorder",
    "Recorder",
    "Recording",
    "Settings",
    "Verdict",
    "verify",
]
