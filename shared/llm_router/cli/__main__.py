"""`router`, or `python -m llm_router.cli`."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from functools import wraps

import click
from click.shell_completion import get_completion_class

from llm_router import __version__
from llm_router.catalogue.entry import Capability
from llm_router.cli import answers, board, listing
from llm_router.cli.client import Client, Failed, parsed
from llm_router.cli.tables import console
from llm_router.cli.top import watch
from llm_router.schemas.catalogue import ModelsAnswer
from llm_router.schemas.classify import ClassifyAnswer, ExplainedAnswer
from llm_router.schemas.dashboard import DashboardData, WholeHealth
from llm_router.schemas.route import RouteAnswer
from llm_router.schemas.status import StatusAnswer

URL = "http://127.0.0.1:8080"
Command = Callable[..., None]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--url", envvar="ROUTER_URL", default=URL, show_default=True, help="Address of the service [ROUTER_URL].")
@click.option("--key", envvar="ROUTER_KEY", default="", help="A client or the admin key [ROUTER_KEY].")
@click.version_option(__version__, prog_name="router")
@click.pass_context
def main(context: click.Context, url: str, key: str) -> None:
    """Ask a running LLM router from the terminal."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character that the other side lacks is no reason to fail
            stream.reconfigure(errors="replace")
    context.obj = Client(url, key)


def as_json(command: Command) -> Command:
    """Adds `--json`: the service's answer as it came, for other programs."""
    return click.option("--json", "raw", is_flag=True, help="Print the service's answer as JSON.")(command)


def show(body: bytes, raw: bool, picture: Callable[[], object]) -> None:
    """The answer as it came, or its picture."""
    if raw:
        click.echo(body.decode("utf-8", "replace"))
    else:
        console().print(picture())


def with_prompt(command: Command) -> Command:
    """Adds the prompt: words on the command line, or `-` for what comes on standard input."""

    @click.argument("prompt", nargs=-1, required=True)
    @wraps(command)
    def read(*arguments: object, prompt: tuple[str, ...], **options: object) -> None:
        text = sys.stdin.read() if prompt == ("-",) else " ".join(prompt)
        command(*arguments, prompt=text, **options)

    return read


@main.command()
@with_prompt
@click.option("--explain", is_flag=True, help="Also show the rules that matched.")
@as_json
@click.pass_obj
def classify(client: Client, prompt: str, explain: bool, raw: bool) -> None:
    """Say what kind of work PROMPT is and how hard ('-' reads it from standard input)."""
    body = client.post("/classify", {"prompt": prompt, "explain": explain})
    kind = ExplainedAnswer if explain else ClassifyAnswer
    show(body, raw, lambda: answers.classification(parsed(kind, body)))


@main.command()
@with_prompt
@click.option("--preference", type=click.FloatRange(0, 1), help="0: the cheapest that will do; 1: the best.")
@click.option("--max-cost", "max_cost_usd", type=float, metavar="USD", help="Most that the request may cost.")
@click.option("--max-latency", "max_latency_ms", type=float, metavar="MS", help="Longest that it may take.")
@click.option("--min-quality", type=click.FloatRange(0, 1), help="Least expected quality.")
@click.option("--max-tokens", type=int, help="Longest answer wanted.")
@click.option("--min-context", "min_context_tokens", type=int, metavar="TOKENS", help="Least context window.")
@click.option("--provider", "providers", multiple=True, help="Only this provider; may be repeated.")
@click.option("--exclude", "exclude_models", multiple=True, metavar="MODEL", help="Not this model; may be repeated.")
@click.option("--capability", "capabilities", multiple=True, type=click.Choice([each.value for each in Capability]))
@click.option("--open-weights/--closed-weights", default=None, help="Only models with open, or closed, weights.")
@click.option("--top", "most", default=5, show_default=True, help="Models of the ranking to show.")
@as_json
@click.pass_obj
def route(client: Client, /, prompt: str, preference: float | None, most: int, raw: bool, **limits: object) -> None:
    """Recommend a model for PROMPT and say why ('-' reads it from standard input)."""
    constraints = {name: value for name, value in limits.items() if value not in (None, ())}
    asked: dict[str, object] = {"prompt": prompt, "constraints": constraints}
    if preference is not None:
        asked["preference"] = preference
    body = client.post("/route", asked)
    show(body, raw, lambda: answers.decision(parsed(RouteAnswer, body), most))


@main.command()
@click.option("--provider", help="Only this provider's.")
@click.option("--search", help="Only those whose id holds this.")
@click.option("--capability", type=click.Choice([each.value for each in Capability]))
@click.option("--open-weights", is_flag=True, help="Only those with open weights.")
@click.option("--all", "everything", is_flag=True, help="Also those that may not be chosen.")
@click.option("--sort", type=click.Choice(list(listing.ORDERS)), default="name", show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Show at most so many.")
@as_json
@click.pass_obj
def models(client: Client, /, raw: bool, sort: str, limit: int | None, **wanted: object) -> None:
    """List the models of the catalogue."""
    body = client.get("/models")
    show(body, raw, lambda: listing.models(parsed(ModelsAnswer, body), listing.ModelFilter(**wanted), sort, limit))  # type: ignore[arg-type]


@main.command()
@as_json
@click.pass_obj
def status(client: Client, raw: bool) -> None:
    """Say how each part is, and the catalogue's sources. Exits with 1 when the service is down."""
    body = client.get("/health")
    whole = parsed(WholeHealth, body)
    show(body, raw, lambda: board.health(whole, time.time()))
    if not raw and whole.status != "down":
        console().print(board.sources(parsed(StatusAnswer, client.get("/status"))))
    if whole.status == "down":
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--interval", type=click.FloatRange(0.5), default=2.0, show_default=True, help="Seconds between looks.")
@click.option("--once", is_flag=True, help="Show it once and end.")
@click.pass_obj
def top(client: Client, interval: float, once: bool) -> None:
    """Watch requests, latency, spend and decisions, live. Ctrl-C ends it."""

    def look() -> DashboardData:
        return parsed(DashboardData, client.get("/dashboard/data"))

    if once:
        console().print(board.board(look()))
    else:
        watch(console(), look, interval)


@main.command()
@click.argument("decision_id", required=False)
@as_json
@click.pass_obj
def decisions(client: Client, decision_id: str | None, raw: bool) -> None:
    """List recent decisions, or explain the one with DECISION_ID."""
    if decision_id is None:
        body = client.get("/dashboard/data")
        show(body, raw, lambda: board.recent(parsed(DashboardData, body)))
    elif not (decision_id.isascii() and decision_id.isalnum()):
        raise Failed("A decision's id is made of letters and digits.")
    else:
        body = client.get(f"/decisions/{decision_id}")
        show(body, raw, lambda: answers.decision(parsed(RouteAnswer, body), most=20))


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete this command: eval "$(router completion bash)"."""
    kind = get_completion_class(shell)
    if kind is None:
        raise Failed(f"There is no completion for {shell}.")
    click.echo(kind(main, {}, "router", "_ROUTER_COMPLETE").source())


if __name__ == "__main__":
    main(prog_name="router")
