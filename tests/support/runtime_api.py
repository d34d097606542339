"""Lambda's Runtime API for one function process, on loopback: what awslambdaric asks for events and gives answers."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.loopback import POLL_S


@dataclass
class RuntimeApi:
    """Events waiting for the function, and what it gave back: a result, or the path on which it failed."""

    address: str = ""
    events: queue.Queue[object] = field(default_factory=queue.Queue)
    answers: queue.Queue[tuple[float, str, bytes]] = field(default_factory=queue.Queue)

    def invoke(self, event: object, timeout_s: float = 60.0) -> tuple[float, object]:
        """When the answer had come in, on the clock of `time.perf_counter`, and the function's result."""
        self.events.put(event)
        at, path, body = self.answers.get(timeout=timeout_s)
        if not path.endswith("/response"):
            raise RuntimeError(f"the function failed: {body.decode(errors='replace')[:500]}")
        return at, json.loads(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A function that is ended while it waits for its next event hangs up."""


@contextmanager
def runtime_api() -> Iterator[RuntimeApi]:
    """A server that answers by the time this yields, and is gone when it returns."""
    api = RuntimeApi()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            event = api.events.get()
            if event is None:
                self.close_connection = True
                return
            payload = json.dumps(event).encode()
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", "00000000-0000-0000-0000-000000000001")
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 60_000))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:local:0:function:bench")
            self.send_header("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            api.answers.put((time.perf_counter(), self.path, body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    api.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.events.put(None)
        server.shutdown()
        server.server_close()
