"""Where a language model is asked: an address with its key, and the `openai` client for one request to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING

from rag.errors import ModelKeyError
from rag.models.choose import Choice
from rag.settings import Settings
from rag.text.address import credentials, without_credentials

if TYPE_CHECKING:
    from openai import OpenAI

    from rag.models.lifeline import Lifeline

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Endpoint:
    """An address that speaks OpenAI's protocol. `api_version` makes it Azure's; `on_machine`: no proxy between.

    `kept_by` is what must live as long as the address is used.
    """

    base_url: str
    key: str | None = field(default=None, repr=False)
    api_version: str | None = None
    on_machine: bool = False
    kept_by: object = field(default=None, repr=False, compare=False)

    @property
    def title(self) -> str:
        """As errors call it, without credentials."""
        if self.on_machine:
            return "the local language model"
        if self.base_url == OPENAI_URL:
            return "OpenAI"
        return f"the language model server {without_credentials(self.base_url)}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown, should the server repeat it."""
        return (*([self.key] if self.key else []), *credentials(self.base_url))

    @cached_property
    def _tls(self) -> SSLContext:
        import httpx2

        if self.base_url.startswith("https:"):
            return httpx2.create_ssl_context()
        # Trusts nobody, and is not asked: reading the certificates takes longer than the rest of a client.
        return SSLContext(PROTOCOL_TLS_CLIENT)

    def client(self, lifeline: Lifeline) -> OpenAI:
        """A client for the request that `lifeline` watches; close it after. It asks once and follows no redirect."""
        import httpx2
        from openai import AzureOpenAI, OpenAI

        http = httpx2.Client(
            verify=self._tls,
            trust_env=not self.on_machine,
            timeout=httpx2.Timeout(lifeline.total, connect=min(CONNECT_SECONDS, lifeline.quiet)),
            event_hooks={"request": [lifeline.follow]},
            # The key must not go where a server points to.
            follow_redirects=False,
        )
        # A server without keys takes any; passing one keeps the client from looking for its own.
        key = self.key or "none"
        if self.api_version is None:
            return OpenAI(api_key=key, base_url=self.base_url, max_retries=0, http_client=http)
        return AzureOpenAI(
            api_key=key, base_url=self.base_url, api_version=self.api_version, max_retries=0, http_client=http
        )


def remote_endpoint(settings: Settings, choice: Choice) -> Endpoint:
    """The endpoint of a choice other than the local model. Raises ModelKeyError where OpenAI is meant without a key."""
    if choice.provider == "openai":
        if settings.llm_api_key is None:
            raise ModelKeyError(f"the language model {choice.model!r} is OpenAI's, but OPENAI_API_KEY is not set")
        return Endpoint(OPENAI_URL, settings.llm_api_key)
    assert choice.base_url is not None
    return Endpoint(
        choice.base_url, settings.llm_api_key, settings.llm_api_version if choice.provider == "azure" else None
    )
