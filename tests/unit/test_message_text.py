"""What is counted of a message is what is sent of it, whatever it is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from llm_router.generation.chat import TextPart
from llm_router.schemas.messages import Message, conversation

MESSAGE = TypeAdapter(Message)
TEXTS = st.sampled_from(["", "one", "two\n", " "])
PICTURE = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}
PARTS = st.one_of(
    TEXTS.map(lambda text: {"type": "text", "text": text}),
    TEXTS.map(lambda text: {"type": "refusal", "refusal": text}),
    st.just(PICTURE),
)
MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool", "function"])},
    optional={
        "content": st.none() | TEXTS | st.lists(PARTS, max_size=4),
        "refusal": st.none() | TEXTS,
        "reasoning_content": TEXTS,
    },
)


@given(MESSAGES)
def test_the_text_that_is_counted_is_the_text_that_is_sent(fields: dict[str, object]):
    message = MESSAGE.validate_python(fields)
    parts = message.chat().parts
    assert message.turn.text == "\n".join(part.text for part in parts if isinstance(part, TextPart))
    assert len(message.turn.images) == sum(not isinstance(part, TextPart) for part in parts)


@pytest.mark.parametrize(
    "said", [{"refusal": "never"}, {"content": [{"type": "refusal", "refusal": "never"}]}, {"content": "never"}]
)
def test_an_assistants_refusal_counts_as_what_it_said(said: dict[str, object]):
    messages = [{"role": "user", "content": "go"}, {"role": "assistant", **said}]
    assert conversation([MESSAGE.validate_python(each) for each in messages]).other_texts == ["never"]
