"""The listener's network in PyTorch: two layers on the embedder's states, started from the embedder's own."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from eval.training.torch_reader import Layer
from rag.embed.graph import SHARED_LAYERS
from rag.embed.weights import Weights
from rag.types import INTENTS
from rag.understand.hear import INSTRUCTIONS, TALK

LAYERS = range(SHARED_LAYERS, SHARED_LAYERS + 2)
# Intents, leans, instructions, several questions, kinds of talk.
TOLD = len(INTENTS) + 1 + len(INSTRUCTIONS) + 1 + len(TALK)


class TorchListener(nn.Module):
    """States of a message -> what it tells [batch, TOLD] and, for each token, whether it is kept [batch, tokens]."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        hidden = weights.shape.hidden
        self.layers = nn.ModuleList(Layer(weights, number) for number in LAYERS)
        self.drop = nn.Dropout(0.1)
        self.told, self.kept = nn.Linear(2 * hidden, TOLD), nn.Linear(hidden, 1)
        for head in (self.told, self.kept):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, states: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        mask = torch.zeros_like(valid, dtype=torch.bfloat16).masked_fill(~valid, -1e4)[:, None, None, :]
        states = self.drop(states)
        for layer in self.layers:
            states = layer(states, mask)
        states = self.drop(states.float())
        mean = (states * valid[:, :, None]).sum(1) / valid.sum(1, keepdim=True)
        return self.told(torch.cat([mean, states[:, 0]], 1)), self.kept(states)[:, :, 0]
