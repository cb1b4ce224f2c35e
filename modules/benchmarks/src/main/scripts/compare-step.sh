#!/usr/bin/env bash
# Training steps of Lockstep and of PyTorch in turn, on the same cores: a table of examples a second and their ratio.
# usage: compare-step.sh [-r ROUNDS] [-s SECONDS] [-p PRECISION] [-b LIBRARY] MODEL:BATCH:THREADS[:INPUT] ...
#   -r  how often each is run, in turn; the median counts (default 3)
#   -s  measured seconds of a run, after as long a warm-up (default 5)
#   -p  fp32 or bf16; PyTorch's bf16 is its autocast (default fp32)
#   -b  a BLAS for PyTorch to take in place of the one it finds (libopenblas.so.0, say)
# INPUT is Lockstep's --input where it is not the usual one: lstm-2x256:64:2:1x64x64
# LOCKSTEP names the program that takes "benchmark step" (default: bin/lockstep of this checkout).
# Prints "skipped" in PyTorch's place where Debian's python3-torch is missing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lockstep=${LOCKSTEP:-$scripts/../../../../../bin/lockstep}
rounds=3 seconds=5 precision=fp32 blas=
while getopts r:s:p:b: option; do
  case $option in
    r) rounds=$OPTARG ;;
    s) seconds=$OPTARG ;;
    p) precision=$OPTARG ;;
    b) blas=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -gt 0 ]] || { sed -n '2,10s/^# //p' "$0" >&2; exit 2; }

# examples a second in a line of JSON; empty if there is none
rate() { sed -n 's/.*"examples_per_second": \([0-9.]*\).*/\1/p' | tail -n 1; }
median() { sort -n | awk '{ a[NR] = $1 } END { print NR ? a[int((NR + 1) / 2)] : "" }'; }

echo "# $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $precision, examples a second, median of $rounds"
printf '%-14s %6s %8s %10s %10s %8s\n' model batch threads lockstep pytorch ratio
for setting in "$@"; do
  IFS=: read -r model batch threads input <<<"$setting"
  options=(--model "$model" --batch "$batch" --threads "$threads" --seconds "$seconds" --precision "$precision")
  ours='' theirs=''
  for ((round = 0; round < rounds; round++)); do
    ours+=$($lockstep benchmark step "${options[@]}" ${input:+--input "$input"} | rate)$'\n'
    theirs+=$(LD_PRELOAD=$blas OPENBLAS_NUM_THREADS=$threads /usr/bin/python3 "$scripts/step_torch.py" "${options[@]}" | rate)$'\n'
  done
  ours=$(grep . <<<"$ours" | median || true) theirs=$(grep . <<<"$theirs" | median || true)
  ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { if (a && b) printf "%.2f", a / b; else print "-" }')
  printf '%-14s %6s %8s %10s %10s %8s\n' "$model" "$batch" "$threads" "$ours" "${theirs:-skipped}" "$ratio"
done
