"""How long a generated answer may be, and who is asked at all, by what the prompt costs and fills at each model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llm_router.catalogue.entry import Capability, Catalogue, ModelEntry
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.documents import PAGE, PDF, file_part
from tests.support.generating import MESSAGES, Client
from tests.support.models import model
from tests.support.providers import FakeProvider
from tests.support.service import Reply, Service, service

RUSSIAN = "Кратко перескажи, о чём говорится в этом протоколе заседания комитета. " + "Комитет собрался снова. " * 800
CHINESE = "请总结这份会议记录。" + "委员会再次开会。" * 800


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


@pytest.fixture
def generating(tmp_path: Path) -> Iterator[Client]:
    """A service on a store of its own, since models are added to its catalogue."""
    with service(STORE="sqlite", STATE_DIR=str(tmp_path)) as api:
        yield Client(api)


@pytest.fixture(scope="module")
def demo() -> Iterator[Service]:
    """A service where demos answer."""
    with service(DEMO_PROVIDER="true") as running:
        yield running


def add(client: Client, name: str, usd_in: float, usd_out: float) -> None:
    """A model of Acme's, beside those of the catalogue."""
    prices = {"input_usd_per_mtok": usd_in, "output_usd_per_mtok": usd_out, "context_window": 128_000}
    entry = {"id": f"acme/{name}", "provider": "acme", "display_name": name, **prices}
    assert client.api.admin("/update", {"models": [entry]}).status == 200
    client.service.reader().forget()


def named(monkeypatch: pytest.MonkeyPatch, entry: ModelEntry) -> ModelEntry:
    """The entry, which is what the catalogue finds by any name."""
    monkeypatch.setattr(Catalogue, "find", lambda _self, _name: entry)
    return entry


def pinned(client: Client, entry: ModelEntry, text: str, **fields: object) -> Reply:
    return client.chat(model=entry.id, messages=[{"role": "user", "content": text}], **fields)


def test_a_model_that_nothing_is_left_to_answer_with_is_left_out_and_the_nearest_bound_that_would_do_is_told(
    generating: Client,
):
    def asks(limit: float) -> dict:
        return {"prompt": RUSSIAN, "constraints": {"max_cost_usd": limit, "providers": ["acme"]}}

    add(generating, "reads-dearly", 1.0, 0.001)
    (alone,) = generating.api.post("/route", asks(1.0)).json["ranking"]
    limit = alone["estimated_cost_usd"] * 1.01
    refused = generating.route(**asks(limit))
    (field,) = refused.json["error"]["fields"]
    assert (refused.status, refused.error, field["path"]) == (422, "no_eligible_model", "constraints.max_cost_usd")
    enough = float(field["problem"].rpartition(" ")[2])
    assert generating.route(**asks(enough)).json["model_used"]["id"] == "acme/reads-dearly"
    add(generating, "cheap", 0.1, 0.4)
    told = [each["id"] for each in generating.api.post("/route", asks(limit)).json["ranking"]]
    assert told == ["acme/cheap", "acme/reads-dearly"], "both may be named, and one may be asked"
    failing = generating.providers.default = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR, status=500))
    assert generating.route(**asks(limit)).status == 502
    assert [name for name, _ in failing.asked] == ["cheap"]


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE], ids=["Russian", "Chinese"])
def test_a_named_model_is_asked_whatever_fits_its_window_in_any_script(
    generating: Client, monkeypatch: pytest.MonkeyPatch, text: str
):
    entry = named(monkeypatch, model("small", context_window=8192, tokenizer="o200k"))
    reply = pinned(generating, entry, text)
    assert reply.status == 200
    longest = generating.asked[0][1].max_tokens
    assert longest is not None
    assert longest > 500


def test_a_named_model_is_asked_what_only_seems_not_to_fit_and_whatever_its_window_is_where_nobody_knows_it(
    generating: Client, monkeypatch: pytest.MonkeyPatch
):
    known = named(monkeypatch, model("small", context_window=8192))
    assert pinned(generating, known, "word " * 8000).status == 200
    assert (generating.asked[0][1].max_tokens or 0) > 500
    clearly = pinned(generating, known, "word " * 20_000)
    assert (clearly.status, clearly.json["error"]["code"]) == (422, "no_eligible_model")
    assert "has 8192" in clearly.json["error"]["message"]
    unknown = named(monkeypatch, replace(known, context_window=None))
    assert pinned(generating, unknown, "word " * 20_000).status == 200
    wanted = pinned(generating, unknown, "word", constraints={"min_context_tokens": 9000})
    assert wanted.status == 422


