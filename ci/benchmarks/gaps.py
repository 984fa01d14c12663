"""Which pause of a recording belongs to which event."""

from __future__ import annotations

import itertools

from recorder import Recording


def longest_after(recording: Recording, moments: list[float]) -> list[float]:
    """Per moment: the longest pause of any worker that ends after it and before the next one, in seconds.

    A pause that had not ended when the recording did is not among them.
    """
    result = []
    for begin, end in itertools.pairwise([*moments, recording.ended]):
        longest = 0.0
        for worker in recording.workers:
            for start, length in worker.gaps(recording.started, recording.ended):
                if begin <= start + length < end:
                    longest = max(longest, length)
                    break
        result.append(longest)
    return result
