"""Untrusted text on the page: wherever it stands it is text, and never gains an element, an attribute or an address."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.store.rows import ArticleInfo
from rag.types import Answer, AnswerSentence, Article, Citation, Draft, Filters, Settled, Span
from ui.conversation import ConversationInfo, Exchange
from ui.library import Row
from ui.reader import Opened, article_page, gone_page, paragraphs, safe_address
from ui.render import render
from ui.toast import toast
from ui.view import Live, Welcome, answer_view, live, thread

UI = Path(__file__).resolve().parents[1] / "ui"

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "x onclick=alert(1)",
    "</textarea></title></style></script><svg onload=alert(1)>",
    "</mark></p></div></article><form action=https://evil.example><input name=password>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "![pixel](https://evil.example/p.png) [click](javascript:alert(1))",
    "${alert(1)} `${alert(1)}` \\${alert(1)}",
    "{{ 7 * 7 }} {{{ value }}} {% raw %}",
    "&lt;script&gt; &#60;img&#62;",
    "<!-- --><![CDATA[ ]]><base href=https://evil.example>",
    "\u202egpj.exe \u2066isolate",
    "\x00\x1b[2J\u2028\ud800",
    "x" * 20_000,
]


class Elements(HTMLParser):
    """The elements of a page with the names of their attributes, the values that a browser acts upon, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.acted_upon: list[str] = []
        self.values: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.acted_upon += [
            value or "" for name, value in attrs if name in ("href", "src", "action", "formaction", "style", "srcdoc")
        ]
        self.values += [value or "" for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements.append(("!--", ()))

    def handle_decl(self, decl: str) -> None:
        self.elements.append(("!", ()))


def citation(text: str) -> Citation:
    return Citation(1, "a1", text, text, "2024-03-05", "vi", text, text, 0, len(text), text, 0.9)


def answered(text: str, *, found: bool = True, engine: str = "llm") -> dict[str, Any]:
    sentences = (
        AnswerSentence(text, (1,), "supported"),
        AnswerSentence(f"{text}!", (), "unsupported", text),
        AnswerSentence(f"{text}?", (1,), "unchecked", text),
    )
    return Answer(
        text, text, found, "vi", engine, sentences if found else (), (citation(text),) if found else (),
        nearest=() if found else (text,), model=text, notice=text, seconds={"total": 0.1},
    ).to_dict()  # fmt: skip


def exchange(text: str, **how: Any) -> Exchange:
    limits = Filters(since=text, until=text, sources=(text,))
    return Exchange(1, text, answered(text, **how), limits, "2026-05-01T09:30:00Z", False, text)


def article(text: str) -> Article:
    return Article("a1", f"{text}\n\nmore {text}", text, text, text, "2024-03-05", "vi", text, text, (Span(0, 1),))


def opened(text: str) -> Opened:
    shown = citation(text)
    return Opened(shown, (shown, replace(shown, marker=2, start=1, end=2, quote=text[1:2])))


PAGES: dict[str, Callable[[str], str]] = {
    "an answer": lambda text: thread([exchange(text)], "vi", {"a1": [(text, "2024")]}, text, Welcome(1)),
    "quotes": lambda text: thread([exchange(text, engine="quotes")], "en", {}, "c1", Welcome(1)),
    "nothing found": lambda text: thread([exchange(text, found=False)], "en", {}, "c1", Welcome(1)),
    "examples": lambda text: thread([], "vi", {}, "c1", Welcome(3, (text, text))),
    "a draft": lambda text: live(Live(text, Filters(sources=(text,))).after(Draft(text)), "vi"),
    "settled": lambda text: live(
        Live(text, Filters()).after(Settled(AnswerSentence(text, (1,), "unchecked", text), (citation(text),))), "vi"
    ),
    "failed": lambda text: live(Live(text, Filters(), state="failed", message=text), "en"),
    "an article": lambda text: article_page(article(text), opened(text), "vi", text),
    "an article alone": lambda text: article_page(article(text), None, "en"),
    "a changed article": lambda text: article_page(replace(article(text), text="other"), opened(text), "vi"),
    "conversations": lambda text: render(
        "sidebar", "vi", conversations=[ConversationInfo("c0ffee", text, text, text, 1)], current="c"
    ),
    "the library": lambda text: render(
        "library",
        "vi",
        shown=[ArticleInfo("a", text, text, text, "2024", text, text, text, 1, "s")],
        watched=None,
        matching=1,
        total=1,
        most=1,
        restorable=set(),
        search=text,
        order=text,
    ),
    "outlets": lambda text: render("limits", "vi", sources=[(text, 1)]),
    "uploads": lambda text: render("uploads", "en", rows=[Row(text, "failed", text)], done=1),
    "what happened": lambda text: toast("vi", text, undo={"kind": text, "key": text, "search": text, "order": text}),
    "a removed article": lambda text: gone_page(opened(text), "en", text),
}


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """Elements in order, without the link to the original, which only an http address has."""
    return [element for element in Elements(html).elements if element[0] not in ("a", "/a")]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_changes_no_element(page: str, text: str) -> None:
    hostile, calm = PAGES[page](text), PAGES[page]("calm words")
    assert shape(hostile) == shape(calm)
    assert [value for value in Elements(hostile).acted_upon if value not in Elements(calm).acted_upon] == []


@pytest.mark.parametrize("page", PAGES)
def test_nothing_reorders_or_breaks_the_page(page: str) -> None:
    html = PAGES[page]("a\u202eb\u2066c\x00d\x1be\u2028f\ud800g")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", html)
    html.encode()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_an_article_is_shown_whole_and_as_it_is(text: str) -> None:
    shown = article(text)
    pieces = [piece.text for paragraph in paragraphs(shown, []) for piece in paragraph.pieces]
    assert "".join(pieces) == shown.text


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://reed.example/a?b=1#c", True),
        ("HTTP://reed.example/", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("https:evil.example", False),
        ("https://a.example/\n<script>", False),
        ("https://a.example/\u202egpj", False),
        ("https://reed.example@evil.example/", False),
        (None, False),
        ("", False),
    ],
)
def test_only_a_plain_web_address_is_a_link(address: str | None, is_link: bool) -> None:
    assert (safe_address(address) is not None) is is_link


