package io.lockstep.kernels;

import static jdk.incubator.vector.VectorOperators.GT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API's. */
final class SimdVectorPasses extends VectorPasses {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BYTES = LANES * Float.BYTES;

    private final ScalarVectorPasses scalar = new ScalarVectorPasses();

    @Override
    public void add(ByteBuffer a, ByteBuffer b, int at, int elements, ByteBuffer y) {
        int end = endOfVectors(at, elements);
        for (int i = at; i < end; i += BYTES) {
            load(a, i).add(load(b, i)).intoByteBuffer(y, i, ORDER);
        }
        scalar.add(a, b, end, elements % LANES, y);
    }

    @Override
    public void addRelu(ByteBuffer a, ByteBuffer b, int at, int elements, ByteBuffer y) {
        int end = endOfVectors(at, elements);
        for (int i = at; i < end; i += BYTES) {
            FloatVector sum = load(a, i).add(load(b, i));
            sum.max(0).intoByteBuffer(y, i, ORDER);
        }
        scalar.addRelu(a, b, end, elements % LANES, y);
    }

    @Override
    public void relu(ByteBuffer x, int at, int elements, ByteBuffer y) {
        int end = endOfVectors(at, elements);
        for (int i = at; i < end; i += BYTES) {
            FloatVector value = load(x, i);
            value.max(0).intoByteBuffer(y, i, ORDER);
        }
        scalar.relu(x, end, elements % LANES, y);
    }

    @Override
    public void reluGradient(ByteBuffer dy, ByteBuffer y, int at, int elements, ByteBuffer g) {
        int end = endOfVectors(at, elements);
        for (int i = at; i < end; i += BYTES) {
            wherePositive(load(y, i), load(dy, i)).intoByteBuffer(g, i, ORDER);
        }
        scalar.reluGradient(dy, y, end, elements % LANES, g);
    }

    @Override
    public void addReluGradient(ByteBuffer a, ByteBuffer b, ByteBuffer y, int at, int elements, ByteBuffer g) {
        int end = endOfVectors(at, elements);
        for (int i = at; i < end; i += BYTES) {
            wherePositive(load(y, i), load(a, i).add(load(b, i))).intoByteBuffer(g, i, ORDER);
        }
        scalar.addReluGradient(a, b, y, end, elements % LANES, g);
    }

    private static int endOfVectors(int at, int elements) {
        return at + elements / LANES * BYTES;
    }

    private static FloatVector load(ByteBuffer x, int at) {
        return FloatVector.fromByteBuffer(FLOATS, x, at, ORDER);
    }

    private static FloatVector wherePositive(FloatVector condition, FloatVector value) {
        return FloatVector.zero(FLOATS).blend(value, condition.compare(GT, 0));
    }
}
