#!/usr/bin/python3
"""Writes what PyTorch computes for the engine's operations on pictures: src/test/resources/io/lockstep/engine/images/NAME.txt.

Each network is a 1x1 convolution, the operation, and the cross-entropy of all its outputs, channels first, with a label, so that
the convolution's gradient tells the operation's input gradient. A file has a line a vector: its name, then its numbers.
Pictures are in the engine's order, (height, width, channels), as are parameters and gradients. "outputs" are those of inference.
usage: image_fixtures.py [OUT]
"""

import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

EXAMPLES, HEIGHT, WIDTH, INPUTS, CHANNELS = 2, 7, 5, 2, 6


def in_order(operation, pick):
    """Bias before weights for convolutions, as DL4J has it; of batch norm the running statistics last."""
    if isinstance(operation, (nn.Conv2d, nn.ConvTranspose2d)):
        return ([pick(operation.bias)] if operation.bias is not None else []) + [pick(operation.weight)]
    if isinstance(operation, nn.BatchNorm2d):
        return [pick(operation.weight), pick(operation.bias)]
    return []


def flat(tensors):
    return torch.cat([t.reshape(-1) for t in tensors]) if tensors else torch.zeros(0)


def write(out, name, operation):
    torch.manual_seed(1)
    linear = nn.Conv2d(INPUTS, CHANNELS, 1)
    for p in list(linear.parameters()) + list(operation.parameters()):
        nn.init.normal_(p, 0, 0.5)
    x = torch.randn(EXAMPLES, INPUTS, HEIGHT, WIDTH)
    norm = isinstance(operation, nn.BatchNorm2d)
    operation.eval()
    outputs = operation(linear(x))
    statistics = [operation.running_mean.clone(), operation.running_var.clone()] if norm else []
    operation.train()
    scores = operation(linear(x)).flatten(1)
    labels = torch.randint(0, scores.shape[1], (EXAMPLES,))
    loss = F.cross_entropy(scores, labels, reduction="sum")
    loss.backward()
    lines = {
        "features": x.permute(0, 2, 3, 1),
        "labels": labels,
        "parameters": flat(in_order(linear, lambda p: p) + in_order(operation, lambda p: p) + statistics),
        "outputs": outputs.flatten(1),
        "loss": loss,
        "gradients": flat(in_order(linear, lambda p: p.grad) + in_order(operation, lambda p: p.grad)),
    }
    with open(os.path.join(out, name + ".txt"), "w") as file:
        for key, value in lines.items():
            file.write(key + " " + " ".join("%.8g" % v for v in value.detach().reshape(-1).tolist()) + "\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "../resources/io/lockstep/engine/images")
    os.makedirs(out, exist_ok=True)
    write(out, "convolution", nn.Conv2d(CHANNELS, 4, 3, stride=2, padding=1))
    write(out, "dilated-convolution", nn.Conv2d(CHANNELS, 3, (3, 2), dilation=2, padding=(2, 1), bias=False))
    write(out, "grouped-convolution", nn.Conv2d(CHANNELS, 9, 3, padding=1, groups=3))
    write(out, "depthwise-convolution", nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, groups=CHANNELS, bias=False))
    write(out, "transposed-convolution", nn.ConvTranspose2d(CHANNELS, 3, 3, stride=2, padding=1))
    write(out, "batch-norm", nn.BatchNorm2d(CHANNELS))
    write(out, "max-pooling", nn.MaxPool2d(3, 2, 1))
    write(out, "average-pooling", nn.AvgPool2d(3, 2, 1, count_include_pad=False))
    write(out, "average-pooling-with-padding", nn.AvgPool2d(3, 2, 1, count_include_pad=True))
    write(out, "norm-pooling", nn.LPPool2d(2, 3, 2))
    write(out, "upsampling", nn.Upsample(scale_factor=2))
    # alpha is of the mean of the squares there and of their sum here
    write(out, "response-norm", nn.LocalResponseNorm(5, alpha=0.5, beta=0.75, k=2))
    write(out, "elu", nn.ELU())
    write(out, "softplus", nn.Softplus())
    write(out, "swish", nn.SiLU())
    write(out, "leaky-relu", nn.LeakyReLU(0.2))
    write(out, "relu", nn.ReLU())
    write(out, "tanh", nn.Tanh())
    write(out, "sigmoid", nn.Sigmoid())
    write(out, "relu6", nn.ReLU6())
    write(out, "selu", nn.SELU())
    write(out, "mish", nn.Mish())
    write(out, "hard-tanh", nn.Hardtanh())
    write(out, "softsign", nn.Softsign())
    write(out, "thresholded-relu", nn.Threshold(0.1, 0))
    write(out, "elu-of-another-alpha", nn.ELU(0.3))
    write(out, "gelu-by-tanh", nn.GELU(approximate="tanh"))


main()
