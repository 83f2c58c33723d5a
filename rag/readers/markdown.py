"""Markdown and plain text, with or without front matter in YAML or TOML. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rag.readers.fields import declared
from rag.readers.record import Draft
from rag.readers.tables import markdown_tables

_FRONT_MATTER = re.compile(r"\ufeff?\s{0,20}---[ \t]*\r?\n(?P<yaml>.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_TOML = re.compile(r"\ufeff?\s{0,20}\+\+\+[ \t]*\r?\n(?P<toml>.*?)\r?\n\+\+\+[ \t]*(?:\r?\n|$)", re.DOTALL)
_MAX_FRONT_MATTER = 64_000
_KEY_LINE = re.compile(r"(?P<key>[\w][\w .-]{0,40}?)[ \t]*:[ \t]+(?P<value>\S.*)")
_HEADING = re.compile(r"^(?:#[ \t]+(?P<atx>[^\n]+?)[ \t]*#*|(?P<setext>[^\n#>|*+-][^\n]*)\n=+)[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(?:```|~~~)", re.MULTILINE)


# Links and pictures inside a sentence would make it unquotable: of a link the words are kept, of a picture nothing.
_TARGET = (
    r"\((?:<[^>\n]{0,2000}>|(?:https?:|mailto:|www\.|[./#])[^()\n]{0,1000}(?:\([^()\n]{0,200}\)[^()\n]{0,500})?)\)"
)
_LINK = re.compile(rf"(?<!!)\[(?P<words>[^\[\]\n]{{1,500}})\]{_TARGET}")
_REFERENCE = re.compile(r"(?<!!)\[(?P<words>[^\[\]\n]{1,500})\]\[(?P<label>[^\[\]\n]{0,100})\]")
_DEFINITION = re.compile(r"^[ ]{0,3}\[(?P<label>[^\]\n]{1,100})\]:[ \t]{1,8}\S", re.MULTILINE)
_PICTURE_IN_LINE = re.compile(r"(?<=[^\s\[])[ \t]{0,8}!\[[^\]\n]{0,500}\]\([^)\n]{0,2000}\)(?!\])")


def read_text(text: str, *, is_markdown: bool) -> Draft:
    """The article of a text file: the file's text less the front matter and, in Markdown, the targets of links."""
    fields, body = split_front_matter(text)
    if not is_markdown:
        return declared(fields, body)
    body = markdown_tables(_plain_links(body))
    draft = declared(fields, body)
    heading = None if draft.title else _first_heading(body)
    return replace(draft, title=draft.title or heading, is_markdown=True)


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The fields between two lines of `---`, or `+++` as in Hugo, at the top, and the text below; ({}, text) without.

    Front matter that is no valid YAML ("title: A: B") is read line by line.
    """
    match = _FRONT_MATTER.match(text, 0, _MAX_FRONT_MATTER) or _TOML.match(text, 0, _MAX_FRONT_MATTER)
    if match is None:
        return {}, text
    if match.re is _TOML:
        fields = _toml(match["toml"]) or _key_lines(match["toml"].replace(" = ", ": "))
    else:
        fields = _yaml(match["yaml"]) or _key_lines(match["yaml"])
    return (fields, text[match.end() :].lstrip("\r\n")) if fields else ({}, text)


def _yaml(source: str) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else {}


def _toml(source: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(source.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return {}


def _key_lines(source: str) -> dict[str, Any]:
    pairs = (_KEY_LINE.fullmatch(line.strip()) for line in source.splitlines())
    return {pair["key"]: pair["value"].strip().strip("\"'") for pair in pairs if pair}


def _plain_links(body: str) -> str:
    labels = {match["label"].lower() for match in _DEFINITION.finditer(body)}

    def words(match: re.Match[str]) -> str:
        return match["words"] if (match["label"] or match["words"]).lower() in labels else match.group()

    body = _LINK.sub(r"\g<words>", _PICTURE_IN_LINE.sub("", body))
    return _REFERENCE.sub(words, body) if labels else body


def _first_heading(body: str) -> str | None:
    heading = _HEADING.search(body)
    if heading is None or len(_FENCE.findall(body, 0, heading.start())) % 2:
        return None
    return (heading["atx"] or heading["setext"]).strip().strip("*_")
