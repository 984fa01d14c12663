"""python -m recorder run|verify: see README.md."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
import threading
from pathlib import Path

from recorder import Address, Mode, Recorder, Recording, Settings, verify


def slots(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last) + 1)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="recorder", description="Writes to a primary, or to all of a cluster, and verifies what was acknowledged."
    )
    parser.add_argument("verb", choices=["run", "verify"])
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.CLUSTER, help="default: %(default)s")
    parser.add_argument("--seeds", required=True, help="HOST:PORT[,HOST:PORT...]; of sentinels in sentinel mode")
    parser.add_argument("--master-name", default="mymaster", help="sentinel mode (default: %(default)s)")
    parser.add_argument("--file", type=Path, required=True, help="where the recording is kept")
    parser.add_argument("--seconds", type=float, help="run: stop after so long (default: at SIGINT or SIGTERM)")
    parser.add_argument("--workers", type=int, default=3, help="writers; in a cluster one per shard (default: 3)")
    parser.add_argument("--interval", type=float, default=0.01, help="seconds between two writes of a worker; 0: none")
    parser.add_argument("--batch", type=int, default=1, help="keys in one round trip (default: 1)")
    parser.add_argument(
        "--slots", type=slots, help="FIRST-LAST: only keys of these slots, for one primary of a cluster"
    )
    parser.add_argument("--ca-file", help="TLS, verified by the CAs of this file (default: no TLS)")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    settings = Settings(
        seeds=tuple(Address.parse(seed) for seed in args.seeds.split(",")),
        password=os.environ.get("RECORDER_PASSWORD"),
        mode=args.mode,
        master_name=args.master_name,
        sentinel_password=os.environ.get("RECORDER_SENTINEL_PASSWORD"),
        workers=args.workers,
        interval=args.interval,
        batch=args.batch,
        slots=args.slots,
        ca_file=args.ca_file,
    )
    if args.verb == "verify":
        verdict = verify(Recording.load(args.file), settings)
        print(json.dumps({**dataclasses.asdict(verdict), "ok": verdict.ok}, indent=2))
        return 0 if verdict.ok else 1
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    recorder = Recorder(settings).start()
    ended.wait(args.seconds)
    recording = recorder.stop()
    recording.save(args.file)
    print(
        json.dumps(
            {"acked": recording.acked, "longest_gaps": recording.longest_gaps(), "errors": recording.error_counts()},
            indent=2,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
