"""Makes the bundled catalogue from saved payloads: `python -m llm_router.local.bundle FOLDER --today YYYY-MM-DD`.

FOLDER holds one file per source, named `<source>@<the date for which it holds>.<json or csv>`, such as
`litellm@2026-11-01.json`. What it prints is where the figures in `quality_map.toml` come from.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from llm_router.adapters.sources.registry import PARSERS
from llm_router.catalogue.bundled import FILE
from llm_router.catalogue.entry import Catalogue, ModelEntry
from llm_router.catalogue.evidence import Evidence
from llm_router.catalogue.linking import IDENTITY, links
from llm_router.catalogue.quality_map import quality_map
from llm_router.catalogue.records import Reading
from llm_router.catalogue.refresh_plan import plan
from llm_router.catalogue.snapshot import dumps
from llm_router.catalogue.tables import tables


def readings(folder: Path) -> list[Reading]:
    """Every saved payload, parsed by its source's own parser."""
    found = []
    for path in sorted(folder.glob("*@*")):
        source, _, held = path.stem.partition("@")
        found.append(PARSERS[source](path.read_bytes(), date.fromisoformat(held).isoformat()))
    return found


def bundle(given: Sequence[Reading], today: str) -> Catalogue:
    """The active models whose price is known and whose quality has evidence, as a refresh would publish them."""
    models = plan(given, {}, today, tables(), quality_map()).models
    kept = {name: entry for name, entry in models.items() if _complete(entry)}
    return Catalogue(0, kept, 0.0)


def _complete(entry: ModelEntry) -> bool:
    priced = entry.input_usd_per_mtok is not None and entry.output_usd_per_mtok is not None
    return entry.active and priced and bool(entry.quality) and entry.context_window is not None


def report(given: Sequence[Reading], made: Catalogue) -> None:
    """How the measures link, and what the catalogue holds."""
    known, choices = tables(), quality_map()
    evidence = Evidence(given, choices, known)
    print(f"{'category':18}{'measure':48}{'overlap':>8}{'corr.':>7}{'log-odds per 100 points':>25}")
    for name, category in choices.categories.items():
        for measure, link in links(evidence, list(known.models.values()), category, choices).items():
            if link is not IDENTITY:
                label = f"{measure.source} {measure.names[0]}" + (" ..." if len(measure.names) > 1 else "")
                print(f"{name:18}{label:48}{link.overlap:8}{link.correlation:7.2f}{100 / link.slope:25.2f}")
    own = sum(
        not any("predecessor" in cell.source for row in entry.quality.values() for cell in row.values())
        for entry in made
    )
    providers = Counter(entry.provider for entry in made)
    print(f"{len(made)} models of {len(providers)} providers, {own} with evidence of their own: {dict(providers)}")
    for reading in given:
        print(f"{reading.source}: {reading.records} records as of {reading.as_of}, {len(reading.problems)} left out")


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the package's file, or says what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--today", required=True, type=lambda text: date.fromisoformat(text).isoformat())
    options = parser.parse_args(arguments)
    given = readings(options.folder)
    made = bundle(given, options.today)
    if not len(made):
        print("The folder gives no complete model; nothing was written.", file=sys.stderr)
        return 1
    report(given, made)
    payload = dumps(made)
    FILE.write_bytes(payload)
    print(f"{FILE.name}: {len(payload):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
