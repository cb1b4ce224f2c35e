package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

/**
 * A product of matrices by oneDNN, which lie row by row at an address, each with the distance of its rows in elements.
 * A lane has one, and says of each product anew what it multiplies; nothing is allocated:
 *
 * <pre>
 *   lane.gemm().product(rows, columns, inner).left(x, inner).rightTransposed(w, inner).into(y, columns);
 * </pre>
 */
public final class Gemm {
    private static final byte PLAIN = 'N';
    private static final byte TRANSPOSED = 'T';

    private final Address a = new Address();
    private final Address b = new Address();
    private final Address c = new Address();
    private int rows;
    private int columns;
    private int inner;
    private float factor;
    private byte orderA;
    private byte orderB;
    private int strideA;
    private int strideB;

    Gemm() {}

    /** (rows, columns) from (rows, inner) and (inner, columns). */
    public Gemm product(int newRows, int newColumns, int newInner) {
        rows = newRows;
        columns = newColumns;
        inner = newInner;
        factor = 1;
        return this;
    }

    /** The first factor, (rows, inner). */
    public Gemm left(long address, int stride) {
        return left(PLAIN, address, stride);
    }

    /** The first factor, which lies as (inner, rows). */
    public Gemm leftTransposed(long address, int stride) {
        return left(TRANSPOSED, address, stride);
    }

    /** The second factor, (inner, columns). */
    public Gemm right(long address, int stride) {
        return right(PLAIN, address, stride);
    }

    /** The second factor, which lies as (columns, inner). */
    public Gemm rightTransposed(long address, int stride) {
        return right(TRANSPOSED, address, stride);
    }

    /** What the product is multiplied by; 1 where nobody says. */
    public Gemm times(float newFactor) {
        factor = newFactor;
        return this;
    }

    /** Computes it, and writes it over what is there. */
    public void into(long address, int stride) {
        run(0, address, stride);
    }

    /** Computes it, and writes it over what is there or adds it to that. */
    public void into(long address, int stride, boolean adds) {
        run(adds ? 1 : 0, address, stride);
    }

    private Gemm left(byte order, long address, int stride) {
        orderA = order;
        a.to(address);
        strideA = stride;
        return this;
    }

    private Gemm right(byte order, long address, int stride) {
        orderB = order;
        b.to(address);
        strideB = stride;
        return this;
    }

    private void run(float beta, long address, int stride) {
        OneDnn.check(dnnl_sgemm(
                orderA, orderB, rows, columns, inner, factor, a, strideA, b, strideB, beta, c.to(address), stride));
    }
}
