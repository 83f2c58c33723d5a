"""Reads a passage for a question: which words of it answer, and how likely they do."""