# Old and odd answers


def test_an_answer_of_another_version_opens() -> None:
    """A kept answer may lack what came later, and hold what was given up."""
    kept = answered("calm words")
    kept["citations"] = [
        {name: value for name, value in kept["citations"][0].items() if name != "score"} | {"later": "field"}
    ]
    for name in ("nearest", "model", "notice", "seconds", "confidence", "usage"):
        del kept[name]
    view = answer_view(kept, "vi")
    assert view.lines[0].citations[0].quote == "calm words"


def test_an_article_of_many_asides_is_cut_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons grow with the article, not with its square: 2,000 paragraphs with an aside each."""
    calls = [0]
    original = Span.overlaps

    def counted(self: Span, other: Span) -> bool:
        calls[0] += 1
        return original(self, other)

    monkeypatch.setattr(Span, "overlaps", counted)
    line = "Advertisement. Words.\n\n"
    asides = tuple(Span(number * len(line), number * len(line) + 14) for number in range(2000))
    paragraphs(Article("a1", line * 2000, unquotable=asides), [])
    assert calls[0] <= 20 * 2000


# The sources


def calls_of(name: str) -> list[tuple[Path, ast.Call]]:
    """Every call of something of this name in ui/."""
    return [
        (path, node)
        for path in sorted(UI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) == name
    ]


def test_gradio_puts_a_value_in_as_it_is() -> None:
    """Gradio fills `{{ }}` in first and then runs the whole as a JavaScript template: "${alert(1)}" in a value put in
    by `{{ value }}` is run. Only its own default, "${value}", is put in last and not run.
    """
    for path, call in calls_of("HTML"):
        for keyword in call.keywords:
            if keyword.arg in ("html_template", "css_template"):
                template = ast.literal_eval(keyword.value)
                assert "{{" not in template, f"{path.name}:{call.lineno}"


def test_templates_mark_nothing_safe_but_their_own_words() -> None:
    for path in (UI / "templates").glob("*.html"):
        for expression in re.findall(r"{{(.*?)}}", path.read_text(encoding="utf-8"), re.DOTALL):
            if "safe" in expression:
                assert re.fullmatch(r"\s*' [^']*' \| safe if [^|]*", expression), f"{path.name}: {expression}"
        assert "autoescape" not in path.read_text(encoding="utf-8")


def test_attributes_are_quoted() -> None:
    for path in (UI / "templates").glob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\s[a-z-]+=\s*{{", source), path.name
        # A script is a file of ours, never words in a page.
        assert not re.search(r'<script(?! src="page-assets/[a-z]+\.js"></script>)|\son[a-z]+=|style=', source), (
            path.name
        )


@pytest.mark.parametrize(
    "way",
    [r"innerHTML", r"outerHTML", r"insertAdjacentHTML", r"document\.write", r"\beval\(", r"new Function", r"srcdoc",
     r"https?://(?!www\.w3\.org)", r"postMessage", r"window\.open\((?!.*noopener)"],
)  # fmt: skip
def test_scripts_make_no_html_of_text(way: str) -> None:
    for path in UI.rglob("*.js"):
        found = [line for line in path.read_text(encoding="utf-8").splitlines() if re.search(way, line)]
        assert found == [], path.name
