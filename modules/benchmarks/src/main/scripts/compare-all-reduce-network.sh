#!/bin/bash
# Lockstep and Gloo between hosts that are network namespaces of this machine, joined by a bridge, with every link
# limited in both directions. Needs root and iproute2; makes the namespaces lockstep-host0 ... and removes them again.
#
#   LOCKSTEP_CLASSPATH=... compare-all-reduce-network.sh [HOSTS] [RATE] [SECONDS] [BYTES,BYTES,...]
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
hosts=${1:-2}
rate=${2:-1gbit}
seconds=${3:-1}
bytes=${4:-4,4096,65536,262144,1048576,4194304,44700000}

if [ "$(id -u)" != 0 ] || ! command -v ip >/dev/null || ! command -v tc >/dev/null; then
    echo "skipped: needs root, ip and tc"
    exit 0
fi
namespace=lockstep-host
bridge=lockstep-br
remove() {
    for ((host = 0; host < hosts; host++)); do ip netns del $namespace$host 2>/dev/null; done
    ip link del $bridge 2>/dev/null
}
trap remove EXIT
remove
# a bucket of two segments of 64 KiB: from a smaller one the kernel cuts each into packets, and that work, which no
# network card leaves to the processors, would be most of what is measured
limit() { tc "$@" root tbf rate "$rate" burst 128kb latency 10ms; }
ip link add $bridge type bridge && ip link set $bridge up
addresses=
for ((host = 0; host < hosts; host++)); do
    ip netns add $namespace$host
    ip link add lsveth$host type veth peer name eth0 netns $namespace$host
    ip link set lsveth$host master $bridge up
    ip -n $namespace$host addr add 10.77.0.$((host + 1))/24 dev eth0
    ip -n $namespace$host link set eth0 up
    ip -n $namespace$host link set lo up
    limit -n $namespace$host qdisc add dev eth0
    limit qdisc add dev lsveth$host
    addresses=$addresses${addresses:+,}10.77.0.$((host + 1))
done
echo "# $(date -u +%FT%TZ), $(nproc) cores, $(LC_ALL=C lscpu | sed -n 's/^Model name: *//p'), $hosts hosts, links of $rate"
lockstep() {
    java @"$root/conf/jvm-options" -Xmx512m -cp "$LOCKSTEP_CLASSPATH" io.lockstep.benchmarks.AllReduceBenchmark \
        --ranks "$hosts" --seconds "$seconds" --bytes "$bytes" --addresses "$addresses" \
        --launcher "ip netns exec $namespace{rank}" "$@" 2> >(grep -v 'incubator modules' >&2)
    echo
}
if [ -n "${LOCKSTEP_CLASSPATH:-}" ]; then
    # shellcheck disable=SC2086  # LOCKSTEP_ARGS is a list of words
    lockstep --security on ${LOCKSTEP_ARGS:-}
    # shellcheck disable=SC2086
    [ -n "${SECURITY_ON_ALONE:-}" ] || lockstep --security off ${LOCKSTEP_ARGS:-}
else
    echo "Lockstep skipped: LOCKSTEP_CLASSPATH is not set"
fi
[ -n "${LOCKSTEP_ALONE:-}" ] || /usr/bin/python3 "$here/all_reduce_gloo.py" --ranks "$hosts" --seconds "$seconds" \
    --bytes "$bytes" --address 10.77.0.1 --interface eth0 --launcher "ip netns exec $namespace{rank}" 2>&1
