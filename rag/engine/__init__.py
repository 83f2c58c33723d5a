"""The LlamaIndex query engines: `quotes` answers in verbatim quotes, `composing` lets a language model write."""
