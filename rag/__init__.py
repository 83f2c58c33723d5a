"""Trích Dẫn: answers from a news archive in which every sentence is an exact, dated quote."""

from rag.newsqa import NewsQA
from rag.types import Answer, Article, Citation, Filters, Hit, IngestReport, Passage, Sentence, Turn

__version__ = "0.2.0"

__all__ = ["Answer", "Article", "Citation", "Filters", "Hit", "IngestReport", "NewsQA", "Passage", "Sentence", "Turn"]
