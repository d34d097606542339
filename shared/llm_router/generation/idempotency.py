"""Doing a request once however often it is sent: by a key that the caller makes up, in the record store.

Powertools' idempotency keeps its records in a DynamoDB table of its own and wraps plain functions; ours are
asynchronous, and a laptop has no DynamoDB. The record store is there in both places.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from llm_router.aside import Aside, here
from llm_router.cache_keys import key as keyed_hash
from llm_router.errors import Conflict, ErrorCode, StoreUnavailable
from llm_router.marks import Marks
from llm_router.ports import Clock, Record, RecordStore

KIND = "idempotency"
RUNNING_S = 35.0
"""A request that has not ended by then has died: one generation takes 25 s at most."""

KEPT_S = 3600.0
MOST_BYTES = 200_000
MAX_KEY = 255


@dataclass(frozen=True, slots=True)
class Once:
    """Answers of requests that bear a key. Raises `Conflict` for one that is still running or that asked otherwise.
    The records are asked `aside`.

    Keys and bodies are kept as hashes that nobody can make without `secret`, which whoever shares the records has to
    share as well.

    One that outlives its time may find that another has begun under its key. It then leaves alone what is that one's.
    """

    records: RecordStore
    clock: Clock
    secret: bytes
    aside: Aside = here

    async def run(self, tenant: str, key: str, body: bytes, work: Callable[[], Awaitable[bytes]]) -> bytes:
        """The answer: that of an earlier request, or what `work` brings. One that failed may be sent again."""
        name = keyed_hash(self.secret, KIND, "", f"{tenant}\0{key}")
        print_ = keyed_hash(self.secret, "body", name, hashlib.sha256(body).hexdigest())
        owner = os.urandom(16).hex()
        begun = Record(KIND, name, json.dumps([print_, None, owner]), self.clock.now() + RUNNING_S)
        if not await self.aside(lambda: self._marks.set(begun)):
            return await self.aside(lambda: self._earlier(name, print_))
        try:
            answer = await work()
        except BaseException:
            await self.aside(lambda: self._marks.lift(begun))
            raise
        await self.aside(lambda: self._keep(begun, print_, answer))
        return answer

    @property
    def _marks(self) -> Marks:
        return Marks(self.records, self.clock)

    def _earlier(self, name: str, print_: str) -> bytes:
        record = self.records.get(KIND, name)
        held = json.loads(record.body) if record else [print_, None]
        if held[0] != print_:
            raise Conflict("This idempotency key was used for another request.", code=ErrorCode.IDEMPOTENCY_KEY_REUSED)
        if held[1] is None:
            raise Conflict(
                "The first request with this idempotency key is still running.",
                code=ErrorCode.IDEMPOTENCY_IN_PROGRESS,
                retry_after_s=2,
            )
        return zlib.decompress(base64.b64decode(held[1]))

    def _keep(self, begun: Record, print_: str, answer: bytes) -> None:
        """What cannot be kept, or is too large for it, is forgotten: the answer has been paid for and is given."""
        packed = base64.b64encode(zlib.compress(answer)).decode("ascii")
        if len(packed) > MOST_BYTES:
            self._marks.lift(begun)
            return
        kept = replace(begun, body=json.dumps([print_, packed]), expires_at=self.clock.now() + KEPT_S)
        with contextlib.suppress(StoreUnavailable):
            if not self.records.replace(kept, expected_body=begun.body):
                self.records.put(kept, only_if_absent=True)  # late, and nobody else has begun
