"""Ghost's export keeps authors apart from posts, joined by tables of numbers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def with_authors(tables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tables with `authors`, a list of names, in each post; what is no export of Ghost's as it is."""
    posts, users, joined = (tables.get(name) for name in ("posts", "users", "posts_authors"))
    if not (isinstance(posts, list) and isinstance(users, list) and isinstance(joined, list)):
        return tables
    names = {str(user.get("id")): user.get("name") for user in users if isinstance(user, Mapping)}
    written: dict[str, list[Any]] = defaultdict(list)
    for pair in joined:
        if isinstance(pair, Mapping) and names.get(str(pair.get("author_id"))):
            written[str(pair.get("post_id"))].append(names[str(pair.get("author_id"))])
    named = [
        {**post, "authors": written[str(post.get("id"))]}
        if isinstance(post, Mapping) and not post.get("authors")
        else post
        for post in posts
    ]
    return {**tables, "posts": named}
