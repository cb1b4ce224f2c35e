package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops, for JVMs without the vector module and for the elements that do not fill a vector. */
final class ScalarVectorPasses extends VectorPasses {
    @Override
    public void add(ByteBuffer a, ByteBuffer b, int at, int elements, ByteBuffer y) {
        for (int i = at, end = at + elements * Float.BYTES; i < end; i += Float.BYTES) {
            y.putFloat(i, a.getFloat(i) + b.getFloat(i));
        }
    }

    @Override
    public void addRelu(ByteBuffer a, ByteBuffer b, int at, int elements, ByteBuffer y) {
        for (int i = at, end = at + elements * Float.BYTES; i < end; i += Float.BYTES) {
            y.putFloat(i, Math.max(0, a.getFloat(i) + b.getFloat(i)));
        }
    }

    @Override
    public void relu(ByteBuffer x, int at, int elements, ByteBuffer y) {
        for (int i = at, end = at + elements * Float.BYTES; i < end; i += Float.BYTES) {
            y.putFloat(i, Math.max(0, x.getFloat(i)));
        }
    }

    @Override
    public void reluGradient(ByteBuffer dy, ByteBuffer y, int at, int elements, ByteBuffer g) {
        for (int i = at, end = at + elements * Float.BYTES; i < end; i += Float.BYTES) {
            g.putFloat(i, y.getFloat(i) > 0 ? dy.getFloat(i) : 0);
        }
    }

    @Override
    public void addReluGradient(ByteBuffer a, ByteBuffer b, ByteBuffer y, int at, int elements, ByteBuffer g) {
        for (int i = at, end = at + elements * Float.BYTES; i < end; i += Float.BYTES) {
            g.putFloat(i, y.getFloat(i) > 0 ? a.getFloat(i) + b.getFloat(i) : 0);
        }
    }
}
