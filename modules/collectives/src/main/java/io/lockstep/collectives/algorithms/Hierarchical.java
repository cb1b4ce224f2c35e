package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.transport.Frame;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * First within hosts, then between them: along a chain all ranks of a host add up into its lowest rank, these leaders
 * run a ring between hosts, and the chain hands the result back. Memory is so much faster than a network that the inner
 * steps cost little, and the network carries the vector once for each host instead of once for each rank.
 *
 * <p>The order of a sum is that of the hosts' chains, then that of the leaders' ring; it depends on the placement of the
 * ranks and on nothing else.
 */
public final class Hierarchical {
    private final Links host;
    private final Ring hostRing;
    /** Null where this rank does not lead its host, or there is no other. */
    private final Ring leadersRing;

    private final boolean leads;

    public Hierarchical(Links links) {
        int[] mine = ranksWhere(links, rank -> links.hostOf(rank) == links.hostOf(links.rank()));
        int[] leaders = ranksWhere(links, rank -> links.hostOf(rank) == rank);
        leads = links.hostOf(links.rank()) == links.rank();
        host = Part.of(links, mine);
        hostRing = new Ring(host);
        leadersRing = leads && leaders.length > 1 ? new Ring(Part.of(links, leaders)) : null;
    }

    /** With h hosts of m ranks: 2(m-1) steps within a host, 2(h-1) between hosts, 2(h-1)/h of the vector each. */
    public void allReduce(Operand vector) {
        if (host.worldSize() > 1) {
            Chain.reduce(host, vector, 0);
        }
        if (leadersRing != null) {
            leadersRing.allReduce(vector);
        } else if (leads) {
            vector.kernel().round(vector.floats(), vector.at(), vector.count());
        }
        if (host.worldSize() > 1) {
            Chain.broadcast(host, vector, 0);
        }
    }

    /** A ring in each host. */
    public void allReduceWithinHosts(Operand vector) {
        if (host.worldSize() > 1) {
            hostRing.allReduce(vector);
        }
    }

    /** The ring of the leaders. */
    public void allReduceBetweenHosts(Operand vector) {
        if (leadersRing != null) {
            leadersRing.allReduce(vector);
        }
    }

    private static int[] ranksWhere(Links links, IntPredicate condition) {
        return IntStream.range(0, links.worldSize()).filter(condition).toArray();
    }

    /** Some of the ranks as a world of their own. */
    private record Part(Links whole, int[] ranks, int rank) implements Links {
        static Part of(Links whole, int[] ranks) {
            return new Part(whole, ranks, Arrays.binarySearch(ranks, whole.rank()));
        }

        @Override
        public int worldSize() {
            return ranks.length;
        }

        @Override
        public int hostOf(int rank) {
            return whole.hostOf(ranks[rank]);
        }

        @Override
        public int segmentBytes() {
            return whole.segmentBytes();
        }

        @Override
        public int lookahead() {
            return whole.lookahead();
        }

        @Override
        public Frame claim(int peer, int payloadBytes) {
            return whole.claim(ranks[peer], payloadBytes);
        }

        @Override
        public void send(int peer) {
            whole.send(ranks[peer]);
        }

        @Override
        public Frame receive(int peer, int payloadBytes) {
            return whole.receive(ranks[peer], payloadBytes);
        }

        @Override
        public void release(int peer) {
            whole.release(ranks[peer]);
        }
    }
}
