#!/bin/bash
# `lockstep train` over hosts that are network namespaces of this machine, joined by a bridge, with every link limited in
# both directions: a Spark standalone cluster with a worker in each. Runs the training once for each further group of
# options and prints what each summary says. Needs root and iproute2; removes what it makes.
#
#   train-network.sh HOSTS RATE OUT [train options ...] [-- more options ...] ...
#   train-network.sh 2 1gbit /tmp/out --model resnet18 --steps 30 --global-batch 64 -- --strategy ddp -- --strategy dp
#
# LOCKSTEP names bin/lockstep of a distribution; without it, this checkout's.
set -euo pipefail
hosts=${1:?usage: train-network.sh HOSTS RATE OUT [train options] [-- options of a run] ...}
rate=$2 out=$3
shift 3
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../../../.." && pwd)
lockstep=${LOCKSTEP:-$root/bin/lockstep}
if [[ $(id -u) != 0 ]] || ! command -v ip >/dev/null || ! command -v tc >/dev/null; then
    echo "skipped: needs root, ip and tc"
    exit 0
fi
"$lockstep" --version >/dev/null # builds, where it must
home=$(dirname "$(dirname "$(readlink -f "$lockstep")")")
[[ -f $home/RELEASE ]] || home=$root/modules/cli/target/lockstep
namespace="lockstep-train"
bridge="lockstep-tb"
driver=10.78.0.254
pids=()
remove() {
    ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
    wait # a namespace lives as long as a process in it
    for ((host = 0; host < hosts; host++)); do ip netns del $namespace$host 2>/dev/null || true; done
    ip link del $bridge 2>/dev/null || true
}
trap remove EXIT
remove
limit() { tc "$@" root tbf rate "$rate" burst 256kb latency 10ms; }
ip link add $bridge type bridge
ip addr add $driver/24 dev $bridge
ip link set $bridge up
for ((host = 0; host < hosts; host++)); do
    ip netns add $namespace$host
    ip link add lstrain$host type veth peer name eth0 netns $namespace$host
    ip link set lstrain$host master $bridge up
    ip -n $namespace$host addr add 10.78.0.$((host + 1))/24 dev eth0
    ip -n $namespace$host link set eth0 up
    ip -n $namespace$host link set lo up
    limit -n $namespace$host qdisc add dev eth0
    limit qdisc add dev lstrain$host
done
mkdir -p "$out"
daemon() { # NAME WRAPPER... -- ARGUMENTS
    local log=$out/$1.log
    shift
    local wrapper=()
    while [[ $1 != -- ]]; do wrapper+=("$1") && shift; done
    shift
    SPARK_HOME=$home SPARK_SCALA_VERSION=2.12 "${wrapper[@]}" java -Xmx512m -cp "$home/jars/*" "$@" >"$log" 2>&1 &
    pids+=($!)
}
daemon master -- org.apache.spark.deploy.master.Master --host $driver --port 7077 --webui-port 0
sleep 4
for ((host = 0; host < hosts; host++)); do
    daemon worker$host ip netns exec $namespace$host -- org.apache.spark.deploy.worker.Worker \
        --host 10.78.0.$((host + 1)) --cores 1 --memory 2g --webui-port 0 --work-dir "$out/work$host" spark://$driver:7077
done
sleep 6
echo "# $(date -u +%FT%TZ), $(nproc) cores, $(LC_ALL=C lscpu | sed -n 's/^Model name: *//p'), $hosts hosts, links of $rate"
common=()
while (($# > 0)) && [[ $1 != -- ]]; do common+=("$1") && shift; done
(($# > 0)) || set -- --
number=0
while (($# > 0)); do
    shift
    run=()
    while (($# > 0)) && [[ $1 != -- ]]; do run+=("$1") && shift; done
    number=$((number + 1))
    rm -rf "$out/run$number"
    if SPARK_LOCAL_IP=$driver "$lockstep" train --master spark://$driver:7077 --workers "$hosts" \
        --run-dir "$out/run$number" --set train-examples=2000 --set test-examples=64 --set evaluate-every=0 \
        "${common[@]}" "${run[@]}" >"$out/run$number.log" 2>&1; then
        python3 - "$out/run$number" "${run[*]}" <<'PYTHON'
import json, statistics, sys
lines = [json.loads(line) for line in open(sys.argv[1] + "/metrics.jsonl")]
lines = lines[len(lines) // 3:]  # the JVM warms up
part = lambda name: statistics.median(line["time_ms"][name] for line in lines)
step = sum(part(name) for name in ("data_wait", "forward_backward", "reduce_wait", "update"))
communication = part("communication")
print("%-44s step %7.1f ms: forward and backward %7.1f, waiting %7.1f, update %5.1f; communication %7.1f, hidden %3.0f %%; %11d bytes sent"
      % (sys.argv[2], step, part("forward_backward"), part("reduce_wait"), part("update"), communication,
         100 * part("hidden") / communication if communication else 0, statistics.median(line["bytes_sent"] for line in lines)))
PYTHON
    else
        echo "${run[*]} failed: see $out/run$number.log"
        tail -n 2 "$out/run$number.log"
    fi
done
