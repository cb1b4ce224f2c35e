#!/usr/bin/python3
"""All-reduce over sizes with torch.distributed's Gloo: the comparison of `lockstep benchmark all-reduce`.

Starts its own ranks, one thread each, as processes of this machine; prints nccl-tests' columns.
usage: all_reduce_gloo.py [--ranks N] [--bytes A,B,...] [--seconds S] [--launcher 'ip netns exec host{rank}'] [--address A]
       [--interface NAME]
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

DEFAULT_BYTES = "4,4096,65536,262144,1048576,4194304,44700000,134217728"


def rank_main(args):
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    if args.interface:
        os.environ["GLOO_SOCKET_IFNAME"] = args.interface
    dist.init_process_group(
        "gloo", init_method=f"tcp://{args.address}:{args.port}", rank=args.rank, world_size=args.ranks
    )
    for size in (int(word) for word in args.bytes.split(",")):
        vector = torch.empty(size // 4)
        index = torch.arange(size // 4)
        vector.copy_((index + args.rank) % 7 - 3)
        dist.all_reduce(vector)
        expected = sum(((index + rank) % 7 - 3).float() for rank in range(args.ranks))
        wrong = torch.tensor([float((vector != expected).sum())])
        dist.all_reduce(wrong)
        vector.zero_()

        begin, warmups = time.perf_counter(), 0
        elapsed = torch.zeros(1)
        while elapsed[0] < args.seconds / 2:
            for _ in range(5):
                dist.all_reduce(vector)
            warmups += 5
            elapsed[0] = time.perf_counter() - begin
            dist.all_reduce(elapsed, op=dist.ReduceOp.MAX)
        rounds = int(max(5, min(20_000, args.seconds / (float(elapsed[0]) / warmups))))
        times = []
        dist.barrier()
        for _ in range(rounds):
            begin = time.perf_counter()
            dist.all_reduce(vector)
            times.append((time.perf_counter() - begin) * 1e6)
        times.sort()
        if args.rank == 0:
            median = statistics.median(times)
            p95 = times[min(rounds - 1, rounds * 95 // 100)]
            algbw = size / (median * 1000)
            busbw = algbw * 2 * (args.ranks - 1) / args.ranks
            print(
                f"{size:12d} {size // 4:12d} {'float':>8} {'sum':>6} {median:12.1f} {p95:12.1f}"
                f" {algbw:8.3f} {busbw:8.3f} {int(wrong[0]):7d}",
                flush=True,
            )
    dist.barrier()
    dist.destroy_process_group()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--bytes", default=DEFAULT_BYTES)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=29_511)
    parser.add_argument("--interface", default="")
    parser.add_argument("--launcher", default="")
    parser.add_argument("--rank", type=int, default=-1)
    args = parser.parse_args()
    try:
        import torch.distributed  # noqa: F401
    except ImportError:
        print("skipped: this python has no torch (Debian: apt-get install python3-torch)")
        return 0
    if args.rank >= 0:
        rank_main(args)
        return 0
    import torch

    print(f"# Gloo, torch {torch.__version__}, {args.ranks} ranks")
    print(f"{'size':>12} {'count':>12} {'type':>8} {'redop':>6} {'time':>12} {'p95':>12} {'algbw':>8} {'busbw':>8} {'#wrong':>7}")
    ranks = []
    for rank in range(args.ranks):
        launcher = args.launcher.replace("{rank}", str(rank)).split()
        ranks.append(subprocess.Popen(launcher + [sys.executable, __file__, *sys.argv[1:], "--rank", str(rank)]))
    return max(process.wait() for process in ranks)


if __name__ == "__main__":
    sys.exit(main())
