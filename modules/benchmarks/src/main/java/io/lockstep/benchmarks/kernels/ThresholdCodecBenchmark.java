package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.ThresholdCodec;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** A sparse message, of one element in {@value #SENT_OF}. */
public class ThresholdCodecBenchmark extends KernelSuite {
    private static final ThresholdCodec CODEC = ThresholdCodec.get();
    private static final int SENT_OF = 128;
    private static final float THRESHOLD = 2;
    /** So large that it is the same after the threshold was taken off: what is sent once is sent by every call. */
    private static final float SENT = 1e30f;

    private ByteBuffer residual;
    private ByteBuffer message;
    private int sent;

    @Setup
    public void allocate() {
        residual = random(elements, 1);
        for (int i = 0; i < elements; i += SENT_OF) {
            residual.putFloat(i * Float.BYTES, i / SENT_OF % 2 == 0 ? SENT : -SENT);
        }
        sent = CODEC.count(residual, THRESHOLD);
        message = zeros(sent);
    }

    @Benchmark
    @BytesMoved(4)
    public int count() {
        return CODEC.count(residual, THRESHOLD);
    }

    @Benchmark
    @BytesMoved(4)
    public void encode() {
        CODEC.encode(residual, THRESHOLD, sent, message);
    }
}
