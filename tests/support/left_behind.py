"""`python -m tests.support.left_behind PATH`: memory blocks that stay behind each request, in a process of its own.

In the tests' own process other tests' threads and the log capture would be counted too.
"""

from __future__ import annotations

import gc
import sys

from tests.support.service import Service, service

WARM_UP, COUNTED = 20, 200


def main() -> None:
    with service() as running:
        _ask(running, WARM_UP)
        before = _blocks()
        _ask(running, COUNTED)
        print((_blocks() - before) / COUNTED)


def _ask(running: Service, times: int) -> None:
    for _ in range(times):
        assert running.post(sys.argv[1], {"prompt": "How do I sort a list in Python?"}).status == 200


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()


if __name__ == "__main__":
    main()
