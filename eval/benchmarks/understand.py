"""What messages want, told by writers whose messages nothing was fitted on.

python -m eval.benchmarks.understand [--answers 60]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Sequence

import regex as re

from eval.benchmarks.table import render
from eval.training.messages import DATA, Message, read_messages
from rag import NewsQA
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.types import INTENTS, Answer
from rag.understand.bare import asked
from rag.understand.hear import TALKING, Heard, hear

CORPUS = DATA.parents[1] / "corpus"
NEWSROOM = DATA / "newsroom"
SEED = 1


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=60, help="wrapped questions that are also answered")
    given = parser.parse_args(argv)
    messages = read_messages("test")
    started = time.perf_counter()
    heard = [hear(message.text) for message in messages]
    each = (time.perf_counter() - started) / len(messages)
    print(f"{len(messages)} messages by {len({one.writer for one in messages})} writers, {1000 * each:.1f} ms each\n")
    print(render(["intent", "messages", "right", "taken for"], _by_intent(messages, heard)))
    right = sum(one.intent == message.intent for message, one in zip(messages, heard, strict=True))
    print(f"\nintents right: {right / len(messages):.1%}")
    _print_talk(messages, heard)
    _print_leaning(messages, heard)
    _print_wrapping(messages, heard)
    if given.answers:
        _print_answers(messages, given.answers)
    return 0


def _by_intent(messages: Sequence[Message], heard: Sequence[Heard]) -> list[list[str]]:
    rows = []
    for intent in INTENTS:
        told = [one.intent for message, one in zip(messages, heard, strict=True) if message.intent == intent]
        wrong = {other: told.count(other) for other in INTENTS if other != intent and other in told}
        listed = ", ".join(f"{other} {count}" for other, count in sorted(wrong.items(), key=lambda item: -item[1]))
        rows.append([intent, str(len(told)), f"{told.count(intent) / max(1, len(told)):.0%}", listed])
    return rows


def _print_talk(messages: Sequence[Message], heard: Sequence[Heard]) -> None:
    """Requests to the articles that get no search, and talk that gets one."""
    pairs = list(zip(messages, [one.intent for one in heard], strict=True))
    talk = [intent in TALKING for message, intent in pairs if message.intent in TALKING]
    news = [intent in TALKING for message, intent in pairs if message.intent not in TALKING]
    questions = [
        json.loads(line)["question"]
        for name in ("corpus", "newsroom")
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    taken = [question for question in questions if hear(normalise(question)).intent in TALKING]
    cut = [question for question in questions if _cut(question, hear(normalise(question)))]
    print(f"talk, archive, noise and the like not searched for: {sum(talk) / len(talk):.1%} of {len(talk)}")
    print(f"requests to the articles taken for such: {sum(news) / len(news):.1%} of {len(news)}")
    print(f"news questions taken for such: {len(taken) / len(questions):.2%} of {len(questions)}")
    print(f"news questions of which words are taken for wrapping: {len(cut) / len(questions):.1%}")


def _cut(question: str, heard: Heard) -> bool:
    return _words(asked(question, heard.bare)) != _words(question)


def _print_leaning(messages: Sequence[Message], heard: Sequence[Heard]) -> None:
    pairs = [
        (message, one.leans > 0.5) for message, one in zip(messages, heard, strict=True) if message.in_conversation
    ]
    leaning = [leans for message, leans in pairs if message.leans]
    alone = [leans for message, leans in pairs if not message.leans and message.intent not in TALKING]
    print(f"messages that lean on those before, known: {sum(leaning) / len(leaning):.1%} of {len(leaning)}")
    print(f"messages that stand alone taken for leaning: {sum(alone) / len(alone):.1%} of {len(alone)}")


def _print_wrapping(messages: Sequence[Message], heard: Sequence[Heard]) -> None:
    pairs = [
        (_words(message.bare), _words(asked(message.text, one.bare)))
        for message, one in zip(messages, heard, strict=True)
        if is_wrapped(message)
    ]
    same = [bare == found for bare, found in pairs]
    whole = [set(bare) <= set(found) for bare, found in pairs]
    print(f"wrapped requests cut to the same words: {sum(same) / len(same):.1%} of {len(same)}")
    print(f"wrapped requests that keep all their words: {sum(whole) / len(whole):.1%}")


def is_wrapped(message: Message) -> bool:
    return message.intent not in TALKING and _words(message.bare) != _words(message.text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _print_answers(messages: Sequence[Message], count: int) -> None:
    """Questions of both archives in the wrapping of the writers: is the first citation that of the bare question?"""
    draws = random.Random(SEED)
    wrappers = [one for one in messages if is_wrapped(one) and one.intent == "question" and not one.several]
    same = cited = 0
    with tempfile.TemporaryDirectory() as home, NewsQA.open(home=home) as qa:
        qa.ingest([CORPUS, NEWSROOM])
        cases = [
            json.loads(line)
            for name in ("corpus", "newsroom")
            for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        cases = [case for case in cases if case.get("answerable") and not case.get("history")]
        for case in draws.sample(cases, count):
            around = draws.choice([one for one in wrappers if detect(one.text) == case["language"]])
            question = case["question"].rstrip("?")
            wrapped = around.text[: around.start] + question + around.text[around.end :]
            bare, found = (_first(qa.ask(text)) for text in (case["question"], wrapped))
            same += bare == found
            cited += bare is not None
    print(f"wrapped questions with the bare one's first citation: {same / count:.1%} of {count} ({cited} cite)")


def _first(answer: Answer) -> tuple[str, int] | None:
    return next(((one.article_id, one.start) for one in answer.citations), None)


if __name__ == "__main__":
    raise SystemExit(main())
