"""Writes the numbers of this folder: losses and their gradients as PyTorch 1.13 has them, float64, summed over rows.

Each file is a loss: features (rows, predictions one behind the other), labels, weights (a number for each row), loss,
gradient (of features). Run it in this folder: python3 losses.py
"""
import torch
import torch.nn.functional as F

ROWS, N = 6, 4
torch.manual_seed(18)
torch.set_default_dtype(torch.float64)


def write(name, x, t, w, of_rows):
    x = x.clone().requires_grad_()
    loss = (w * of_rows(x, t)).sum()
    loss.backward()
    with open(name + ".txt", "w") as out:
        for word, values in ("features", x), ("labels", t), ("weights", w), ("loss", loss), ("gradient", x.grad):
            print(word, *("%.8g" % v for v in values.detach().flatten().tolist()), file=out)


def each(f):
    return lambda x, t: f(x, t, reduction="none").sum(1)


def normal(n=N):
    return torch.randn(ROWS, n).to(torch.float32).to(torch.float64)


def shares():
    return F.softmax(normal(), 1).to(torch.float32).to(torch.float64)


w = torch.tensor([1.0, 2.0, 0.5, 1.0, 0.0, 1.5])
signs = (torch.randint(0, 2, (ROWS, N)) * 2 - 1).to(torch.float64)
bits = torch.randint(0, 2, (ROWS, N)).to(torch.float64)
counts = torch.randint(0, 4, (ROWS, N)).to(torch.float64)
classes = torch.randint(0, N, (ROWS,))
pairs = torch.randint(0, 2, (ROWS,)).to(torch.float64)
class_weights = torch.tensor([0.5, 1.0, 2.0, 1.5])

write("squared", normal(), normal(), w, each(F.mse_loss))
write("absolute", normal(), normal(), w, each(F.l1_loss))
write("huber", normal(), normal(), w, lambda x, t: F.huber_loss(x, t, reduction="none", delta=0.7).sum(1))
write("smooth-absolute", normal(), normal(), w, lambda x, t: F.smooth_l1_loss(x, t, reduction="none", beta=0.7).sum(1))
write("poisson", normal().abs() + 0.1, counts, w,
      lambda x, t: F.poisson_nll_loss(x, t, log_input=False, eps=1e-3, reduction="none").sum(1))
write("poisson-of-logarithm", normal(), counts, w, each(F.poisson_nll_loss))
write("kullback-leibler", shares(), shares(), w, lambda x, t: F.kl_div(x.log(), t, reduction="none").sum(1))
write("hinge", normal(), signs, w, lambda x, t: F.relu(1 - t * x).sum(1))
write("squared-hinge", normal(), signs, w, lambda x, t: F.relu(1 - t * x).pow(2).sum(1))
write("binary-cross-entropy", normal(), bits, w, each(F.binary_cross_entropy_with_logits))
write("binary-cross-entropy-of-probability", torch.sigmoid(normal()).to(torch.float32).to(torch.float64), bits, w,
      each(F.binary_cross_entropy))
write("cross-entropy-of-probability", shares(), shares(), w, lambda x, t: -(t * x.log()).sum(1))


def focal(x, t):
    p, ce = torch.sigmoid(x), F.binary_cross_entropy_with_logits(x, t, reduction="none")
    p_t, alpha_t = p * t + (1 - p) * (1 - t), 0.25 * t + 0.75 * (1 - t)
    return (alpha_t * ce * (1 - p_t) ** 2).sum(1)


write("focal", normal(), bits, w, focal)
write("wasserstein", normal(), signs, w, lambda x, t: (x * t).sum(1))
write("squared-logarithmic", normal().abs(), counts, w, lambda x, t: (torch.log1p(x) - torch.log1p(t)).pow(2).sum(1))
write("absolute-percentage", normal(), normal(), w, lambda x, t: 100 * ((x - t) / t).abs().sum(1))
write("distribution-cross-entropy", normal(), shares(), w,
      lambda x, t: F.cross_entropy(x, t, reduction="none", label_smoothing=0.1))
write("weighted-cross-entropy", normal(), classes, w,
      lambda x, t: F.cross_entropy(x, t, weight=class_weights, reduction="none"))
write("cosine", normal(), normal(), w, lambda x, t: 1 - F.cosine_similarity(x, t))
write("contrastive", normal(2 * N), pairs, w, lambda x, t: (lambda d: t * d ** 2 + (1 - t) * F.relu(3 - d) ** 2)(
    (x[:, :N] - x[:, N:]).norm(dim=1)))
write("triplet", normal(3 * N), pairs, w, lambda x, t: F.triplet_margin_loss(
    x[:, :N], x[:, N:2 * N], x[:, 2 * N:], margin=0.5, eps=1e-6, reduction="none"))
