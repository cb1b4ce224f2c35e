package io.lockstep.networks.quality;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.stat.correlation.Covariance;

/**
 * Heusel et al. 2017, equation 6: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), of means and covariances of features of two
 * sets: 0 where both are alike. Its size depends on the features and on how many examples there are, so compare only
 * what was measured alike.
 */
public final class FrechetDistance {
    private FrechetDistance() {}

    /** @param a, b (examples, features); more examples than features */
    public static double between(double[][] a, double[][] b) {
        double[] meanA = mean(a);
        double[] meanB = mean(b);
        double distance = 0;
        for (int f = 0; f < meanA.length; f++) {
            distance += (meanA[f] - meanB[f]) * (meanA[f] - meanB[f]);
        }
        RealMatrix ofA = new Covariance(new Array2DRowRealMatrix(a, false)).getCovarianceMatrix();
        RealMatrix ofB = new Covariance(new Array2DRowRealMatrix(b, false)).getCovarianceMatrix();
        // (C1 C2)^(1/2) has the trace of (R C2 R)^(1/2), R the root of C1, and that is symmetric
        RealMatrix root = root(ofA);
        double trace = 0;
        for (double eigenvalue : eigenvalues(root.multiply(ofB).multiply(root))) {
            trace += Math.sqrt(Math.max(0, eigenvalue));
        }
        return Math.max(0, distance + ofA.getTrace() + ofB.getTrace() - 2 * trace);
    }

    private static double[] mean(double[][] x) {
        double[] mean = new double[x[0].length];
        for (double[] row : x) {
            for (int f = 0; f < mean.length; f++) {
                mean[f] += row[f] / x.length;
            }
        }
        return mean;
    }

    private static double[] eigenvalues(RealMatrix matrix) {
        return new EigenDecomposition(symmetric(matrix)).getRealEigenvalues();
    }

    /** Rounding leaves it not quite so. */
    private static RealMatrix symmetric(RealMatrix matrix) {
        return matrix.add(matrix.transpose()).scalarMultiply(0.5);
    }

    private static RealMatrix root(RealMatrix covariance) {
        EigenDecomposition parts = new EigenDecomposition(symmetric(covariance));
        double[] roots = parts.getRealEigenvalues();
        for (int i = 0; i < roots.length; i++) {
            roots[i] = Math.sqrt(Math.max(0, roots[i]));
        }
        return parts.getV()
                .multiply(MatrixUtils.createRealDiagonalMatrix(roots))
                .multiply(parts.getVT());
    }
}
