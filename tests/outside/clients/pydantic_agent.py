"""pydantic-ai: an agent whose model is the archive. Arguments: the server's address."""

import sys

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

FERRY = "How much is a monthly card of the Luu River Line?"
provider = OpenAIProvider(base_url=f"{sys.argv[1]}/v1", api_key="none")
for kind in (OpenAIChatModel, OpenAIResponsesModel):
    said = Agent(kind("trich-dan", provider=provider), instructions="Be brief.").run_sync(FERRY).output
    assert "280,000 dong" in said, said
print("pydantic-ai")
