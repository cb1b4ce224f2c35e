#!/usr/bin/python3
"""A recipe of conf/recipes trained by PyTorch's DistributedDataParallel over Gloo: the comparison of `lockstep train`.

The same pictures, augmentation, batches of the same sizes, schedule, regularisation and initialisation; the order of pictures and
all random numbers are PyTorch's, and so are its SGD (the rate outside of the velocity, which differs from Deeplearning4j's where the
rate changes) and its batch norm (running statistics of rank 0, of the unbiased variance). Starts its own ranks, one thread each, of
which each has the same share of a batch; prints a line an epoch and writes them as CSV.
usage: train_torch.py --recipe NAME|FILE --data FOLDER [--set KEY=VALUE ...] [--workers N] [--seed S] [--out FILE]
FOLDER has CIFAR-10's binary version. Takes the settings model (resnet18, resnet20, vgg16-bn, vit), train-examples, test-examples,
epochs, global-batch, updater (nesterovs, adam), learning-rate, momentum, schedule (one-cycle, cosine), warmup-epochs, l2,
weight-decay, clip-norm, crop-padding, flip.
"""

import argparse
import csv
import math
import os
import subprocess
import sys
import tempfile
import time

try:
    import numpy
    import torch
    import torch.distributed as dist
    import torch.nn as nn
    import torch.nn.functional as F
    from torch_models import Vit, resnet, vgg16
except ImportError as missing:
    print(f"skipped: this Python lacks {missing.name} (Debian's packages are python3-torch and python3-numpy)")
    sys.exit(0)

MODELS = {
    "resnet18": lambda: resnet([2, 2, 2, 2], 64, False),
    "resnet20": lambda: resnet([3, 3, 3], 16, True), "vgg16-bn": vgg16, "vit": Vit}
DEFAULTS = {  # conf/lockstep-defaults.conf.template
    "global-batch": "32", "epochs": "2", "updater": "nesterovs", "momentum": "0.9", "learning-rate": "0.1",
    "schedule": "one-cycle", "warmup-epochs": "0", "l2": "0.0005", "weight-decay": "0", "clip-norm": "0",
    "crop-padding": "0", "flip": "auto", "train-examples": "0", "test-examples": "0"}


def settings(recipe, changes):
    if not os.path.exists(recipe):
        recipe = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../../conf/recipes", recipe + ".conf")
    with open(recipe) as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    found = {"data": "cifar10", **DEFAULTS}
    for line in [*lines, *changes]:
        key, value = (word.strip() for word in line.split("=", 1))
        if key not in found and key != "model":
            sys.exit(f"{key} is not among the settings that this comparison takes")
        found[key] = value
    adam = found["updater"] == "adam"
    if found["updater"] not in ("adam", "nesterovs") or found["schedule"] not in ("one-cycle", "cosine"):
        sys.exit("takes updater = adam or nesterovs, and schedule = one-cycle or cosine")
    if float(found["l2" if adam else "weight-decay"]):
        sys.exit("takes weight-decay with adam and l2 with nesterovs, as PyTorch's AdamW and SGD have it")
    return found


def read(folder, names, examples):
    rows = numpy.concatenate([numpy.fromfile(os.path.join(folder, n), numpy.uint8).reshape(-1, 3073) for n in names])
    rows = rows[:int(examples)] if int(examples) else rows
    return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(rows[:, 0].astype(numpy.int64))


def augmented(pictures, padding, flip):
    """Each picture at a place of its own in its black frame, mirrored or not."""
    n = len(pictures)
    if padding:
        framed = F.pad(pictures, (padding,) * 4)
        down, right = torch.randint(0, 2 * padding + 1, (2, n, 1, 1))
        rows, columns = down + torch.arange(32).view(1, 32, 1), right + torch.arange(32).view(1, 1, 32)
        pictures = framed.permute(0, 2, 3, 1)[torch.arange(n).view(n, 1, 1), rows, columns].permute(0, 3, 1, 2)
    if flip:
        mirrored = torch.rand(n) < 0.5
        pictures = torch.where(mirrored.view(n, 1, 1, 1), pictures.flip(3), pictures)
    return pictures


def learning_rate(chosen, step, steps, in_epoch):
    """As io.lockstep.training.run.LearningRate."""
    peak, half = float(chosen["learning-rate"]), lambda t: (1 + math.cos(math.pi * min(1, max(0, t)))) / 2
    start, rising = peak / 25, max(1, 0.3 * steps - 1)
    if chosen["schedule"] == "cosine":
        rate = peak * half(step / steps)
    elif step <= rising:
        rate = peak + (start - peak) * half(step / rising)
    else:
        rate = start / 1e4 + (peak - start / 1e4) * half((step - rising) / max(1, steps - 1 - rising))
    warmup = round(float(chosen["warmup-epochs"]) * in_epoch)
    return rate * (step + 1) / (warmup + 1) if step < warmup else rate


def initialize(net):
    vit = isinstance(net, Vit)
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            if vit and module is not net.classes:
                nn.init.normal_(module.weight, 0, 0.02)
            elif isinstance(module, nn.Linear):
                nn.init.xavier_normal_(module.weight)
            else:
                nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    if vit:
        nn.init.normal_(net.token, 0, 0.02)
        nn.init.normal_(net.places, 0, 0.02)
        for block in net.blocks:
            nn.init.normal_(block.out.weight, 0, block.small)
            nn.init.normal_(block.down.weight, 0, block.small)


