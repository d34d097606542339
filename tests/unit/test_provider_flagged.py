"""What a provider refuses for what one request holds keeps nobody else from the model."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.failures import of_status
from llm_router.adapters.providers.gemini import explain as of_gemini
from llm_router.adapters.providers.openai_answer import ChunkReader
from llm_router.adapters.providers.openai_answer import explain as of_openai
from llm_router.generation.cooling import Cooling
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.clock import FakeClock
from tests.support.models import model

MODERATED = {"reasons": ["violence"], "flagged_input": "...", "provider_name": "OpenAI", "model_slug": "openai/x"}
FLAGGED: dict[str, tuple] = {
    "OpenRouter's moderation": (of_openai, 403, {"code": 403, "message": "flagged", "metadata": MODERATED}),
    "OpenRouter's filter": (of_openai, 403, {"code": 403, "metadata": {"error_type": "content_policy_violation"}}),
    "OpenAI's policy, as a code": (of_openai, 403, {"code": "content_policy_violation", "message": "no"}),
    "OpenAI's policy, as a type": (of_openai, 403, {"code": None, "type": "content_policy_violation"}),
    "Azure's filter": (of_openai, 403, {"code": "content_filter"}),
    "OpenAI's file": (of_openai, 404, {"message": "No such File object: file-abc", "param": "file_id"}),
    "Gemini's file": (
        of_gemini,
        403,
        {"code": 403, "message": "You do not have permission to access the File x or it may not exist."},
    ),
    "Gemini's file that is gone": (of_gemini, 404, {"code": 404, "message": "File files/x not found."}),
}
OURS: dict[str, tuple] = {
    "a 403": (of_openai, 403, {"code": 403, "message": "Forbidden"}),
    "a key's rights": (of_openai, 403, {"code": 403, "metadata": {"error_type": "permission_denied"}}),
    "no such model": (of_openai, 404, {"code": "model_not_found", "message": "The model does not exist."}),
    "a file of the key's": (of_openai, 401, {"message": "Credentials file /etc/key.json not found"}),
    "a key that may see no file": (of_openai, 401, {"message": "No such File object: file-abc"}),
    "a model's file": (of_openai, 404, {"message": "model file for 'llama' not found"}),
    "a model that is a file": (of_openai, 404, {"message": "The model `/models/llama.file` does not exist."}),
    "the file system": (of_openai, 403, {"message": "No permission to access the file system; it may not exist."}),
    "Gemini's rights": (of_gemini, 403, {"code": 403, "message": "Your project has been denied access."}),
    "no such model at Gemini": (of_gemini, 404, {"code": 404, "message": "models/x is not found for API version 1"}),
}


def failed(explain, status: int, error: object) -> ProviderFailed:
    plain = ProviderFailed(of_status(status), status=status)
    told: ProviderFailed = explain(plain, json.dumps({"error": error}).encode())
    assert told.status == status
    return told


@pytest.mark.parametrize(("explain", "status", "error"), FLAGGED.values(), ids=FLAGGED)
def test_a_request_that_is_refused_for_what_it_holds_cools_nobody(explain, status: int, error: object):
    refused, cooling = failed(explain, status, error), Cooling(FakeClock())
    assert refused.failure is Failure.BAD_REQUEST
    cooling.failed(model("one"), refused)
    assert cooling.wait_s(model("one")) == 0


@pytest.mark.parametrize(("explain", "status", "error"), OURS.values(), ids=OURS)
def test_any_other_refusal_cools_as_ever(explain, status: int, error: object):
    cooling = Cooling(FakeClock())
    cooling.failed(model("one"), failed(explain, status, error))
    assert cooling.wait_s(model("one")) > 0


def test_so_it_is_in_a_stream():
    event = ServerEvent(json.dumps({"error": {"code": 403, "message": "x", "metadata": MODERATED}}).encode())
    with pytest.raises(ProviderFailed) as refused:
        list(ChunkReader().take(event))
    assert refused.value.failure is Failure.BAD_REQUEST
