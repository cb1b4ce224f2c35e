#!/usr/bin/python3
"""Training steps of PyTorch on the CPU: the comparison of `lockstep benchmark step`.

The same networks, SGD with momentum, images in channels_last, on random data; prints the same JSON. lstm-2x256 reads 64 rows
of 64 pixels, gpt-6x384 256 characters of 65. With several ranks, processes of as many threads each, the networks are those of
DistributedDataParallel over Gloo, the batch is each rank's and the examples a second are over all of them.
usage: step_torch.py [--model NAME] [--batch B] [--threads T] [--seconds S] [--precision fp32|bf16] [--ranks N]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

try:
    import torch
    import torch.nn.functional as F
    from torch_models import Gpt, Lstm, googlenet, resnet, vgg16
except ImportError:
    print("skipped: this Python has no torch (Debian's is python3-torch)")
    sys.exit(0)

SEQUENCES = {
    "lstm-2x256": (Lstm, lambda n: (torch.randn(n, 64, 64), torch.randint(0, 10, (n,)))),
    "gpt-6x384": (
        lambda: Gpt(6, 6, 384, 256, 65),
        lambda n: (torch.randint(0, 65, (n, 256)), torch.randint(0, 65, (n * 256,))),
    ),
}
MODELS = {
    "googlenet-bn": googlenet,
    "resnet18": lambda: resnet([2, 2, 2, 2], 64, False),
    "resnet20": lambda: resnet([3, 3, 3], 16, True),
    "vgg16-bn": vgg16,
}


def run(net, optimizer, images, labels, steps, bf16):
    times = []
    while len(times) < steps:
        before = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            loss = F.cross_entropy(net(images), labels)
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - before)
    return times


def agreed(steps, ranks):
    """Of all ranks as many as of rank 0."""
    count = torch.tensor([steps])
    if ranks > 1:
        torch.distributed.broadcast(count, 0)
    return int(count)


def start_ranks(ranks):
    """This script again for each rank, which finds its number in the environment."""
    environment = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29507", "WORLD_SIZE": str(ranks)}
    processes = [
        subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, **environment, "RANK": str(rank)})
        for rank in range(ranks)
    ]
    sys.exit(max(process.wait() for process in processes))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=[*MODELS, *SEQUENCES], default="resnet18")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--ranks", type=int, default=1)
    args = parser.parse_args()
    if args.ranks > 1 and "RANK" not in os.environ:
        start_ranks(args.ranks)
    bf16 = args.precision == "bf16"
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    if args.model in SEQUENCES:
        make, data = SEQUENCES[args.model]
        net, (images, labels) = make(), data(args.batch)
    else:
        net = MODELS[args.model]().to(memory_format=torch.channels_last)
        images = torch.randn(args.batch, 3, 32, 32).to(memory_format=torch.channels_last)
        labels = torch.randint(0, 10, (args.batch,))
    if args.ranks > 1:
        torch.distributed.init_process_group("gloo")
        net = torch.nn.parallel.DistributedDataParallel(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-6, momentum=0.9)
    first = statistics.median(run(net, optimizer, images, labels, 5, bf16))
    steps = agreed(max(5, round(args.seconds / first)), args.ranks)
    run(net, optimizer, images, labels, steps, bf16)
    median = statistics.median(run(net, optimizer, images, labels, steps, bf16))
    if args.ranks > 1 and torch.distributed.get_rank() > 0:
        return
    print(json.dumps({
        "torch": torch.__version__,
        "model": args.model,
        "batch": args.batch,
        "threads": args.threads,
        "ranks": args.ranks,
        "parameters": sum(p.numel() for p in net.parameters()),
        "median_step_ms": round(median * 1e3, 3),
        "examples_per_second": round(args.ranks * args.batch / median, 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


main()
