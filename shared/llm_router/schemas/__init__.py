"""The shapes of requests and answers, as Pydantic models. The domain and the adapters import none of them."""
