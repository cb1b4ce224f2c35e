package io.lockstep.collectives.kernels;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * float32 on the wire, in the widest vectors of the processor; the tail of fewer than a vector's lanes is scalar. Plain
 * copies are the JDK's, which are vectorised already.
 */
final class VectorFloat32 implements WireKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int STEP = SPECIES.vectorByteSize();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final ScalarFloat32 scalar = new ScalarFloat32();

    @Override
    public int wireBytes() {
        return Float.BYTES;
    }

    @Override
    public void encode(ByteBuffer local, int localAt, ByteBuffer wire, int wireAt, int count) {
        scalar.encode(local, localAt, wire, wireAt, count);
    }

    @Override
    public void decode(ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        scalar.decode(wire, wireAt, local, localAt, count);
    }

    @Override
    public void reduce(Reduction reduction, ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        reduceForward(reduction, wire, wireAt, local, localAt, local, localAt, count);
    }

    @Override
    public void reduceForward(
            Reduction reduction,
            ByteBuffer in,
            int inAt,
            ByteBuffer local,
            int localAt,
            ByteBuffer out,
            int outAt,
            int count) {
        int bytes = count * Float.BYTES;
        int bound = bytes - bytes % STEP;
        if (reduction == Reduction.SUM) {
            sum(in, inAt, local, localAt, out, outAt, bound);
        } else {
            max(in, inAt, local, localAt, out, outAt, bound);
        }
        int tail = (bytes - bound) / Float.BYTES;
        scalar.reduceForward(reduction, in, inAt + bound, local, localAt + bound, out, outAt + bound, tail);
    }

    @Override
    public void reduceBoth(
            Reduction reduction,
            ByteBuffer in,
            int inAt,
            ByteBuffer local,
            int localAt,
            ByteBuffer out,
            int outAt,
            int count) {
        int bytes = count * Float.BYTES;
        int bound = bytes - bytes % STEP;
        if (reduction == Reduction.SUM) {
            sumBoth(in, inAt, local, localAt, out, outAt, bound);
        } else {
            maxBoth(in, inAt, local, localAt, out, outAt, bound);
        }
        int tail = (bytes - bound) / Float.BYTES;
        scalar.reduceBoth(reduction, in, inAt + bound, local, localAt + bound, out, outAt + bound, tail);
    }

    // One loop a method: each is compiled for itself, whatever the other reduction has taught the compiler.

    private static void sum(
            ByteBuffer in, int inAt, ByteBuffer local, int localAt, ByteBuffer out, int outAt, int bytes) {
        for (int i = 0; i < bytes; i += STEP) {
            FloatVector a = FloatVector.fromByteBuffer(SPECIES, in, inAt + i, ORDER);
            FloatVector b = FloatVector.fromByteBuffer(SPECIES, local, localAt + i, ORDER);
            a.add(b).intoByteBuffer(out, outAt + i, ORDER);
        }
    }

    private static void max(
            ByteBuffer in, int inAt, ByteBuffer local, int localAt, ByteBuffer out, int outAt, int bytes) {
        for (int i = 0; i < bytes; i += STEP) {
            FloatVector a = FloatVector.fromByteBuffer(SPECIES, in, inAt + i, ORDER);
            FloatVector b = FloatVector.fromByteBuffer(SPECIES, local, localAt + i, ORDER);
            a.max(b).intoByteBuffer(out, outAt + i, ORDER);
        }
    }

    private static void sumBoth(
            ByteBuffer in, int inAt, ByteBuffer local, int localAt, ByteBuffer out, int outAt, int bytes) {
        for (int i = 0; i < bytes; i += STEP) {
            FloatVector a = FloatVector.fromByteBuffer(SPECIES, in, inAt + i, ORDER);
            FloatVector b = FloatVector.fromByteBuffer(SPECIES, local, localAt + i, ORDER);
            FloatVector sum = a.add(b);
            sum.intoByteBuffer(local, localAt + i, ORDER);
            sum.intoByteBuffer(out, outAt + i, ORDER);
        }
    }

    private static void maxBoth(
            ByteBuffer in, int inAt, ByteBuffer local, int localAt, ByteBuffer out, int outAt, int bytes) {
        for (int i = 0; i < bytes; i += STEP) {
            FloatVector a = FloatVector.fromByteBuffer(SPECIES, in, inAt + i, ORDER);
            FloatVector b = FloatVector.fromByteBuffer(SPECIES, local, localAt + i, ORDER);
            FloatVector max = a.max(b);
            max.intoByteBuffer(local, localAt + i, ORDER);
            max.intoByteBuffer(out, outAt + i, ORDER);
        }
    }

    @Override
    public void round(ByteBuffer local, int localAt, int count) {
        // float32 is what the wire carries
    }
}
