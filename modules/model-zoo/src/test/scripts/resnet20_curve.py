#!/usr/bin/python3
"""Writes the loss of each of 100 training steps of ResNet-20 in PyTorch: src/test/resources/io/lockstep/modelzoo/resnet20-losses.txt.

Weights, pictures and labels come from a formula that PyTorchCurveTest has too, so that nothing else need be kept: numbers() is
SplitMix64 of (stream, place), its 24 highest bits as a number in [-1, 1). Pictures are noise and, in strength 0.5, a pattern of
their class. Nesterov's momentum, a constant rate, no regularisation, batches of 32, each seen once.
usage: resnet20_curve.py [OUT]
"""

import os
import sys

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../../benchmarks/src/main/scripts"))
from torch_models import resnet  # noqa: E402

STEPS, BATCH, CLASSES, PIXELS = 100, 32, 10, 3 * 32 * 32
NOISE, PATTERN, WEIGHTS = 0, 1 << 20, 1 << 21  # first streams


def numbers(stream, count):
    with numpy.errstate(over="ignore"):
        z = (numpy.uint64(stream) << numpy.uint64(32)) + numpy.arange(count, dtype=numpy.uint64)
        z = z * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return ((z >> numpy.uint64(40)).astype(numpy.float64) / 2**23 - 1).astype(numpy.float32)


def main():
    net = resnet([3, 3, 3], 16, True)
    stream = WEIGHTS
    for layer in net.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            inputs = layer.weight[0].numel()
            scale = numpy.float32((3 / inputs) ** 0.5)
            weights = numbers(stream, layer.weight.numel()) * scale
            layer.weight.data = torch.from_numpy(weights).reshape(layer.weight.shape)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
            stream += 1
    patterns = torch.from_numpy(numpy.stack([numbers(PATTERN + c, PIXELS) for c in range(CLASSES)])) * 0.5
    updater = torch.optim.SGD(net.parameters(), lr=0.002, momentum=0.9, nesterov=True)
    losses = []
    for step in range(STEPS):
        examples = range(step * BATCH, (step + 1) * BATCH)
        labels = torch.tensor([e % CLASSES for e in examples])
        x = torch.from_numpy(numpy.stack([numbers(NOISE + e, PIXELS) for e in examples])) + patterns[labels]
        loss = F.cross_entropy(net(x.reshape(BATCH, 3, 32, 32)), labels)
        updater.zero_grad()
        loss.backward()
        updater.step()
        losses.append(loss.item())
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../resources/io/lockstep/modelzoo/resnet20-losses.txt")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    with open(out, "w") as file:
        file.writelines(f"{loss:.7g}\n" for loss in losses)


if __name__ == "__main__":
    main()
