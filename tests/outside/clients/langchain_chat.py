"""LangChain's chat model: invoke, stream, structured output, a conversation. Arguments: the server's address."""

import sys

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

FERRY = "How much is a monthly card of the Luu River Line?"


class Found(BaseModel):
    """Whether the archive answers, and what it says."""

    found: bool
    text: str


chat = ChatOpenAI(base_url=f"{sys.argv[1]}/v1", api_key="none", model="trich-dan", temperature=0)
said = chat.invoke([SystemMessage("Be brief."), HumanMessage(FERRY)]).content
assert "280,000 dong" in said, said
assert "".join(str(chunk.content) for chunk in chat.stream(FERRY)) == said
again = chat.invoke([HumanMessage(FERRY), AIMessage(said), HumanMessage("And to Ba Mien Lock?")])
assert "11,000 dong" in again.content, again.content
found = chat.with_structured_output(Found, method="json_schema").invoke(FERRY)
assert found == Found(found=True, text=said), found
responses = ChatOpenAI(base_url=f"{sys.argv[1]}/v1", api_key="none", model="trich-dan", use_responses_api=True)
assert "280,000 dong" in str(responses.invoke(FERRY).content)
print("langchain")
