"""JSON as content systems and news APIs export it, and paths of names in field maps. All articles are invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.readers.files import Record, read

BODY = "Cây cầu dài 420 mét nối hai bờ sông đã mở cho xe cộ qua lại từ sáng thứ ba."
MORE = "Thành phố chi 180 tỷ đồng và không thu phí."


def records(path: Path, content: Any, field_map: dict[str, str] | None = None) -> list[Record]:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    found = list(read(path, field_map=field_map))
    assert all(isinstance(item, Record) for item in found), found
    return [item for item in found if isinstance(item, Record)]


ENVELOPES: dict[str, Any] = {
    "ghost": {"db": [{"meta": {"version": "5"}, "data": {"users": [{"id": 9, "name": "An Bình"}],
        "posts_authors": [{"post_id": "1", "author_id": 9}], "posts": [
        {"id": "1", "title": "Cầu mở", "html": f"<p>{BODY}</p>", "published_at": "2026-05-05T10:00Z",
         "created_at": "2020"}]}}]},
    "wordpress": [{"date": "2026-05-05T09:00:00", "title": {"rendered": "Cầu mở"}, "author": 3,
                   "content": {"rendered": f"<p>{BODY}</p>"}, "_embedded": {"author": [{"name": "An Bình"}]}}],
    "guardian": {"response": {"status": "ok", "results": [{"webTitle": "Cầu mở", "webPublicationDate":
                 "2026-05-05T10:00:00Z", "fields": {"bodyText": BODY, "byline": "An Bình"}}]}},
    "nyt": {"response": {"docs": [{"headline": {"main": "Cầu mở", "kicker": None}, "pub_date": "2026-05-05T10:00:00Z",
            "lead_paragraph": BODY, "byline": {"original": "By An Bình", "person": []}}]}},
    "newsapi": {"status": "ok", "totalResults": 1, "articles": [{"source": {"name": "Báo"}, "title": "Cầu mở",
                "publishedAt": "2026-05-05T10:00:00Z", "author": "An Bình", "content": f"{BODY} [+1234 chars]"}]},
    "arc": {"type": "story", "headlines": {"basic": "Cầu mở"}, "display_date": "2026-05-05T10:00:00Z",
            "credits": {"by": [{"type": "author", "name": "An Bình"}]},
            "content_elements": [{"type": "image", "caption": "ẢNH"}, {"type": "text", "content": f"<p>{BODY}</p>"}]},
    "by year": {"export": {"pages": {"2026": {"05": [{"headline": "Cầu mở", "articleBody": BODY, "datePublished":
                "2026-05-05", "related": [{"title": "Chợ", "url": "https://a.example"}]}]}}}},
    "mongo": [{"title": "Cầu mở", "text": BODY, "date": {"$date": {"$numberLong": "1777975200000"}}}],
    "epoch": [{"title": "Cầu mở", "text": BODY, "published": "1777975200"}],
}  # fmt: skip


@pytest.mark.parametrize("system", ENVELOPES)
def test_exports_of_systems(tmp_path: Path, system: str) -> None:
    (record,) = records(tmp_path / "a.json", ENVELOPES[system])
    assert (record.text, record.title, record.published) == (BODY, "Cầu mở", "2026-05-05")
    assert record.author in ("An Bình", None)
    assert (record.author is None) == (system in ("by year", "mongo", "epoch"))


RICH: dict[str, Any] = {
    "editor.js": {"blocks": [{"type": "header", "data": {"text": "Cầu"}}, {"type": "image", "data": {"caption": "ẢNH"}},
                  {"type": "paragraph", "data": {"text": f"<b>{BODY[:8]}</b>{BODY[8:]}"}},
                  {"type": "list", "data": {"items": ["Một", {"content": "Hai", "items": []}]}},
                  {"type": "table", "data": {"withHeadings": True, "content": [["Xe", "Phí"], ["Ô tô", "0 đồng"]]}}]},
    "prosemirror": {"type": "doc", "content": [
        {"type": "heading", "content": [{"type": "text", "text": "Cầu"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": BODY[:8]},
                                          {"type": "text", "text": "90 triệu ", "marks": [{"type": "strike"}]},
                                          {"type": "text", "text": BODY[8:], "marks": [{"type": "bold"}]}]},
        {"type": "bullet_list", "content": [{"type": "list_item", "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": word}]}]} for word in ("Một", "Hai")]}]},
    "portable text": [{"_type": "block", "children": [{"_type": "span", "text": "Cầu"}]},
                      {"_type": "block", "children": [{"_type": "span", "text": BODY[:8]},
                                                      {"_type": "span", "text": BODY[8:]}]}],
    "contentful": {"nodeType": "document", "content": [
        {"nodeType": "heading-2", "content": [{"nodeType": "text", "value": "Cầu"}]},
        {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": BODY[:8]}, {"nodeType": "hyperlink",
         "content": [{"nodeType": "text", "value": BODY[8:]}]}]}]},
    "slate": [{"type": "h2", "children": [{"text": "Cầu"}]},
              {"type": "p", "children": [{"text": BODY[:8]}, {"type": "a", "children": [{"text": BODY[8:]}]}]}],
    "draft.js": {"blocks": [{"text": "Cầu", "type": "header-two"}, {"text": BODY, "type": "unstyled"}]},
    "lexical": json.dumps({"root": {"children": [
        {"type": "heading", "children": [{"type": "text", "text": "Cầu"}]},
        {"type": "paragraph", "children": [{"type": "text", "text": BODY[:8]}, {"type": "text", "text": BODY[8:]}]}]}}),
    "strings": ["Cầu", BODY],
}  # fmt: skip


@pytest.mark.parametrize("system", RICH)
def test_rich_text(tmp_path: Path, system: str) -> None:
    (record,) = records(tmp_path / "a.json", [{"title": "Cầu mở", "body": RICH[system]}])
    lines = [line for line in record.text.split("\n") if line]
    assert lines[:2] == ["Cầu", BODY]
    if system == "editor.js":
        assert lines[2:] == ["- Một", "- Hai", "Xe: Ô tô | Phí: 0 đồng"]
    if system == "prosemirror":
        assert [line.removeprefix("- ") for line in lines[2:]] == ["Một", "Hai"]


def test_field_maps_reach_down_through_objects_and_lists(tmp_path: Path) -> None:
    fields = {"payload": {"parts": [{"words": BODY}, {"words": MORE}], "by": [{"name": "An"}, {"name": "Chi Lan"}]},
              "a.b": {"c": "Cầu mở"}}  # fmt: skip
    mapping = {"text": "payload.parts.words", "author": "payload.by.1.name", "title": "a.b.c"}
    (record,) = records(tmp_path / "a.json", fields, mapping)
    assert (record.text, record.author, record.title) == (f"{BODY}\n\n{MORE}", "Chi Lan", "Cầu mở")


def test_hugo_front_matter(tmp_path: Path) -> None:
    front = 'title = "Cầu: mở"\ndate = 2026-05-05T08:00:00+07:00\nauthors = ["An Bình"]\n[params]\nx = 1'
    (tmp_path / "a.md").write_text(f"+++\n{front}\n+++\n\n{BODY}\n", encoding="utf-8")
    (record,) = read(tmp_path / "a.md")
    assert isinstance(record, Record)
    assert (record.text, record.title) == (f"{BODY}\n", "Cầu: mở")
    assert (record.published, record.author) == ("2026-05-05", "An Bình")


def test_a_document_of_editor_js_alone(tmp_path: Path) -> None:
    blocks = [{"type": "header", "data": {"text": "Cầu mở"}}, {"type": "paragraph", "data": {"text": BODY}}]
    (record,) = records(tmp_path / "a.json", {"time": 1777975200000, "blocks": blocks, "version": "2.29"})
    # When it was saved is not when it appeared.
    assert (record.title, record.published) == ("Cầu mở", None)
    assert BODY in record.text
