package io.lockstep.engine.operations;

import io.lockstep.engine.ExampleOperation.Rearrangement;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** Elements in other places, taken more than once, or left out. */
public final class Rearrangements {
    private Rearrangements() {}

    private enum Axis {
        HEIGHT,
        WIDTH,
        CHANNELS;

        int of(Shape shape) {
            return switch (this) {
                case HEIGHT -> shape.height();
                case WIDTH -> shape.width();
                case CHANNELS -> shape.channels();
            };
        }
    }

    /**
     * Axes in another order: height, width and channels of the output are those axes of the input.
     *
     * @param order a permutation of 0 (height), 1 (width) and 2 (channels)
     */
    public record Transpose(List<Integer> order) implements Rearrangement {
        public Transpose {
            order = List.copyOf(order);
            if (!order.stream().sorted().toList().equals(List.of(0, 1, 2))) {
                throw new IllegalArgumentException(order + " is no order of the axes 0, 1 and 2");
            }
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return new Shape(axis(0).of(x), axis(1).of(x), axis(2).of(x));
        }

        private Axis axis(int place) {
            return Axis.values()[order.get(place)];
        }

        @Override
        public int[] sources(Shape input) {
            return fill(outputOf(List.of(input)), (h, w, c) -> {
                int[] at = new int[3];
                at[order.get(0)] = h;
                at[order.get(1)] = w;
                at[order.get(2)] = c;
                return Places.of(input, at[0], at[1], at[2]);
            });
        }
    }

    /** The time steps of a sequence from the last to the first. */
    public record ReversedTimeSteps() implements Rearrangement {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Vectors.of(inputs.get(0));
        }

        @Override
        public int[] sources(Shape input) {
            return fill(input, (h, w, c) -> Places.of(input, input.height() - 1 - h, w, c));
        }
    }

    /** The same, and backward ends here: what is read gets no gradient. */
    public record StopGradient() implements Rearrangement {
        @Override
        public boolean passesGradient() {
            return false;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }

        @Override
        public int[] sources(Shape input) {
            return fill(input, (h, w, c) -> Places.of(input, h, w, c));
        }
    }

    /** A part of an image: from a row, column and channel on, of a shape. */
    public record Slice(int row, int column, int channel, Shape shape) implements Rearrangement {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            boolean inside = row >= 0
                    && column >= 0
                    && channel >= 0
                    && row + shape.height() <= x.height()
                    && column + shape.width() <= x.width()
                    && channel + shape.channels() <= x.channels();
            if (!inside) {
                throw new IllegalArgumentException(
                        shape + " from (" + row + ", " + column + ", " + channel + ") on is no part of " + x);
            }
            return shape;
        }

        @Override
        public int[] sources(Shape input) {
            return fill(shape, (h, w, c) -> Places.of(input, row + h, column + w, channel + c));
        }
    }

    /** All of the input, so many times below, beside and behind itself: a vector as each time step of a sequence. */
    public record Tiled(int height, int width, int channels) implements Rearrangement {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return new Shape(x.height() * height, x.width() * width, x.channels() * channels);
        }

        @Override
        public int[] sources(Shape input) {
            return fill(
                    outputOf(List.of(input)),
                    (h, w, c) -> Places.of(input, h % input.height(), w % input.width(), c % input.channels()));
        }
    }

    /**
     * Blocks of {@code block} by {@code block} pixels become the channels of one: the upper left pixel's channels first,
     * then those of the pixel to its right.
     */
    public record SpaceToDepth(int block) implements Rearrangement {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (block < 1 || x.height() % block != 0 || x.width() % block != 0) {
                throw new IllegalArgumentException("blocks of " + block + " do not divide " + x);
            }
            return new Shape(x.height() / block, x.width() / block, x.channels() * block * block);
        }

        @Override
        public int[] sources(Shape input) {
            return fill(outputOf(List.of(input)), (h, w, c) -> {
                int pixel = c / input.channels();
                return Places.of(input, h * block + pixel / block, w * block + pixel % block, c % input.channels());
            });
        }
    }

    /** The reverse of {@link SpaceToDepth}. */
    public record DepthToSpace(int block) implements Rearrangement {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (block < 1 || x.channels() % (block * block) != 0) {
                throw new IllegalArgumentException(block * block + " pixels do not share the channels of " + x);
            }
            return new Shape(x.height() * block, x.width() * block, x.channels() / (block * block));
        }

        @Override
        public int[] sources(Shape input) {
            Shape output = outputOf(List.of(input));
            int[] sources = new int[input.elements()];
            int[] back = new SpaceToDepth(block).sources(output);
            for (int i = 0; i < back.length; i++) {
                sources[back[i]] = i;
            }
            return sources;
        }
    }

    private interface Source {
        int of(int h, int w, int c);
    }

    private static int[] fill(Shape shape, Source source) {
        int[] sources = new int[shape.elements()];
        Arrays.setAll(sources, i -> {
            int pixel = i / shape.channels();
            return source.of(pixel / shape.width(), pixel % shape.width(), i % shape.channels());
        });
        return sources;
    }
}
