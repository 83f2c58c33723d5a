"""The reader's network in PyTorch, started from the bundled embedder's weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.embed.weights import Weights

CLAIM_CLASSES = 3
_ROWS_AT_ONCE = 20_000


def word_table(weights: Weights) -> Tensor:
    """The embedding table, which is not trained: float16 [pieces, hidden]."""
    count = len(weights.vocabulary().pieces)
    table = np.empty((count, weights.shape.hidden), np.float16)
    for left in range(0, count, _ROWS_AT_ONCE):
        ids = np.arange(left, min(count, left + _ROWS_AT_ONCE))
        table[ids] = weights.word_vectors(ids)
    return torch.from_numpy(table)


class Layer(nn.Module):
    """One layer of a BERT. Attention is written out: PyTorch's own is slower than two products on a processor."""

    def __init__(self, weights: Weights, number: int) -> None:
        super().__init__()
        shape, name = weights.shape, f"l{number}."
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.qkv.weight.data = torch.cat([_tensor(weights, f"{name}{part}.w", shape.hidden) for part in "qkv"])
        self.qkv.bias.data = torch.cat([_tensor(weights, f"{name}{part}.b") for part in "qkv"])
        self.ao = _linear(weights, name + "ao", shape.hidden, shape.hidden)
        self.fi = _linear(weights, name + "fi", shape.hidden, shape.inner)
        self.fo = _linear(weights, name + "fo", shape.inner, shape.hidden)
        self.aln, self.oln = _norm(weights, name + "aln"), _norm(weights, name + "oln")

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        batch, length, hidden = states.shape
        size = hidden // self.heads
        query, key, value = self.qkv(states).view(batch, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        attention = torch.softmax((query * size**-0.5) @ key.transpose(-1, -2) + mask, -1)
        context = (attention @ value).transpose(1, 2).reshape(batch, length, hidden)
        states = self.aln(states + self.ao(context))
        return self.oln(states + self.fo(functional.gelu(self.fi(states))))  # type: ignore[no-any-return]


class TorchReader(nn.Module):
    """Words' vectors -> for each token the scores of an answer's start and end, and three classes for a claim."""

    def __init__(self, weights: Weights, frozen: int = 0) -> None:
        """The first `frozen` layers are left as they are."""
        super().__init__()
        self.frozen = frozen
        hidden = weights.shape.hidden
        kind = _tensor(weights, "emb.type", hidden)[0]
        self.pos = nn.Parameter(_tensor(weights, "emb.pos", hidden))
        self.kind = nn.Parameter(torch.stack([kind, kind]))
        self.ln = _norm(weights, "emb.ln")
        self.layers = nn.ModuleList(Layer(weights, number) for number in range(weights.shape.layers))
        self.drop = nn.Dropout(0.1)
        self.span, self.claim = nn.Linear(hidden, 2), nn.Linear(hidden, CLAIM_CLASSES)
        for head in (self.span, self.claim):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, words: Tensor, kinds: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """`words` [batch, tokens, hidden], `kinds` 0 for the question and 1 for the passage, `valid` where no padding.

        Spans [batch, tokens, 2] and claims [batch, 3].
        """
        states = self.drop(self.ln(words + self.pos[: words.shape[1]] + self.kind[kinds]))
        mask = torch.zeros_like(valid, dtype=states.dtype).masked_fill(~valid, -1e4)[:, None, None, :]
        if torch.is_autocast_enabled(words.device.type):
            mask = mask.to(torch.get_autocast_dtype(words.device.type))
        for number, layer in enumerate(self.layers):
            with torch.set_grad_enabled(torch.is_grad_enabled() and number >= self.frozen):
                states = layer(states, mask)
        return self.span(states), self.claim(states[:, 0])


def _tensor(weights: Weights, name: str, columns: int | None = None) -> Tensor:
    whole = torch.from_numpy(weights.tensor(name).copy())
    return whole if columns is None else whole.reshape(-1, columns)


def _linear(weights: Weights, name: str, inputs: int, outputs: int) -> nn.Linear:
    linear = nn.Linear(inputs, outputs)
    linear.weight.data = _tensor(weights, name + ".w", inputs)
    linear.bias.data = _tensor(weights, name + ".b")
    return linear


def _norm(weights: Weights, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(weights.shape.hidden, eps=weights.shape.epsilon)
    norm.weight.data, norm.bias.data = _tensor(weights, name + ".w"), _tensor(weights, name + ".b")
    return norm
