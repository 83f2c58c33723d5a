"""The page at /docs: the OpenAPI description as plain HTML, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
_WITHOUT_KEY = ("/healthz", "/readyz")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field of a body; `kind` is its type in words."""

    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What one path does by one method."""

    method: str
    path: str
    summary: str
    takes: str
    fields: tuple[Field, ...]
    gives: str


def complete(api: FastAPI, *, keys_required: bool) -> None:
    """Makes the OpenAPI description say how a key is shown, whether one has to be, and nothing that is not so."""
    made = api.openapi

    def openapi() -> dict[str, Any]:
        is_new = api.openapi_schema is None
        schema = made()
        if is_new:
            key = {"type": "http", "scheme": "bearer", "description": "one of API_KEYS"}
            schema["components"]["securitySchemes"] = {"key": key}
            schema["security"] = [{"key": []}] if keys_required else []
            for path in _WITHOUT_KEY:
                schema["paths"][path]["get"]["security"] = []
            for methods in schema["paths"].values():
                for described in methods.values():
                    _without_json_where_there_is_none(described["responses"]["200"]["content"])
                    for status, response in described["responses"].items():
                        if status != "200":
                            # FastAPI adds it for the model; what is sent is of the other kind.
                            response["content"].pop("application/json", None)
        return schema

    # FastAPI's documented way.
    api.openapi = openapi  # type: ignore[method-assign]


def _without_json_where_there_is_none(content: dict[str, Any]) -> None:
    """FastAPI adds JSON of any kind to whatever a route says it gives."""
    if len(content) > 1 and content.get("application/json") == {"schema": {}}:
        del content["application/json"]


def page(api: FastAPI, address: str) -> str:
    """`address` is where the API is reached, with a slash at its end."""
    schema = api.openapi()
    template = _TEMPLATES.get_template("docs.html")
    return template.render(
        address=address,
        title=schema["info"]["title"], summary=schema["info"]["summary"], keys=bool(schema["security"]),
        operations=list(operations(schema)), objects=list(_objects(schema)),
    )  # fmt: skip


def operations(schema: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {})
            takes, body = next(((kind, _resolved(schema, one["schema"])) for kind, one in content.items()), ("", {}))
            parameters = tuple(
                Field(one["name"], _kind(one["schema"]), one["required"], one["schema"].get("description", ""))
                for one in described.get("parameters", ())
            )
            given = described["responses"]["200"].get("content", {})
            yield Operation(
                method.upper(), path, described.get("description", ""), takes, parameters + _fields(body),
                "; ".join(f"{_kind(one.get('schema', {}))} ({kind})" for kind, one in given.items()),
            )  # fmt: skip


def _objects(schema: dict[str, Any]) -> Iterator[tuple[str, str, tuple[Field, ...]]]:
    for name, described in schema["components"]["schemas"].items():
        if described.get("type") == "object":
            yield name, described.get("description", ""), _fields(described)


def _fields(described: dict[str, Any]) -> tuple[Field, ...]:
    required = described.get("required", ())
    fields = [
        Field(name, _kind(one), name in required, one.get("description", ""))
        for name, one in described.get("properties", {}).items()
    ]
    return tuple(sorted(fields, key=lambda field: not field.is_required))


def _resolved(schema: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    name = one.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = schema["components"]["schemas"][name] if name else one
    return resolved


def _kind(one: dict[str, Any]) -> str:
    if "$ref" in one:
        return str(one["$ref"]).rpartition("/")[2]
    if "anyOf" in one:
        return " or ".join(dict.fromkeys(_kind(each) for each in one["anyOf"]))
    if "enum" in one or "const" in one:
        return " or ".join(f'"{value}"' for value in one.get("enum", [one.get("const")]))
    if one.get("type") == "array":
        return f"list of {_kind(one.get('items', {}))}"
    return str(one.get("type", "anything"))
