package io.lockstep.collectives.sharedmemory;

import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.SegmentTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * This rank's side of shared memory: opened before the rendezvous, joined to the peers after it.
 *
 * <p>A proof is 32 bytes of MAC and a flag, written by each local peer into the segment of each other, over that
 * segment's nonce; the segment's owner proves itself in its own slot.
 */
public final class SharedMemory implements AutoCloseable {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final String PURPOSE = "shared-memory";
    private static final int MAC_BYTES = 32;
    private static final int FLAG_AT = 32;

    private final int rank;
    private final Geometry geometry;
    private final PrivateDirectory directory;
    private final Path path;
    private final MappedSegment mine;
    private final List<MappedSegment> mapped = new ArrayList<>();
    private final MappedSegment[] byRank;

    private SharedMemory(int rank, Geometry geometry, PrivateDirectory directory) throws IOException {
        this.rank = rank;
        this.geometry = geometry;
        this.directory = directory;
        this.byRank = new MappedSegment[geometry.worldSize()];
        this.path = directory.path().resolve("rank-" + rank);
        this.mine = MappedSegment.create(path, geometry.bytes());
        mapped.add(mine);
        mine.reserve(0, geometry.queueAt(0)); // peers write their proofs there as soon as they know the path
    }

    /** Makes this rank's segment, which takes no memory until {@link #join}. */
    public static SharedMemory open(int rank, Geometry geometry, Path parent) {
        PrivateDirectory directory = PrivateDirectory.create(parent);
        try {
            return new SharedMemory(rank, geometry, directory);
        } catch (IOException e) {
            directory.close();
            throw new UncheckedIOException("cannot make a shared-memory segment in " + parent, e);
        }
    }

    /** The segment's file, for the advertisement. */
    public Path path() {
        return path;
    }