def test_a_file_that_may_be_shorter_than_it_is_counted_keeps_nobody_from_the_model_that_was_named(
    generating: Client, monkeypatch: pytest.MonkeyPatch
):
    entry = named(monkeypatch, model("small", context_window=8192))
    file = {"type": "file", "file": {"file_data": "data:application/pdf;base64," + "A" * 400_000}}
    assert generating.chat(model=entry.id, messages=[{"role": "user", "content": [file]}]).status == 200


@pytest.mark.parametrize("held", [{"file_data": "https://x.example/a-thousand-pages.pdf"}, {"file_id": "file-abc"}])
@pytest.mark.parametrize("model", ["auto", "google/gemini-2.5-pro"])
def test_a_file_of_unknown_size_is_read_by_nobody_where_money_is_bounded(generating: Client, model: str, held: object):
    file = {"type": "file", "file": held}
    asked: dict[str, object] = {"model": model, "messages": [{"role": "user", "content": [file]}]}
    bounded = {**asked, "constraints": {"max_cost_usd": 1.0}}
    for reply in (generating.chat(**bounded), generating.holder(usd_per_day=1.0).send("/v1/chat/completions", asked)):
        assert (reply.status, reply.json["error"]["code"]) == (400, "file_size_not_known")
    assert generating.asked == []
    assert generating.holder(requests_per_minute=9).send("/v1/chat/completions", asked).status == 200


def test_what_a_demo_answers_costs_no_more_than_it_may_either(demo: Service):
    limits: dict[str, object] = {"max_tokens": 9}
    body = {"prompt": "Translate 'good morning' to Dutch", "preference": 0.0, "constraints": limits}
    for told in demo.post("/route", body).json["ranking"][:5]:
        bound = told["estimated_cost_usd"] * 1.1
        reply = demo.post("/route", {**body, "mode": "generate", "constraints": {**limits, "max_cost_usd": bound}})
        assert reply.status == 200
        assert 0 < reply.json["usage"]["cost_usd"] <= bound


def test_a_named_model_is_refused_where_the_money_buys_no_answer(generating: Client, monkeypatch: pytest.MonkeyPatch):
    entry = named(monkeypatch, model("dear", usd_in=10.0, usd_out=40.0, tokenizer="claude"))
    refused = pinned(generating, entry, CHINESE, constraints={"max_cost_usd": 0.05})
    assert (refused.status, refused.json["error"]["code"]) == (422, "no_eligible_model")
    assert pinned(generating, entry, CHINESE, constraints={"max_cost_usd": 0.15}).status == 200
    assert 1 < (generating.asked[0][1].max_tokens or 0) < 3000


@pytest.mark.parametrize("parts", [[], [PICTURE] * 3], ids=["text", "pictures"])
@pytest.mark.parametrize("model", ["openai/gpt-4o-mini", "anthropic/claude-opus-4-5", "google/gemini-2.5-pro"])
def test_what_would_do_is_told_of_a_named_model_and_does(generating: Client, model: str, parts: list[object]):
    said = [{"role": "user", "content": [{"type": "text", "text": "Summarise this. " * 300}, *parts]}]
    refused = generating.chat(model=model, messages=said, constraints={"max_cost_usd": 1e-7})
    error = refused.json["error"]
    assert (refused.status, error["code"], error["param"]) == (422, "no_eligible_model", "constraints.max_cost_usd")
    assert error["message"].endswith(", with pictures billed as large ones") is bool(parts)
    enough = float(error["message"].partition(", with")[0].rpartition(" ")[2])
    assert generating.chat(model=model, messages=said, constraints={"max_cost_usd": enough}).status == 200
    both = generating.chat(model=model, messages=said, constraints={"max_cost_usd": 1e-7, "providers": ["x"]})
    assert f"what would do: add {model.partition('/')[0]}" in both.json["error"]["message"]


