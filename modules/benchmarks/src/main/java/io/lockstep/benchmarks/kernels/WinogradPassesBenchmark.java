package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.WinogradPasses;
import io.lockstep.kernels.WinogradPasses.Image;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * The transforms of convolutions by tiles, of {@value #CHANNELS} channels and one row of tiles; or of as many kernels. The
 * longest operand is the transformed one, of whole tiles: up to 2 % less than is counted.
 */
public class WinogradPassesBenchmark extends KernelSuite {
    private static final int CHANNELS = 64;
    private static final int POINTS = WinogradPasses.POINTS;
    /** Bytes of 36 elements, and of a tile's 4x4 pixels, for each of the 36. */
    private static final double PIXELS_AND_POINTS = 4.0 * (16 + POINTS) / POINTS;
    /** In a row of tiles, whose frame is six pixels high: 6x4 a tile. */
    private static final double FRAMED_PIXELS_AND_POINTS = 4.0 * (24 + POINTS) / POINTS;
    /** Bytes of 36 elements, and of a kernel's 9. */
    private static final double KERNEL_AND_POINTS = 4.0 * (9 + POINTS) / POINTS;

    private static final double KERNEL_TWICE_AND_POINTS = 4.0 * (18 + POINTS) / POINTS;

    private final WinogradPasses passes = WinogradPasses.create();
    private int tiles;
    private Image image;
    private float[] framed;
    private int framedWidth;
    private ByteBuffer y;
    private ByteBuffer kernels;
    private ByteBuffer transformed;
    private int kernelCount;
    private int pointBytes;

    @Setup
    public void allocate() {
        tiles = elements / POINTS / CHANNELS;
        image = new Image(WinogradPasses.TILE, WinogradPasses.TILE * tiles, CHANNELS);
        framedWidth = image.width() + 2;
        framed = new float[WinogradPasses.REACH * framedWidth * CHANNELS];
        ByteBuffer values = random(framed.length, 1);
        for (int i = 0; i < framed.length; i++) {
            framed[i] = values.getFloat(i * Float.BYTES);
        }
        y = zeros(image.height() * image.width() * CHANNELS);
        kernelCount = tiles * CHANNELS;
        kernels = random(9 * kernelCount, 2);
        transformed = random(POINTS * kernelCount, 3);
        pointBytes = kernelCount * Float.BYTES;
    }

    @Benchmark
    @BytesMoved(FRAMED_PIXELS_AND_POINTS)
    public void input() {
        passes.input(framed, framedWidth, CHANNELS, 1, tiles, transformed, 0, pointBytes);
    }

    @Benchmark
    @BytesMoved(PIXELS_AND_POINTS)
    public void output() {
        passes.output(transformed, 0, pointBytes, CHANNELS, null, -1, y, 0, image, 0, 1);
    }

    @Benchmark
    @BytesMoved(PIXELS_AND_POINTS)
    public void outputGradient() {
        passes.outputGradient(framed, framedWidth, CHANNELS, 1, tiles, transformed, 0, pointBytes);
    }

    @Benchmark
    @BytesMoved(KERNEL_AND_POINTS)
    public void weights() {
        passes.weights(kernels, 0, pointBytes, false, kernelCount, transformed, 0, pointBytes);
    }

    /** Adds; the sums grow by about 1 a call, so they stay finite. */
    @Benchmark
    @BytesMoved(KERNEL_TWICE_AND_POINTS)
    public void weightsGradient() {
        passes.weightsGradient(transformed, 0, pointBytes, kernelCount, kernels, 0, pointBytes);
    }
}
