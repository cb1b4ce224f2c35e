package io.lockstep.engine.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_desc_init;

import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Call;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.Lane;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Primitive;
import io.lockstep.kernels.WinogradPasses;
import java.util.function.IntFunction;
import org.bytedeco.dnnl.dnnl_matmul_desc_t;
import org.bytedeco.dnnl.dnnl_memory_desc_t;

/** A product of matrices for each of Winograd's 36 points, in one call of oneDNN: c = a b. */
final class PointProducts implements AutoCloseable {
    private final IntFunction<Sizes> sizes;
    private final Calls calls;

    /** Of matrices row by row, one after the other, with the elements from one point's to the next one's. */
    record Matrices(long pointElements, long rows, long columns, long rowElements, long columnElements) {
        static Matrices rowByRow(long pointElements, long rows, long columns) {
            return new Matrices(pointElements, rows, columns, columns, 1);
        }

        /** Rows of matrices that lie row by row with {@code columnElements} elements each, of which some are the columns here. */
        static Matrices transposed(long pointElements, long rows, long columns, long columnElements) {
            return new Matrices(pointElements, rows, columns, 1, columnElements);
        }

        dnnl_memory_desc_t description() {
            return OneDnn.strided(
                    new long[] {WinogradPasses.POINTS, rows, columns},
                    new long[] {pointElements, rowElements, columnElements});
        }
    }

    /** What is multiplied, for a number of rows of tiles. */
    record Sizes(Matrices a, Matrices b, Matrices c) {}

    /** @param most rows of tiles */
    PointProducts(Machine plan, int most, IntFunction<Sizes> sizes) {
        this.sizes = sizes;
        calls = new Calls(plan.lanes(), most, this::primitive, this::bind);
    }

    /** On a lane, before the first pass. */
    void prepare(int tileRows) {
        calls.primitive(tileRows);
    }

    /** @param a the first matrix's address; b, c alike */
    void run(Lane lane, int tileRows, long a, long b, long c) {
        calls.get(lane, tileRows).set(0, a).set(1, b).set(2, c).execute(lane);
    }

    private Primitive primitive(int tileRows) {
        Sizes s = sizes.apply(tileRows);
        dnnl_matmul_desc_t description = new dnnl_matmul_desc_t();
        OneDnn.check(dnnl_matmul_desc_init(description, s.a.description(), s.b.description(), null, s.c.description()));
        return new Primitive(description, OneDnn.attributes(), null);
    }

    private Call bind(Primitive primitive, int tileRows) {
        Sizes s = sizes.apply(tileRows);
        return new Call(
                primitive,
                new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
                s.a.description(),
                s.b.description(),
                s.c.description());
    }

    @Override
    public void close() {
        calls.close();
    }
}
