#!/usr/bin/env bash
# Training steps of Lockstep and of PyTorch in turn, on the same cores: a table of examples a second and their ratio, and of
# the most resident memory in MB, the JVM's and Python's own included.
# usage: compare-step.sh [-r ROUNDS] [-s SECONDS] [-p PRECISION] [-b LIBRARY] [-d] MODEL:BATCH:THREADS[:INPUT] ...
#   -r  how often each is run, in turn; the median counts (default 3)
#   -s  measured seconds of a run, after as long a warm-up (default 5)
#   -p  fp32 or bf16; PyTorch's bf16 is its autocast (default fp32)
#   -b  a BLAS for PyTorch to take in place of the one it finds (libopenblas.so.0, say)
#   -d  stock Deeplearning4j in place of PyTorch
# INPUT is Lockstep's --input where it is not the usual one: lstm-2x256:64:2:1x64x64
# LOCKSTEP names the program that takes "benchmark step" (default: bin/lockstep of this checkout).
# Lockstep has a heap of 256 MB, which the engine's replica is outside of; LOCKSTEP_JAVA_OPTIONS may say otherwise.
# Prints "skipped" in PyTorch's place where Debian's python3-torch is missing.
set -euo pipefail

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lockstep=${LOCKSTEP:-$scripts/../../../../../bin/lockstep}
rounds=3 seconds=5 precision=fp32 blas='' other=pytorch
while getopts r:s:p:b:d option; do
  case $option in
    r) rounds=$OPTARG ;;
    s) seconds=$OPTARG ;;
    p) precision=$OPTARG ;;
    b) blas=$OPTARG ;;
    d) other=stock ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -gt 0 ]] || { sed -n '2,14s/^# //p' "$0" >&2; exit 2; }

# Of the lines of JSON in a text, the median of a number; empty if there is none: median TEXT NAME
median() {
  sed -n 's/.*"'"$2"'": \([0-9.]*\).*/\1/p' <<<"$1" | LC_ALL=C sort -n | LC_ALL=C awk '{ a[NR] = $1 } END { print NR ? a[int((NR + 1) / 2)] : "" }'
}

measure_other() {
  if [[ $other == stock ]]; then
    OMP_NUM_THREADS=$threads $lockstep benchmark step "$@" ${input:+--input "$input"} --runtime stock
  else
    LD_PRELOAD=$blas OPENBLAS_NUM_THREADS=$threads /usr/bin/python3 "$scripts/step_torch.py" "$@"
  fi
}

echo "# $(nproc) cores of $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $precision, examples a second and MB, median of $rounds"
printf '%-14s %6s %8s %10s %10s %8s %9s %9s\n' model batch threads lockstep "$other" ratio 'ours MB' 'its MB'
for setting in "$@"; do
  IFS=: read -r model batch threads input <<<"$setting"
  options=(--model "$model" --batch "$batch" --threads "$threads" --seconds "$seconds" --precision "$precision")
  ours='' theirs=''
  for ((round = 0; round < rounds; round++)); do
    ours+=$(LOCKSTEP_JAVA_OPTIONS="-Xmx256m -XX:MaxDirectMemorySize=1g ${LOCKSTEP_JAVA_OPTIONS:-}" $lockstep benchmark step "${options[@]}" ${input:+--input "$input"})$'\n'
    theirs+=$(measure_other "${options[@]}" || true)$'\n'
  done
  ours_rate=$(median "$ours" examples_per_second) their_rate=$(median "$theirs" examples_per_second)
  ratio=$(LC_ALL=C awk -v a="$ours_rate" -v b="$their_rate" 'BEGIN { if (a && b) printf "%.2f", a / b; else print "-" }')
  printf '%-14s %6s %8s %10s %10s %8s %9s %9s\n' "$model" "$batch" "$threads" "$ours_rate" "${their_rate:-skipped}" "$ratio" \
    "$(median "$ours" peak_rss_mb)" "$(median "$theirs" peak_rss_mb)"
done
