"""The four functions on a store that can fail, with the sources' web on loopback and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from llm_router.catalogue.entry import Catalogue
from llm_router.local.events import schedule_event
from llm_router.local.functions import load_module
from tests.support.aws import BUCKET, REGION, TABLE, ServedAws, served_aws
from tests.support.clock import FakeClock
from tests.support.service import Service, service
from tests.support.sources_server import ServedSources, served_sources


class ServedWorld:
    """Everything around the functions. Without a bundled catalogue unless told: beside its hundreds of models the
    sources' excerpts would look shrunk."""

    def __init__(self, stack: ExitStack, store: str, folder: Path, *, bundled: bool) -> None:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        self.sources: ServedSources = stack.enter_context(served_sources(folder))
        self.clock = FakeClock(1_795_500_000.0)
        patch.setattr("llm_router.composition.services.SystemClock", lambda: self.clock)
        if not bundled:
            patch.setattr("llm_router.catalogue.bundled.bundled", lambda: Catalogue(0, {}))
        settings = {"STORE": "sqlite", "STATE_DIR": str(folder)}
        if store == "aws":
            self.aws: ServedAws = stack.enter_context(served_aws())
            settings = {"STORE": "aws", "TABLE_NAME": TABLE, "BUCKET_NAME": BUCKET, "AWS_REGION": REGION}
        self.api: Service = stack.enter_context(service(**settings))

    def schedule(self, event_id: str = "one") -> dict:
        """The refresh that comes by itself."""
        function = self.api.template.functions["IngestFunction"]
        result = load_module(function).handler(schedule_event(function.name, event_id=event_id, now=1.0), None)
        assert isinstance(result, dict)
        return result

    def versions(self) -> list[int]:
        """Those that were published, newest first: the bundled one, 0, is listed last."""
        *published, bundled = self.api.get("/catalogue/versions").json["versions"]
        assert (bundled["version"], bundled["origin"]) == (0, "bundled")
        return [version["version"] for version in published]

    def state(self, source: str) -> dict:
        return {each["name"]: each for each in self.api.get("/status").json["sources"]}[source]


MakeWorld = Callable[..., ServedWorld]


@contextmanager
def worlds(folder: Path) -> Iterator[MakeWorld]:
    """Makes worlds on `sqlite` or `aws`."""
    with ExitStack() as stack:
        yield lambda store, *, bundled=False: ServedWorld(stack, store, folder, bundled=bundled)
