"""`rag doctor`: what is configured, what is reachable, what is missing. Nothing in the archive is changed."""
