"""The HTTP edge that the four doors share: access, bodies, errors, the Lambda boundary."""

from llm_router.schemas.deferred_build import build_on_first_use

build_on_first_use()  # here, before a door imports FastAPI, whose models no function uses
