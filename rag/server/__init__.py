"""The HTTP API: `create_api(qa)` in `rag.server.app`. What the page needs of a server too is here as well."""
