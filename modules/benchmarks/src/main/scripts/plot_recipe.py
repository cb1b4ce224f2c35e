#!/usr/bin/python3
"""A picture of a run of `lockstep train` beside what train_torch.py wrote for the same recipe: test accuracy by epoch.

usage: plot_recipe.py OUT.png TITLE RUN_FOLDER TORCH_CSV [TITLE RUN_FOLDER TORCH_CSV ...]
"""

import csv
import json
import sys

try:
    import matplotlib
except ImportError:
    print("skipped: this Python has no matplotlib (Debian's is python3-matplotlib)")
    sys.exit(0)
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def ours(run):
    with open(run + "/evaluations.jsonl") as file:
        lines = [json.loads(line) for line in file]
    return [line["epoch"] + 1 for line in lines], [100 * line["test_accuracy"] for line in lines]


def theirs(name):
    with open(name) as file:
        rows = list(csv.DictReader(file))
    return [int(row["epoch"]) for row in rows], [float(row["test_accuracy_percent"]) for row in rows]


def main():
    words = sys.argv[1:]
    if len(words) < 4 or len(words) % 3 != 1:
        sys.exit(__doc__)
    out = words.pop(0)
    groups = [words[i:i + 3] for i in range(0, len(words), 3)]
    figure, panels = plt.subplots(1, len(groups), figsize=(5 * len(groups), 3.6), squeeze=False)
    for panel, (title, run, name) in zip(panels[0], groups):
        for label, (epochs, accuracy) in (("Lockstep", ours(run)), ("PyTorch DDP", theirs(name))):
            panel.plot(epochs, accuracy, label=f"{label}: {accuracy[-1]:.2f} %", linewidth=1.5)
        panel.set(title=title, xlabel="epoch", ylabel="test accuracy (%)")
        panel.grid(alpha=0.3)
        panel.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(out, dpi=110)


main()
