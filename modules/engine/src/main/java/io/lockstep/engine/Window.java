package io.lockstep.engine;

/**
 * Where a kernel looks: output (i, j) sees input rows i x strideHeight - padTop + k x dilationHeight, columns alike. Made as
 * {@code Window.of(3, 5).strided(2, 2).padded(1, 2)}.
 */
public record Window(Axis rows, Axis columns) {
    /**
     * One of the two dimensions.
     *
     * @param before elements of padding before the first one of the input
     * @param dilation 1 for a dense kernel
     */
    public record Axis(int size, int stride, int before, int after, int dilation) {
        public Axis {
            if (size < 1 || stride < 1 || dilation < 1) {
                throw new IllegalArgumentException("kernel, stride and dilation are at least 1");
            }
            if (before < 0 || after < 0) {
                throw new IllegalArgumentException("padding is at least 0");
            }
        }

        /** From the first to the last element that an output sees. */
        private int reach() {
            return (size - 1) * dilation + 1;
        }

        int outputs(int input) {
            int padded = input + before + after;
            if (padded < reach()) {
                throw new IllegalArgumentException(
                        "a kernel that reaches " + reach() + " does not fit an input of " + padded);
            }
            return (padded - reach()) / stride + 1;
        }

        int inputs(int outputs) {
            return (outputs - 1) * stride + reach() - before - after;
        }

        private boolean misses(int input) {
            for (int output = 0; output < outputs(input); output++) {
                boolean inside = false;
                for (int k = 0; k < size; k++) {
                    int at = output * stride - before + k * dilation;
                    inside |= at >= 0 && at < input;
                }
                if (!inside) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A dense kernel at every place where it fits. */
    public static Window of(int height, int width) {
        return new Window(new Axis(height, 1, 0, 0, 1), new Axis(width, 1, 0, 0, 1));
    }

    /** A square kernel with the same padding on all sides. */
    public static Window square(int size, int stride, int padding) {
        return of(size, size).strided(stride, stride).padded(padding, padding);
    }

    public Window strided(int strideHeight, int strideWidth) {
        return new Window(
                new Axis(rows.size, strideHeight, rows.before, rows.after, rows.dilation),
                new Axis(columns.size, strideWidth, columns.before, columns.after, columns.dilation));
    }

    /** With as many rows above as below, and as many columns left as right. */
    public Window padded(int padHeight, int padWidth) {
        return padded(padHeight, padHeight, padWidth, padWidth);
    }

    public Window padded(int top, int bottom, int left, int right) {
        return new Window(
                new Axis(rows.size, rows.stride, top, bottom, rows.dilation),
                new Axis(columns.size, columns.stride, left, right, columns.dilation));
    }

    public Window dilated(int dilationHeight, int dilationWidth) {
        return new Window(
                new Axis(rows.size, rows.stride, rows.before, rows.after, dilationHeight),
                new Axis(columns.size, columns.stride, columns.before, columns.after, dilationWidth));
    }

    public int height() {
        return rows.size;
    }

    public int width() {
        return columns.size;
    }

    public int strideHeight() {
        return rows.stride;
    }

    public int strideWidth() {
        return columns.stride;
    }

    public int padTop() {
        return rows.before;
    }

    public int padBottom() {
        return rows.after;
    }

    public int padLeft() {
        return columns.before;
    }

    public int padRight() {
        return columns.after;
    }

    public int dilationHeight() {
        return rows.dilation;
    }

    public int dilationWidth() {
        return columns.dilation;
    }

    public int outputHeight(int inputHeight) {
        return rows.outputs(inputHeight);
    }

    public int outputWidth(int inputWidth) {
        return columns.outputs(inputWidth);
    }

    /** Of a kernel that looks at an image. */
    public Shape outputOf(Shape input, int channels) {
        return new Shape(outputHeight(input.height()), outputWidth(input.width()), channels);
    }

    /** Whether an output sees no pixel of an input at all. */
    public boolean seesPaddingAlone(Shape input) {
        return rows.misses(input.height()) || columns.misses(input.width());
    }

    /** Height of the input of which this window makes an output of the given height, as small as it can be. */
    public int inputHeight(int outputHeight) {
        return rows.inputs(outputHeight);
    }

    public int inputWidth(int outputWidth) {
        return columns.inputs(outputWidth);
    }
}
