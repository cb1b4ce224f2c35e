#!/usr/bin/env bash
# Kills executors of `lockstep train` at random moments, and holds the outcome against a run that was left alone: every
# run must end by itself with the same bits.
# usage: soak-recovery.sh [-n RUNS] [-k KILLS] [-s SIGNAL] [-t STEPS] [-e SEED] OUT [train options ...]
#   -n  disturbed runs (default 10)
#   -k  signals sent in each once it trains, to a random executor, at a random moment (default 3)
#   -s  KILL, or STOP, which leaves an executor that does not answer (default KILL)
#   -t  of each run (default 300)
#   -e  of the moments (default 1)
# LOCKSTEP names bin/lockstep of a distribution; without it, this checkout's. Needs Linux.
set -euo pipefail

runs=10 kills=3 signal=KILL steps=300 seed=1
while getopts n:k:s:t:e: option; do
  case $option in
    n) runs=$OPTARG ;;
    k) kills=$OPTARG ;;
    s) signal=$OPTARG ;;
    t) steps=$OPTARG ;;
    e) seed=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[[ $# -gt 0 ]] || { sed -n '2,10s/^# //p' "$0" >&2; exit 2; }
out=$1
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../../.." && pwd)
lockstep=${LOCKSTEP:-$root/bin/lockstep}
mkdir -p "$out"
RANDOM=$seed

train() { # NAME OPTIONS...
  local name=$1
  shift
  # exec: what is started is the driver itself, so that its executors are found below it
  exec "$lockstep" train --run-dir "$out/$name" --model lenet5 --steps "$steps" --global-batch 64 --set train-examples=4000 \
    --set test-examples=200 --set checkpoint-every=20 --set deadline=10s --set log-every=5 "$@" >"$out/$name.log" 2>&1
}
hash_of() { python3 -c 'import json, sys; s = json.load(open(sys.argv[1])); print(s["parameters_sha256"][0], s["restarts"])' "$out/$1/summary.json"; }
descendants() { # PID
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null || true); do
    echo "$child"
    descendants "$child"
  done
}
executors() { # PID
  local pid
  for pid in $(descendants "$1"); do
    if grep -qa CoarseGrainedExecutorBackend "/proc/$pid/cmdline" 2>/dev/null; then echo "$pid"; fi
  done
}

started=$(date +%s)
(train undisturbed "$@") || { echo "the undisturbed run failed: see $out/undisturbed.log"; exit 1; }
seconds=$(($(date +%s) - started))
read -r expected _ <<<"$(hash_of undisturbed)"
echo "# $(date -u +%FT%TZ), $(nproc) cores; undisturbed: $seconds s, sha256 ${expected:0:16}"
failed=0
for ((run = 1; run <= runs; run++)); do
  (train "run$run" "$@") &
  driver=$!
  sent=0
  until grep -qs '^training ' "$out/run$run.log" || ! kill -0 $driver 2>/dev/null; do sleep 0.1; done
  while ((sent < kills)) && kill -0 $driver 2>/dev/null; do
    sleep "$((RANDOM % (seconds / 2 + 1))).$((RANDOM % 10))"
    mapfile -t there < <(executors $driver)
    if ((${#there[@]} > 0)); then
      kill -s "$signal" "${there[RANDOM % ${#there[@]}]}" 2>/dev/null && sent=$((sent + 1))
    fi
  done
  status=0
  wait $driver || status=$?
  result="exit $status"
  if ((status == 0)); then
    read -r hash restarts <<<"$(hash_of "run$run")"
    result="$restarts restarts, $([[ $hash == "$expected" ]] && echo "same bits" || echo "OTHER BITS: ${hash:0:16}")"
    [[ $hash == "$expected" ]] || failed=$((failed + 1))
  else
    failed=$((failed + 1))
  fi
  echo "run $run: $sent x SIG$signal, $result"
done
echo "$((runs - failed)) of $runs runs as if they had been left alone"
((failed == 0))
