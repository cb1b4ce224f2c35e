package io.lockstep.engine.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;

/** C = alpha A B + beta C by oneDNN, matrices row by row at an address, each with the distance of its rows. */
public final class Gemm {
    private static final byte PLAIN = 'N';
    private static final byte TRANSPOSED = 'T';

    private Gemm() {}

    public static void run(
            Lane lane,
            int m,
            int n,
            int k,
            float alpha,
            long a,
            int strideA,
            boolean transposeA,
            long b,
            int strideB,
            boolean transposeB,
            float beta,
            long c,
            int strideC) {
        OneDnn.check(dnnl_sgemm(
                transposeA ? TRANSPOSED : PLAIN,
                transposeB ? TRANSPOSED : PLAIN,
                m,
                n,
                k,
                alpha,
                lane.a().to(a),
                strideA,
                lane.b().to(b),
                strideB,
                beta,
                lane.c().to(c),
                strideC));
    }
}
