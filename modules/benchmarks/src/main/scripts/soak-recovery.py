#!/usr/bin/env python3
"""Takes processes of `lockstep train` away at chosen and at random moments, and holds the outcome against a run that was
left alone: every run must end by itself, with the same bits.

  soak-recovery.py [options] OUT [train options ...]
  soak-recovery.py --runs 1 --blows 10 OUT --set strategy=gradient-sharing

Moments, in turn: any, while a checkpoint is written, during a test, while ranks are being started again. LOCKSTEP names
bin/lockstep of a distribution; without it, this checkout's. Needs Linux.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import statistics
import subprocess
import sys
import time

MOMENTS = ["any", "checkpoint", "any", "test", "any", "start"]
ROOT = pathlib.Path(__file__).resolve().parents[5]
LOCKSTEP = os.environ.get("LOCKSTEP", str(ROOT / "bin" / "lockstep"))


class Run:
    """One run of the training, with a driver that may be started several times."""

    def __init__(self, options, name):
        self.options = options
        self.folder = pathlib.Path(options.out) / name
        self.log = pathlib.Path(options.out) / (name + ".log")
        self.driver = None

    def start(self, resume=False):
        command = [LOCKSTEP, "train", "--run-dir", str(self.folder)]
        if resume:
            command.append("--resume")
        else:
            settings = {
                "train-examples": 10000, "test-examples": 4000, "checkpoint-every": 20, "deadline": "10s",
                "log-every": 1, "retries": 20}
            command += ["--steps", str(self.options.steps)]
            for option, value in (("--model", "lenet5"), ("--global-batch", "256")):
                if option not in self.options.train:
                    command += [option, value]
            command += [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
            command += self.options.train
        with open(self.log, "ab") as log:
            self.driver = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)

    def ended(self):
        return self.driver.poll() is not None

    def logged(self, text):
        return self.log.read_text(errors="replace").count(text) if self.log.exists() else 0

    def await_(self, condition, seconds=120):
        """Whether it came true; not if the run ends before."""
        end = time.monotonic() + seconds
        while not condition():
            if self.ended() or time.monotonic() > end:
                return False
            time.sleep(0.001)
        return True

    def steps(self):
        try:
            return (self.folder / "metrics.jsonl").read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def writes_checkpoint(self):
        try:
            newest = max(each.path for each in os.scandir(self.folder / "checkpoints") if each.is_dir())
        except (FileNotFoundError, ValueError):
            return False
        return not os.path.exists(os.path.join(newest, "MANIFEST"))

    def executors(self):
        found, queue = [], [self.driver.pid]
        while queue:
            pid = queue.pop()
            try:
                if b"CoarseGrainedExecutorBackend" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
                    continue  # what it is just starting has its name for a moment
                for task in os.listdir(f"/proc/{pid}/task"):
                    queue += map(int, pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has just ended
        return found

    def summary(self):
        return json.loads((self.folder / "summary.json").read_text())


def await_moment(run, moment, seconds):
    """Whether it came."""
    if moment == "checkpoint":
        return run.await_(run.writes_checkpoint)
    if moment == "test":
        an_epoch = 40  # steps of 256 in 10000 examples
        before = run.steps() // an_epoch
        return run.await_(lambda: run.steps() // an_epoch > before)
    if moment == "any":
        end = time.monotonic() + random.uniform(0, seconds)
        return run.await_(lambda: time.monotonic() > end)
    return True


def strike(run, options):
    """Takes a process away; returns whether one was there."""
    if options.signal == "DRIVER":
        executors = run.executors()
        run.driver.kill()
        run.driver.wait()
        end = time.monotonic() + 60
        while any(os.path.exists(f"/proc/{pid}") for pid in executors) and time.monotonic() < end:
            time.sleep(0.05)
        run.start(resume=True)
        return True
    executors = run.executors()
    if not executors:
        return False
    try:
        os.kill(random.choice(executors), getattr(signal, "SIG" + options.signal))
    except ProcessLookupError:
        return False
    return True


def disturb(run, options, first_moment, training_seconds):
    """Returns the moments that were struck at, and the seconds until the next step each time."""
    struck, recoveries = [], []
    run.await_(lambda: run.logged("\ntraining ") > 0)
    for blow in range(options.blows):
        moment = MOMENTS[(first_moment + blow) % len(MOMENTS)]
        if not await_moment(run, moment, training_seconds / (options.blows + 1)):
            break
        started = run.logged("\ntraining ")
        if not strike(run, options):
            continue
        struck.append(moment)
        begin = time.monotonic()
        next_moment = MOMENTS[(first_moment + blow + 1) % len(MOMENTS)]
        if next_moment == "start":
            # the next one falls between the loss of a rank and the first step of those that replace it
            run.await_(lambda: run.logged("going on from") > 0)
            time.sleep(random.uniform(0, 3))
            continue
        if run.await_(lambda: run.logged("\ntraining ") > started) and run.await_(lambda: grows(run)):
            recoveries.append(time.monotonic() - begin)
    return struck, recoveries


def grows(run):
    before = run.steps()
    time.sleep(0.01)
    return run.steps() > before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="disturbed runs (10)")
    parser.add_argument("--blows", type=int, default=3, help="in each (3)")
    parser.add_argument("--signal", choices=["KILL", "STOP", "TERM", "DRIVER"], default="KILL",
                        help="to a random executor; STOP leaves one that does not answer; DRIVER: SIGKILL to the driver, then --resume (KILL)")
    parser.add_argument("--steps", type=int, default=300, help="of each run (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (1)")
    parser.add_argument("out", metavar="OUT")
    options, options.train = parser.parse_known_args()
    random.seed(options.seed)
    os.makedirs(options.out, exist_ok=True)

    alone = Run(options, "undisturbed")
    begin = time.monotonic()
    alone.start()
    alone.await_(lambda: alone.logged("\ntraining ") > 0)
    starting = time.monotonic() - begin
    if alone.driver.wait() != 0:
        sys.exit(f"the undisturbed run failed: see {alone.log}")
    seconds = time.monotonic() - begin
    expected = alone.summary()["parameters_sha256"][0]
    print(f"# {time.strftime('%FT%TZ', time.gmtime())}, {os.cpu_count()} cores; undisturbed: {seconds:.0f} s, of them {starting:.0f} to the first step, "
          f"sha256 {expected[:16]}", flush=True)

    failed, moments, recoveries = 0, collections.Counter(), []
    for number in range(1, options.runs + 1):
        run = Run(options, f"run{number}")
        run.start()
        struck, took = disturb(run, options, number * options.blows, seconds - starting)
        status = run.driver.wait()
        moments.update(struck)
        recoveries += took
        outcome = f"exit {status}"
        if status == 0:
            summary = run.summary()
            same = set(summary["parameters_sha256"]) == {expected}
            outcome = f"{summary['restarts']} restarts, " + ("same bits" if same else "OTHER BITS")
        if status != 0 or not same:
            failed += 1
        print(f"run {number}: {len(struck)} x {options.signal} ({', '.join(struck)}), {outcome}", flush=True)
    print("blows: " + ", ".join(f"{count} {moment}" for moment, count in moments.items()))
    if recoveries:
        print(f"from the blow to the next step: median {statistics.median(recoveries):.1f} s, "
              f"most {max(recoveries):.1f} s, of {len(recoveries)}")
    print(f"{options.runs - failed} of {options.runs} runs as if they had been left alone")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