    /**
     * Maps the segments of the ranks on this host and waits until all of them have mapped this one.
     *
     * @param all the advertisements by rank, this rank's included
     * @return the transport, which owns all of this from now on
     */
    public SegmentTransport join(List<Advertisement> all, AttemptKey key, Duration deadline) {
        List<Advertisement> peers = all.stream()
                .filter(peer ->
                        peer.rank() != rank && peer.host().equals(all.get(rank).host()))
                .toList();
        try {
            reserve(peers);
            List<ByteBuffer> segments = map(all, peers);
            prove(all, peers, segments, key);
            awaitProofs(all, peers, segments, key, deadline);
            directory.close();
            return new SegmentTransport(rank, geometry, segments, new Processes(all, this));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(
                    all.get(rank).describe() + " cannot share memory with its host's other ranks", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Tells before anything is started whether a host has the memory for its ranks; what each of them finds out for
     * itself otherwise, when all are there.
     *
     * @param parent where the private directories will be
     * @param ranksOnHost of the group
     * @throws IllegalStateException with the bytes that are needed, those that are free, and the remedy
     */
    public static void requireRoom(Path parent, int worldSize, int ranksOnHost) {
        long needed = bytesNeeded(worldSize, ranksOnHost);
        long usable;
        try {
            usable = Files.getFileStore(parent).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make shared memory in " + parent, e);
        }
        if (usable < needed) {
            throw new IllegalStateException(tooSmall(parent, ranksOnHost, needed, usable));
        }
    }

    /** What the ranks of a host take together. */
    public static long bytesNeeded(int worldSize, int ranksOnHost) {
        Geometry geometry = Geometry.of(worldSize);
        long aRank = (long) (ranksOnHost - 1) * geometry.queueBytes() + geometry.queueAt(0);
        return ranksOnHost * aRank;
    }

    private static String tooSmall(Path parent, int ranks, long needed, long usable) {
        return "the shared memory in " + parent + " is too small: " + ranks + " ranks on this host need "
                + (needed + 1023) / 1024 + " KiB, and " + usable / 1024 + " KiB are free. Enlarge it (mount -o"
                + " remount,size=1g " + parent
                + "; docker run --shm-size=1g; in Kubernetes an emptyDir of medium Memory"
                + " at /dev/shm), or set the transport to tcp, which needs none";
    }

    private void reserve(List<Advertisement> peers) throws IOException {
        int ranksOnHost = peers.size() + 1;
        long usable = Files.getFileStore(path).getUsableSpace();
        try {
            for (Advertisement peer : peers) {
                mine.reserve(geometry.queueAt(peer.rank()), geometry.queueBytes());
            }
        } catch (IOException e) {
            long needed = (long) ranksOnHost * peers.size() * geometry.queueBytes();
            throw new IOException(tooSmall(directory.path().getParent(), ranksOnHost, needed, usable), e);
        }
    }

    private List<ByteBuffer> map(List<Advertisement> all, List<Advertisement> peers) throws IOException {
        List<ByteBuffer> segments = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            segments.add(null);
        }
        segments.set(rank, mine.memory());
        for (Advertisement peer : peers) {
            MappedSegment segment =
                    MappedSegment.open(peer.segment(), geometry.bytes(), Files.getOwner(directory.path()));
            mapped.add(segment);
            byRank[peer.rank()] = segment;
            segments.set(peer.rank(), segment.memory());
        }
        return segments;
    }

    private void prove(List<Advertisement> all, List<Advertisement> peers, List<ByteBuffer> segments, AttemptKey key) {
        writeProof(
                segments.get(rank), key.proof(PURPOSE, rank, rank, all.get(rank).nonce()));
        for (Advertisement peer : peers) {
            writeProof(segments.get(peer.rank()), key.proof(PURPOSE, rank, peer.rank(), peer.nonce()));
        }
    }

    private void writeProof(ByteBuffer segment, byte[] proof) {
        int at = geometry.proofAt(rank);
        segment.put(at, proof);
        LONGS.setRelease(segment, at + FLAG_AT, 1L);
    }

    private void awaitProofs(
            List<Advertisement> all,
            List<Advertisement> peers,
            List<ByteBuffer> segments,
            AttemptKey key,
            Duration deadline) {
        long until = System.nanoTime() + deadline.toNanos();
        for (Advertisement peer : peers) {
            byte[] own = awaitProof(segments.get(peer.rank()), peer, until, all.get(rank), deadline);
            byte[] toMe = awaitProof(segments.get(rank), peer, until, all.get(rank), deadline);
            if (!key.proves(own, PURPOSE, peer.rank(), peer.rank(), peer.nonce())
                    || !key.proves(
                            toMe, PURPOSE, peer.rank(), rank, all.get(rank).nonce())) {
                throw new SecurityException(
                        peer.describe() + " does not know the key of this attempt; it does not get into the group");
            }
        }
    }

    private byte[] awaitProof(ByteBuffer segment, Advertisement peer, long until, Advertisement me, Duration deadline) {
        int at = geometry.proofAt(peer.rank());
        while ((long) LONGS.getAcquire(segment, at + FLAG_AT) == 0) {
            if (System.nanoTime() > until) {
                throw new PeerLostException(
                        peer.rank(),
                        me.describe() + " lost " + peer.describe()
                                + " while joining the group: it did not map the shared" + " memory within "
                                + deadline.toMillis() + " ms",
                        null);
            }
            LockSupport.parkNanos(200_000);
        }
        byte[] proof = new byte[MAC_BYTES];
        segment.get(at, proof);
        return proof;
    }

    /** Unmaps and removes everything. Idempotent. */
    @Override
    public synchronized void close() {
        directory.close();
        mapped.forEach(MappedSegment::close);
        mapped.clear();
    }

    private boolean ownerGone(int peer) {
        MappedSegment segment = byRank[peer];
        return segment != null && segment.ownerGone();
    }

    private record Processes(List<Advertisement> all, SharedMemory memory) implements SegmentTransport.Host {
        @Override
        public String describe(int rank) {
            return all.get(rank).describe();
        }

        @Override
        public boolean gone(int peer) {
            return memory.ownerGone(peer);
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