def optimizer(chosen, net):
    """Decay on weights alone, neither on biases nor on norms."""
    decay = float(chosen["l2"]) or float(chosen["weight-decay"])
    groups = [{"params": [p for p in net.parameters() if p.dim() > 1], "weight_decay": decay},
              {"params": [p for p in net.parameters() if p.dim() == 1], "weight_decay": 0}]
    if chosen["updater"] == "adam":
        return torch.optim.AdamW(groups, lr=1)
    return torch.optim.SGD(groups, lr=1, momentum=float(chosen["momentum"]), nesterov=True)


def rank_main(args):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method="file://" + args.meeting, rank=args.rank, world_size=args.workers)
    chosen = settings(args.recipe, args.set)
    pictures, labels = read(args.data, [f"data_batch_{i}.bin" for i in range(1, 6)], chosen["train-examples"])
    tests, answers = read(args.data, ["test_batch.bin"], chosen["test-examples"])
    tested = len(tests)
    tests, answers = tests[args.rank::args.workers], answers[args.rank::args.workers]
    bytes_ = torch.arange(256).double() / 255
    counts = torch.stack([pictures[:, c].flatten().bincount(minlength=256).double() for c in range(3)])
    shares = counts / counts.sum(1, keepdim=True)
    mean = shares @ bytes_
    deviation = ((shares @ bytes_ ** 2 - mean ** 2) ** 0.5).float().view(1, 3, 1, 1)
    mean = mean.float().view(1, 3, 1, 1)

    def ready(some):
        return ((some.float() / 255 - mean) / deviation).to(memory_format=torch.channels_last)

    torch.manual_seed(args.seed)
    net = MODELS[chosen["model"]]()
    initialize(net)
    net = net.to(memory_format=torch.channels_last)
    replica = nn.parallel.DistributedDataParallel(net)
    updater = optimizer(chosen, net)
    batch, epochs = int(chosen["global-batch"]), int(chosen["epochs"])
    in_epoch = math.ceil(len(pictures) / batch)
    rows, step = [], 0
    training = 0.0
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(pictures), generator=torch.Generator().manual_seed(args.seed * 1000 + epoch))
        torch.manual_seed((args.seed * 1000 + epoch) * 64 + args.rank)
        begin = time.perf_counter()
        replica.train()
        total = torch.zeros(4)
        for at in range(0, len(order), batch):
            mine = order[at:at + batch][args.rank::args.workers]
            for group in updater.param_groups:
                group["lr"] = learning_rate(chosen, step, epochs * in_epoch, in_epoch)
            updater.zero_grad(set_to_none=True)
            x = ready(augmented(pictures[mine], int(chosen["crop-padding"]), chosen["flip"] != "false"))
            scores = replica(x)
            loss = F.cross_entropy(scores, labels[mine])
            loss.backward()
            if float(chosen["clip-norm"]):
                nn.utils.clip_grad_norm_(net.parameters(), float(chosen["clip-norm"]))
            updater.step()
            total[0] += loss.detach() * len(mine)
            total[1] += (scores.argmax(1) == labels[mine]).sum()
            step += 1
        training += time.perf_counter() - begin
        replica.eval()
        with torch.no_grad():
            for at in range(0, len(tests), 500):
                scores = net(ready(tests[at:at + 500]))
                total[2] += F.cross_entropy(scores, answers[at:at + 500], reduction="sum")
                total[3] += (scores.argmax(1) == answers[at:at + 500]).sum()
        dist.all_reduce(total)
        n, rate = len(order), len(order) * epoch / training
        row = [epoch, round(float(total[0]) / n, 4), round(100 * float(total[1]) / n, 2),
               round(float(total[2]) / tested, 4), round(100 * float(total[3]) / tested, 2), round(training, 1), round(rate)]
        rows.append(row)
        if args.rank == 0:
            print(f"epoch {epoch}/{epochs}  loss {row[1]:.4f}  accuracy {row[2]:.2f} %  test loss {row[3]:.4f}"
                  f"  test accuracy {row[4]:.2f} %  {row[5]:.0f} s of training, {row[6]} examples/s", flush=True)
            if args.out:
                with open(args.out, "w", newline="") as file:
                    writer = csv.writer(file)
                    writer.writerow(
                        ["epoch", "loss", "accuracy_percent", "test_loss", "test_accuracy_percent", "training_seconds",
                         "examples_per_second"])
                    writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out")
    parser.add_argument("--rank", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--meeting", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.rank is not None:
        return rank_main(args)
    chosen = settings(args.recipe, args.set)
    if int(chosen["global-batch"]) % args.workers:
        sys.exit(f"global-batch = {chosen['global-batch']} is no multiple of {args.workers} workers: shares would differ")
    model = chosen.get("model")
    if model not in MODELS:
        sys.exit(f"model {model} has no counterpart here; there are {', '.join(MODELS)}")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        ranks = [subprocess.Popen([sys.executable, *sys.argv, "--rank", str(r), "--meeting", folder + "/meeting"], env=environment)
                 for r in range(args.workers)]
        try:
            while any(rank.poll() is None for rank in ranks):
                if any(rank.poll() for rank in ranks):
                    break
                time.sleep(0.5)
        finally:
            for rank in ranks:
                rank.terminate()
        sys.exit(max(rank.wait() for rank in ranks))


main()
