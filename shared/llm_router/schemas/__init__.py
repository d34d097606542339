"""The shapes of requests and answers, as Pydantic models. The domain and the adapters import none of them."""

from llm_router.schemas.deferred_build import build_on_first_use

build_on_first_use()  # here, before the first of the models is defined
