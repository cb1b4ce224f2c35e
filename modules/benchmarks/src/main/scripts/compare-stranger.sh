#!/bin/bash
# What somebody without the key costs who sends to the ranks' ports all the time: without him, with the same packets to a
# port at which nobody is, and with the packets to the ranks. Two ranks on this machine, security on.
#
#   LOCKSTEP_CLASSPATH=... compare-stranger.sh [PACKETS_A_SECOND] [SECONDS] [BYTES,BYTES,...]
set -u
root=$(cd "$(dirname "$0")/../../../../.." && pwd)
rate=${1:-10000}
seconds=${2:-1}
bytes=${3:-4,65536,1048576,44700000}

echo "# $(date -u +%FT%TZ), $(nproc) cores, $(LC_ALL=C lscpu | sed -n 's/^Model name: *//p'), $rate packets a second"
lockstep() {
    java @"$root/conf/jvm-options" -Xmx512m -cp "$LOCKSTEP_CLASSPATH" io.lockstep.benchmarks.AllReduceBenchmark \
        --seconds "$seconds" --bytes "$bytes" "$@" 2> >(grep -v 'incubator modules' >&2)
    echo
}
for transport in tcp udp; do
    echo "## nobody" && lockstep --transport $transport
    echo "## to port 9" && lockstep --transport $transport --stranger-rate "$rate" --stranger-port 9
    echo "## to the ranks" && lockstep --transport $transport --stranger-rate "$rate"
done
