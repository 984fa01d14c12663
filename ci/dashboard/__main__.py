"""python -m dashboard: the dashboard of a release as a page of HTML, of a Prometheus that scrapes it, without Grafana.

From the folder ci, after ci/dashboard/build.sh; docs/operations/monitoring.md has an example.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from dashboard.chromium import pictures
from dashboard.page import drawing, written
from dashboard.queries import Source


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--prometheus", default="127.0.0.1:9090", metavar="HOST:PORT")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--release", default="bowline")
    parser.add_argument("--minutes", type=int, default=180, help="from the begin to --until")
    parser.add_argument("--until", type=int, default=int(time.time()), metavar="SECONDS", help="of the epoch; now")
    parser.add_argument("--rate", type=int, default=120, metavar="SECONDS", help="$__rate_interval: four scrapes")
    parser.add_argument("--library", type=Path, required=True, help="the folder that build.sh prints")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="Chromium puts a PNG of each row there")
    parser.add_argument("page", type=Path, metavar="FILE.html")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    began = given.until - 60 * given.minutes
    source = Source(given.prometheus, given.namespace, given.release, began, given.until, given.rate)
    everything = drawing(source.answers(), source.times())
    given.page.write_text(written(everything, source, given.library))
    if given.pictures:
        pictures(everything, source, given.library, given.pictures)


main()
