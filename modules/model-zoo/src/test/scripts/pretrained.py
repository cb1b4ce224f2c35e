#!/usr/bin/env python3
"""What PyTorch saves and predicts, for PretrainedWeightsTest: python3 pretrained.py ../resources/io/lockstep/modelzoo

vit.safetensors: a small vision transformer of torchvision's, trained for some steps, and vit.txt: what it predicts.
resnet8.txt: names and shapes of a small residual network with torchvision's names, and what it predicts; its weights
are numbers() of resnet20_curve.py, as a file of them would be a few hundred KiB.
Needs torch and torchvision; safetensors are written by the few lines that the format takes.
"""
import functools
import json
import math
import struct
import sys

import torch
from resnet20_curve import numbers
from torch import nn
from torch.nn import functional
from torchvision.models.vision_transformer import VisionTransformer

PICTURES, WEIGHTS = 0, 1 << 21  # streams


def save(state, path):
    """8 bytes of the header's length, the header in JSON, the numbers."""
    header, data, end = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in state.items():
        kind = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64"}[tensor.dtype]
        raw = tensor.contiguous()
        raw = (raw.view(torch.int16) if kind == "BF16" else raw).numpy().tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [end, end + len(raw)]}
        data.append(raw)
        end += len(raw)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def pictures(count, side):
    return torch.from_numpy(numbers(PICTURES, count * 3 * side * side)).reshape(count, 3, side, side)


class Block(nn.Module):
    """Two 3x3 convolutions; a shortcut without parameters: every second pixel, and zeros for new channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.stride = outputs // inputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        return functional.relu(y + functional.pad(shortcut, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1])))


class ResNet8(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16))
        self.layer2 = nn.Sequential(Block(16, 32))
        self.layer3 = nn.Sequential(Block(32, 64))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def by_formula(model):
    """Each tensor from a stream of numbers() of its own, of a size that keeps activations near 1; variances are positive."""
    state = model.state_dict()
    for stream, (name, tensor) in enumerate(state.items()):
        if tensor.dtype != torch.float32:
            continue
        drawn = torch.from_numpy(numbers(WEIGHTS + stream, tensor.numel())).reshape(tensor.shape)
        if tensor.dim() > 1:
            tensor.copy_(drawn * math.sqrt(3 / tensor[0].numel()))
        else:
            tensor.copy_(1 + drawn / 2 if name.endswith(("running_var", "weight")) else drawn / 4)
    return state


def write_logits(path, lines, model, inputs):
    model.eval()
    with torch.no_grad():
        logits = model(inputs)
    lines += ["logits " + " ".join(f"{value:.9g}" for value in row) for row in logits.tolist()]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def vit(folder):
    torch.manual_seed(1)
    model = VisionTransformer(
        16, 8, 2, 2, 16, 64, num_classes=5, norm_layer=functools.partial(nn.LayerNorm, eps=1e-5))
    for block in model.encoder.layers:
        for i, layer in enumerate(block.mlp):
            if isinstance(layer, nn.GELU):
                block.mlp[i] = nn.GELU(approximate="tanh")
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    inputs, labels = pictures(20, 16), torch.arange(20) % 5
    model.train()
    for _ in range(10):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(inputs), labels)
        loss.backward()
        optimizer.step()
        print("loss", loss.item())
    save(model.state_dict(), folder + "/vit.safetensors")
    write_logits(folder + "/vit.txt", [], model, pictures(4, 16))


def resnet8(folder):
    model = ResNet8(10)
    state = by_formula(model)
    lines = [f"tensor {name} " + " ".join(map(str, tensor.shape)) for name, tensor in state.items() if tensor.dim() > 0]
    write_logits(folder + "/resnet8.txt", lines, model, pictures(4, 32))


if __name__ == "__main__":
    vit(sys.argv[1])
    resnet8(sys.argv[1])
