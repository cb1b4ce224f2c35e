#!/usr/bin/python3
"""Writes what PyTorch computes for the engine's operations on sequences: src/test/resources/io/lockstep/engine/NAME.txt.

Each network is a linear layer, the operation, and the sum of the cross-entropies of its outputs with labels, so that the
linear layer's gradient tells the operation's input gradient. A file has a line a vector: its name, then its numbers.
Parameters and gradients are in the engine's order. Where sequences have lengths of their own, the features behind are 0.
usage: sequence_fixtures.py [OUT]
"""

import math
import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

EXAMPLES, STEPS, INPUTS, FEATURES = 3, 5, 4, 12
LENGTHS = [5, 3, 1]


def flat(tensors):
    return torch.cat([t.reshape(-1) for t in tensors])


class Recurrent(nn.Module):
    """PyTorch's LSTM has its gates in the order i, f, g, o and two biases; the engine's g, f, o, i and their sum."""

    def __init__(self, kind, inputs, units, block=None, backwards=False, masked=False):
        super().__init__()
        self.kind, self.units, self.block, self.backwards, self.masked = kind, units, block, backwards, masked
        self.rnn = {"lstm": nn.LSTM, "gru": nn.GRU, "simple-rnn": nn.RNN}[kind](inputs, units, batch_first=True)
        if kind != "gru":
            nn.init.zeros_(self.rnn.bias_hh_l0)

    def forward(self, x):
        """In blocks of steps, if asked: the state goes on from one to the next, its gradient does not go back."""
        if self.masked:
            packed = nn.utils.rnn.pack_padded_sequence(x, LENGTHS, batch_first=True)
            return nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=STEPS)[0]
        if self.backwards:
            return self.rnn(x.flip(1))[0].flip(1)
        state, outputs = None, []
        for part in x.split(self.block or x.shape[1], dim=1):
            y, state = self.rnn(part, state)
            state = tuple(s.detach() for s in state) if self.kind == "lstm" else state.detach()
            outputs.append(y)
        return torch.cat(outputs, 1)

    def in_order(self, pick):
        r = self.rnn
        w, u, b, d = pick(r.weight_ih_l0), pick(r.weight_hh_l0), pick(r.bias_ih_l0), pick(r.bias_hh_l0)
        if self.kind == "gru":
            return [w, u, b, d]
        if self.kind == "lstm":
            def order(t):
                i, f, g, o = t.split(self.units)
                return torch.cat([g, f, o, i])
            w, u, b = order(w), order(u), order(b)
        return [w, u, b]


class Norm(nn.LayerNorm):
    def in_order(self, pick):
        return [pick(self.weight), pick(self.bias)]


class GroupNorm(nn.GroupNorm):
    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)

    def in_order(self, pick):
        return [pick(self.weight), pick(self.bias)]


class Attention(nn.Module):
    def __init__(self, heads, causal, masked=False, crosses=False):
        super().__init__()
        self.heads, self.causal, self.masked, self.crosses = heads, causal, masked, crosses

    def forward(self, x):
        """Crossing, steps 1 to 3 ask all steps."""
        n, t, f = x.shape
        q, k, v = x.split(f // 3, dim=2)
        q = q[:, 1:4] if self.crosses else q
        q, k, v = (y.reshape(n, y.shape[1], self.heads, -1).transpose(1, 2) for y in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if self.causal:
            scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), -math.inf)
        if self.masked:
            missing = torch.arange(t)[None, :] >= torch.tensor(LENGTHS)[:, None]
            scores = scores.masked_fill(missing[:, None, None, :], -math.inf)
        return (F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(n, -1, f // 3)

    def in_order(self, pick):
        return []


def write(out, name, operation, width):
    torch.manual_seed(1)
    linear = nn.Linear(INPUTS, width)
    for p in list(linear.parameters()) + list(operation.parameters()):
        if p.abs().sum() > 0:
            nn.init.normal_(p, 0, 0.5)
    x = torch.randn(EXAMPLES, STEPS, INPUTS)
    if name.startswith("masked-"):
        for example, length in enumerate(LENGTHS):
            x[example, length:] = 0
    y = operation(linear(x))
    labels = torch.randint(0, y.shape[2], (EXAMPLES, y.shape[1]))
    loss = F.cross_entropy(y.reshape(-1, y.shape[2]), labels.reshape(-1), reduction="sum")
    loss.backward()
    lines = {
        "features": x,
        "labels": labels,
        "parameters": flat([linear.weight, linear.bias] + operation.in_order(lambda p: p)),
        "outputs": y,
        "loss": loss,
        "gradients": flat([linear.weight.grad, linear.bias.grad] + operation.in_order(lambda p: p.grad)),
    }
    with open(os.path.join(out, name + ".txt"), "w") as file:
        for key, value in lines.items():
            file.write(key + " " + " ".join("%.8g" % v for v in value.detach().reshape(-1).tolist()) + "\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../resources/io/lockstep/engine")
    for kind in ("lstm", "gru", "simple-rnn"):
        torch.manual_seed(2)
        write(out, kind, Recurrent(kind, FEATURES, 6), FEATURES)
        torch.manual_seed(2)
        write(out, "truncated-" + kind, Recurrent(kind, FEATURES, 6, block=2), FEATURES)
        torch.manual_seed(2)
        write(out, "reversed-" + kind, Recurrent(kind, FEATURES, 6, backwards=True), FEATURES)
        torch.manual_seed(2)
        write(out, "masked-" + kind, Recurrent(kind, FEATURES, 6, masked=True), FEATURES)
    write(out, "layer-norm", Norm(FEATURES), FEATURES)
    write(out, "group-norm", GroupNorm(3, FEATURES), FEATURES)
    write(out, "instance-norm", GroupNorm(FEATURES, FEATURES), FEATURES)
    write(out, "attention", Attention(2, False), FEATURES)
    write(out, "causal-attention", Attention(2, True), FEATURES)
    write(out, "masked-attention", Attention(2, False, masked=True), FEATURES)
    write(out, "cross-attention", Attention(2, False, crosses=True), FEATURES)
    write(out, "gelu", Gelu(), FEATURES)


class Gelu(nn.GELU):
    def in_order(self, pick):
        return []


main()