def test_what_claude_is_told_of_tools_beside_the_prompt_is_paid_for(generating: Client):
    def enough(**fields: object) -> float:
        asked = {"model": "anthropic/claude-opus-4-5", "messages": MESSAGES, **fields}
        refused = generating.chat(**asked, constraints={"max_cost_usd": 1e-7})
        return float(refused.json["error"]["message"].rpartition(" ")[2])

    tool = {"type": "function", "function": {"name": "f"}}
    called = {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}
    result = {"role": "tool", "tool_call_id": "c", "content": "7"}
    plain, more = enough(), 530 * 5e-6
    assert enough(tools=[tool]) >= plain + more
    assert enough(response_format={"type": "json_object"}) >= plain + more
    assert enough(messages=[*MESSAGES, called, result]) >= plain + more


def test_a_pdf_is_paid_for_as_each_model_bills_its_pages_and_booked_as_it_commonly_is(generating: Client):
    """Forty pages, of which Gemini bills 258 tokens each."""
    generating.providers.by_name["google"] = FakeProvider(usage=None)
    said = [{"role": "user", "content": [{"type": "text", "text": "Sum this up."}, file_part(PDF, PAGE * 40)]}]
    body: dict[str, object] = {"messages": said, "constraints": {"providers": ["google"]}}
    told = generating.api.post("/route", body).json["ranking"][0]["estimated_cost_usd"]
    limits = {"providers": ["google"], "max_cost_usd": 1.3 * told}
    assert generating.api.post("/route", {**body, "mode": "generate", "constraints": limits}).status == 200
    reply = generating.chat(model="google/gemini-2.5-pro", messages=said)
    assert reply.json["usage"]["prompt_tokens"] == pytest.approx(40 * 258, rel=0.01)


@pytest.mark.parametrize("number", [1, 3])
def test_the_nearest_bound_that_is_told_of_pictures_gives_a_model(generating: Client, number: int):
    def asks(limit: float) -> Reply:
        limits = {"max_cost_usd": limit}
        messages = [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, *[PICTURE] * number]}]
        return generating.api.post("/route", {"messages": messages, "mode": "generate", "constraints": limits})

    refused = asks(1e-6)
    assert ", with pictures billed as large ones (gives " in refused.json["error"]["message"]
    (field,) = refused.json["error"]["fields"]
    assert (refused.status, field["path"]) == (422, "constraints.max_cost_usd")
    found = asks(float(field["problem"].rpartition(" ")[2]))
    assert (found.status, len(generating.asked)) == (200, 1)
    out = [each for each in found.json["excluded"] if each["reason"] == "max_cost_usd"]
    assert out
    assert all(each["detail"].endswith(", with pictures billed as large ones") for each in out)


def test_a_named_model_is_refused_where_the_money_does_not_pay_for_what_wraps_a_short_prompt(
    generating: Client, monkeypatch: pytest.MonkeyPatch
):
    entry = named(monkeypatch, model("dear", usd_in=2.5, usd_out=10.0, tokenizer="o200k"))
    assert pinned(generating, entry, "hi", constraints={"max_cost_usd": 1.5e-5}).status == 422
    assert pinned(generating, entry, "hi", constraints={"max_cost_usd": 4e-5}).status == 200


def test_a_named_model_is_refused_where_it_would_take_longer_or_do_worse_than_is_asked_as_one_that_is_recommended_is(
    generating: Client,
):
    told = generating.api.post("/route", {"messages": MESSAGES}).json["ranking"][0]
    wait, quality = told["estimated_latency_ms"], told["expected_quality"]
    for bound, met in (
        ({"max_latency_ms": wait}, True),
        ({"max_latency_ms": wait - 1}, False),
        ({"max_latency_ms": 1}, False),
        ({"min_quality": quality}, True),
        ({"min_quality": quality + 0.001}, False),
        ({"min_quality": 1}, False),
    ):
        reply = generating.chat(model=told["id"], constraints=bound)
        (path,) = bound
        assert reply.status == (200 if met else 422), bound
        assert met or f"constraints.{path}: " in reply.json["error"]["message"]
    assert len(generating.asked) == 2


def test_a_named_model_that_would_think_until_it_is_cut_off_meets_no_quality(
    generating: Client, monkeypatch: pytest.MonkeyPatch
):
    entry = named(monkeypatch, model("thinker", capabilities=frozenset({Capability.REASONING})))
    asked = {"model": entry.id, "messages": MESSAGES, "constraints": {"min_quality": 0.1}}
    refused = generating.chat(**asked, max_tokens=20)
    assert (refused.status, refused.json["error"]["code"]) == (422, "no_eligible_model")
    assert generating.chat(**asked).status == 200
