#!/bin/bash
# Lockstep, Gloo and Open MPI, all-reduce on the same machine in one run. What is not installed is skipped, and said.
#
#   LOCKSTEP_CLASSPATH=... compare-all-reduce.sh [RANKS] [SECONDS] [BYTES,BYTES,...]
#
# Before each table stands what handing over costs here at that moment, measured in C: only tables with the same figure
# are comparable.
#
# LOCKSTEP_CLASSPATH: this module's classes and dependencies; `lockstep benchmark all-reduce` needs no such thing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
ranks=${1:-2}
seconds=${2:-1}
bytes=${3:-4,4096,65536,262144,1048576,4194304,44700000,134217728}

echo "# $(date -u +%FT%TZ), $(nproc) cores, $(LC_ALL=C lscpu | sed -n 's/^Model name: *//p')"
handing_over() { :; }
if command -v cc >/dev/null; then
    probe=$(mktemp -d)
    trap 'rm -r "$probe"' EXIT
    cc -O2 -pthread -o "$probe/core_to_core" "$here/core_to_core.c" && handing_over() { "$probe/core_to_core"; }
fi
lockstep() {
    handing_over
    java @"$root/conf/jvm-options" -Xmx512m -cp "$LOCKSTEP_CLASSPATH" io.lockstep.benchmarks.AllReduceBenchmark \
        --ranks "$ranks" --seconds "$seconds" --bytes "$bytes" "$@" 2> >(grep -v 'incubator modules' >&2)
    echo
}
if [ -n "${LOCKSTEP_CLASSPATH:-}" ]; then
    lockstep --transport ipc
    lockstep --transport tcp --security on
    lockstep --transport tcp --security off
    lockstep --transport udp --security on
    lockstep --transport udp --security off
else
    echo "Lockstep skipped: LOCKSTEP_CLASSPATH is not set"
fi

handing_over
/usr/bin/python3 "$here/all_reduce_gloo.py" --ranks "$ranks" --seconds "$seconds" --bytes "$bytes" 2>&1
echo

if command -v mpicc >/dev/null && command -v mpirun >/dev/null; then
    program=$(mktemp -d)/all_reduce_mpi
    mpicc -O2 -o "$program" "$here/all_reduce_mpi.c"
    root_flag=$([ "$(id -u)" = 0 ] && echo --allow-run-as-root)
    for transport in "vader,self" "tcp,self"; do
        echo "# $(mpirun --version | head -1), $ranks ranks, btl $transport"
        handing_over
        # shellcheck disable=SC2086
        mpirun $root_flag --oversubscribe -n "$ranks" --mca btl "$transport" --mca pml ob1 \
            "$program" "$seconds" ${bytes//,/ } 2>&1
        echo
    done
    rm -r "$(dirname "$program")"
else
    echo "Open MPI skipped: no mpicc or mpirun (Debian: apt-get install openmpi-bin libopenmpi-dev)"
fi
