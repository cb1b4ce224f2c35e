#!/usr/bin/env python3
"""Captures what crosses the network in a run, and searches it for the parameters that ranks sent each other and for Spark's
secret: with encryption neither is there, without it the parameters are.

  sudo capture-traffic.py OUT

Two executors of this machine talk over TCP (transport = tcp) and dp, whose root sends all parameters each step. LOCKSTEP
names bin/lockstep of a distribution; without it, this checkout's. Needs Linux, tcpdump and its rights.
"""

import array
import os
import pathlib
import shutil
import subprocess
import sys
import time
import zipfile

SECRET = "tell-nobody-4711"
LOCKSTEP = os.environ.get("LOCKSTEP", str(pathlib.Path(__file__).resolve().parents[5] / "bin" / "lockstep"))


def train(out, security):
    """Returns the capture and the run's folder."""
    folder = out / security
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    encrypted = security == "on"
    properties = folder / "spark.conf"
    properties.write_text(
        f"spark.authenticate {str(encrypted).lower()}\nspark.authenticate.secret {SECRET}\n"
        f"spark.network.crypto.enabled {str(encrypted).lower()}\n")
    capture = folder / "capture.pcap"
    tcpdump = subprocess.Popen(
        ["tcpdump", "-i", "lo", "-s", "0", "-B", "65536", "-w", str(capture), "tcp or udp"], stderr=subprocess.PIPE)
    tcpdump.stderr.readline()
    time.sleep(1)
    try:
        subprocess.run(
            [LOCKSTEP, "train", "--model", "lenet5", "--strategy", "dp", "--steps", "20", "--run-dir", str(folder / "run"),
             "--properties-file", str(properties), "--set", "transport=tcp", "--set", f"security={security}",
             "--set", "train-examples=640", "--set", "test-examples=100"],
            check=True, stdout=subprocess.DEVNULL)
        await_writing(capture)
    finally:
        tcpdump.terminate()
        tcpdump.wait()
    return capture.read_bytes(), folder / "run"


def await_writing(capture):
    """Until tcpdump has written all that it was given: it may be slower than the run."""
    size = -1
    while size != capture.stat().st_size:
        size = capture.stat().st_size
        time.sleep(2)


def windows(run):
    """Some pieces of the final parameters, as they are in memory."""
    checkpoint = max((run / "checkpoints").glob("step-*"))
    with zipfile.ZipFile(checkpoint / "model.zip") as file:
        content = file.read("coefficients.bin")
    floats = array.array("f", content[len(content) % 4:])  # big-endian, behind a header
    floats.byteswap()
    data = floats.tobytes()
    return [data[at:at + 32] for at in range(len(data) // 8, len(data) - 32, len(data) // 50)]


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    if not shutil.which("tcpdump"):
        sys.exit("capture-traffic: tcpdump is not installed")
    found = {}
    for security in ("off", "on"):
        capture, run = train(pathlib.Path(sys.argv[1]), security)
        pieces = windows(run)
        there = sum(piece in capture for piece in pieces)
        print(f"security {security}: {len(capture):,} bytes captured; of {len(pieces)} pieces of the parameters {there} are"
              f" in clear; Spark's secret {'IS' if SECRET.encode() in capture else 'is not'} in it")
        found[security] = there + (SECRET.encode() in capture)
    # without encryption there must be something to find, or the search is worth nothing
    sys.exit(0 if found["off"] > 0 and found["on"] == 0 else 1)


if __name__ == "__main__":
    main()
