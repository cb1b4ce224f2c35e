#!/usr/bin/env bash
# Tells Spark the GPUs of this host or container, as {"name": "gpu", "addresses": ["0", "1"]}: the script for
# spark.worker.resource.gpu.discoveryScript (standalone) and spark.executor.resource.gpu.discoveryScript (YARN, Kubernetes).
# Addresses are nvidia-smi's indices, in the order of the PCI bus.
set -euo pipefail

fail() {
  echo "gpu-discovery.sh: $1" >&2
  exit 1
}

command -v nvidia-smi >/dev/null ||
  fail "no nvidia-smi on the PATH ($PATH): install NVIDIA's driver, in a container its runtime, or set no spark.*.resource.gpu.* properties here"
# nvidia-smi reports errors on standard output
listing=$(nvidia-smi --query-gpu=index --format=csv,noheader) || fail "nvidia-smi failed: $listing"
indices=''
while IFS= read -r line; do # warnings may be mixed in
  [[ ! $line =~ ^[0-9]+$ ]] || indices+=${indices:+\", \"}$line
done <<<"$listing"
[[ -n $indices ]] || fail "nvidia-smi names no GPU: '$listing'"
printf '{"name": "gpu", "addresses": ["%s"]}\n' "$indices"
