"""Networks of the model zoo in PyTorch, as those who compare with it would write them; imported by the *_torch.py beside it."""

import torch
import torch.nn as nn
import torch.nn.functional as F

# channels: 1x1; 3x3 after its 1x1; 5x5 after its 1x1; 1x1 after pooling (Szegedy et al. 2015, table 1)
INCEPTION = [
    (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), 0,
    (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
    (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128), 0,
    (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)]
VGG16 = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]


def convolution(inputs, outputs, kernel, stride):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Block(nn.Module):
    """He et al. 2015; pad: shortcuts of option A instead of projections."""

    def __init__(self, inputs, outputs, stride, pad):
        super().__init__()
        self.c1, self.n1 = convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.c2, self.n2 = convolution(outputs, outputs, 3, 1), nn.BatchNorm2d(outputs)
        self.stride, self.pad, self.outputs = stride, pad, outputs
        if stride == 2 and not pad:
            self.cs, self.ns = convolution(inputs, outputs, 1, 2), nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.n2(self.c2(F.relu(self.n1(self.c1(x)), inplace=True)))
        if self.stride == 2 and self.pad:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, self.outputs // 2))
        elif self.stride == 2:
            x = self.ns(self.cs(x))
        return F.relu(y + x, inplace=True)


def resnet(blocks, stem, pad):
    layers, inputs = [convolution(3, stem, 3, 1), nn.BatchNorm2d(stem), nn.ReLU(True)], stem
    for stage, count in enumerate(blocks):
        for block in range(count):
            layers.append(Block(inputs, stem << stage, 2 if stage and not block else 1, pad))
            inputs = stem << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


def vgg16():
    layers, inputs = [], 3
    for channels in VGG16:
        if channels:
            layers += [convolution(inputs, channels, 3, 1), nn.BatchNorm2d(channels), nn.ReLU(True)]
            inputs = channels
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


def convolution_norm_relu(inputs, outputs, kernel):
    return nn.Sequential(convolution(inputs, outputs, kernel, 1), nn.BatchNorm2d(outputs), nn.ReLU(True))


class Inception(nn.Module):
    def __init__(self, inputs, one, before3, three, before5, five, pooled):
        super().__init__()
        unit = convolution_norm_relu
        self.branches = nn.ModuleList([
            unit(inputs, one, 1),
            nn.Sequential(unit(inputs, before3, 1), unit(before3, three, 3)),
            nn.Sequential(unit(inputs, before5, 1), unit(before5, five, 5)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), unit(inputs, pooled, 1))])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def googlenet():
    unit = convolution_norm_relu
    layers, inputs = [unit(3, 64, 3), unit(64, 64, 1), unit(64, 192, 3)], 192
    for block in INCEPTION:
        if block:
            layers.append(Inception(inputs, *block))
            inputs = block[0] + block[2] + block[4] + block[5]
        else:
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


class Lstm(nn.Module):
    """Two layers of 256; the last step classified."""

    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.LSTM(64, 256, 2, batch_first=True), nn.Linear(256, 10)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def attention(self, x, mask):
        n, t, w = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.qkv(x).split(w, dim=2))
        scores = (q @ k.transpose(-2, -1) / (w // self.heads) ** 0.5).masked_fill(mask, float("-inf"))
        return self.out((F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(n, t, w))

    def forward(self, x, mask):
        x = x + self.attention(self.n1(x), mask)
        return x + self.down(F.gelu(self.up(self.n2(x))))


class Gpt(nn.Module):
    """nanoGPT's, with an output of its own and attention written out, as it is before PyTorch 2."""

    def __init__(self, blocks, heads, width, length, vocabulary):
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(GptBlock(width, heads) for _ in range(blocks))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)
        self.register_buffer("mask", torch.ones(length, length).triu(1).bool())

    def forward(self, x):
        x = self.tokens(x) + self.places.weight
        for block in self.blocks:
            x = block(x, self.mask)
        return self.out(self.norm(x)).flatten(0, 1)


class VitBlock(nn.Module):
    """Pre-norm; GELU by tanh; the last weights of a branch begin smaller."""

    def __init__(self, width, heads, blocks):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.small = 0.02 / (2 * blocks) ** 0.5

    def forward(self, x):
        n, t, w = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.qkv(self.n1(x)).split(w, dim=2))
        weights = F.softmax(q @ k.transpose(-2, -1) / (w // self.heads) ** 0.5, dim=-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(n, t, w))
        return x + self.down(F.gelu(self.up(self.n2(x)), approximate="tanh"))


class Vit(nn.Module):
    """Dosovitskiy et al. 2021, section 3.1, for pictures of 32x32."""

    def __init__(self, patch=4, blocks=6, heads=3, width=192):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.empty(1, 1, width))
        self.places = nn.Parameter(torch.empty(1, (32 // patch) ** 2 + 1, width))
        self.blocks = nn.Sequential(*[VitBlock(width, heads, blocks) for _ in range(blocks)])
        self.norm, self.classes = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.places
        return self.classes(self.norm(self.blocks(x))[:, 0])
