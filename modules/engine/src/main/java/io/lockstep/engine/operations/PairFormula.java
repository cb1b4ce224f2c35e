package io.lockstep.engine.operations;

/** A function of two numbers, and its slopes. */
public enum PairFormula {
    SUM {
        @Override
        double value(double a, double b) {
            return a + b;
        }

        @Override
        double byFirst(double a, double b) {
            return 1;
        }

        @Override
        double bySecond(double a, double b) {
            return 1;
        }
    },
    DIFFERENCE {
        @Override
        double value(double a, double b) {
            return a - b;
        }

        @Override
        double byFirst(double a, double b) {
            return 1;
        }

        @Override
        double bySecond(double a, double b) {
            return -1;
        }
    },
    PRODUCT {
        @Override
        double value(double a, double b) {
            return a * b;
        }

        @Override
        double byFirst(double a, double b) {
            return b;
        }

        @Override
        double bySecond(double a, double b) {
            return a;
        }
    },
    QUOTIENT {
        @Override
        double value(double a, double b) {
            return a / b;
        }

        @Override
        double byFirst(double a, double b) {
            return 1 / b;
        }

        @Override
        double bySecond(double a, double b) {
            return -a / (b * b);
        }
    },
    /** Of equals the first counts. */
    MAXIMUM {
        @Override
        double value(double a, double b) {
            return Math.max(a, b);
        }

        @Override
        double byFirst(double a, double b) {
            return a >= b ? 1 : 0;
        }

        @Override
        double bySecond(double a, double b) {
            return a >= b ? 0 : 1;
        }
    },
    /** Of equals the first counts. */
    MINIMUM {
        @Override
        double value(double a, double b) {
            return Math.min(a, b);
        }

        @Override
        double byFirst(double a, double b) {
            return a <= b ? 1 : 0;
        }

        @Override
        double bySecond(double a, double b) {
            return a <= b ? 0 : 1;
        }
    },
    /** a where it is above 0, otherwise a times b: PReLU (He et al. 2015), b learned. */
    PARAMETRIC_RELU {
        @Override
        double value(double a, double b) {
            return a > 0 ? a : a * b;
        }

        @Override
        double byFirst(double a, double b) {
            return a > 0 ? 1 : b;
        }

        @Override
        double bySecond(double a, double b) {
            return a > 0 ? 0 : a;
        }
    };

    abstract double value(double a, double b);

    abstract double byFirst(double a, double b);

    abstract double bySecond(double a, double b);
}
