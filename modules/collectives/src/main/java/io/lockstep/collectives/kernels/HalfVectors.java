package io.lockstep.collectives.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** As many halves as the widest vector has floats, to integers of their bits and back. */
final class HalfVectors {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();

    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private HalfVectors() {}

    /** Sign-extended. */
    static IntVector load(ByteBuffer halves, int at) {
        return (IntVector)
                ShortVector.fromByteBuffer(SHORTS, halves, at, ORDER).convertShape(VectorOperators.S2I, INTS, 0);
    }

    /** The lower halves. */
    static void store(IntVector bits, ByteBuffer halves, int at) {
        ((ShortVector) bits.convertShape(VectorOperators.I2S, SHORTS, 0)).intoByteBuffer(halves, at, ORDER);
    }

    static FloatVector loadFloats(ByteBuffer floats, int at) {
        return FloatVector.fromByteBuffer(FLOATS, floats, at, ORDER);
    }

    static void storeFloats(FloatVector values, ByteBuffer floats, int at) {
        values.intoByteBuffer(floats, at, ORDER);
    }
}
