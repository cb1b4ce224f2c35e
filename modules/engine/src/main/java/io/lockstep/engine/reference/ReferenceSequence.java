package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.StepMask;
import io.lockstep.engine.operations.Sequences.StepRange;
import io.lockstep.engine.operations.Sequences.TakeStep;
import java.util.List;
import java.util.Set;

/** An operation on sequences, on a whole batch. */
abstract class ReferenceSequence {
    final List<Shape> shapes;
    final Shape shape;
    final int examples;
    final int parametersAt;
    final double[] parameters;
    final double[] gradients;

    ReferenceSequence(Graph graph, Node node, int examples, double[] parameters, double[] gradients) {
        shapes = graph.inputShapesOf(node);
        shape = node.shape();
        this.examples = examples;
        parametersAt = (int) node.parametersAt();
        this.parameters = parameters;
        this.gradients = gradients;
    }

    private static final Set<Class<?>> OTHERS = Set.of(
            LayerNorm.class,
            GroupNorm.class,
            Attention.class,
            Embedding.class,
            Positions.class,
            StepMask.class,
            TakeStep.class,
            StepRange.class,
            ClassToken.class,
            Rows.class,
            Pixels.class);

    static boolean has(Operation operation) {
        return operation instanceof Recurrent || OTHERS.contains(operation.getClass());
    }

    static ReferenceSequence of(
            Graph graph, Node node, int examples, double[] parameters, double[] gradients, Pass pass) {
        Operation operation = node.operation();
        if (operation instanceof Recurrent) {
            return new ReferenceRecurrent(graph, node, examples, parameters, gradients);
        } else if (operation instanceof LayerNorm) {
            return new ReferenceLayerNorm(graph, node, examples, parameters, gradients);
        } else if (operation instanceof GroupNorm) {
            return new ReferenceGroupNorm(graph, node, examples, parameters, gradients);
        } else if (operation instanceof Attention) {
            return new ReferenceAttention(graph, node, examples, parameters, gradients, pass);
        } else if (operation instanceof Embedding embedding) {
            return new Table(graph, node, examples, parameters, gradients, embedding);
        } else if (operation instanceof Positions positions) {
            return new Places(graph, node, examples, parameters, gradients, positions);
        } else if (operation instanceof StepMask mask) {
            return new Mask(graph, node, examples, parameters, gradients, mask.nothing());
        }
        return new Moves(graph, node, examples, parameters, gradients, operation);
    }

    /**
     * What is drawn at random depends on it.
     *
     * @param firstExample of the pass, in the batch of all ranks
     */
    record Pass(boolean training, long seed, long firstExample) {}

    abstract void forward(double[][] inputs, double[] y);

    /** Adds to the gradients of the inputs and of the parameters. */
    abstract void backward(double[][] inputs, double[] dy, double[][] inputGradients);

    /** Embedding: step i of the batch reads the column that its number names. */
    private static final class Table extends ReferenceSequence {
        private final int units;
        private final int vocabulary;

        Table(Graph graph, Node node, int examples, double[] parameters, double[] gradients, Embedding embedding) {
            super(graph, node, examples, parameters, gradients);
            units = embedding.units();
            vocabulary = embedding.vocabulary();
        }

        @Override
        void forward(double[][] inputs, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = parameters[place(inputs[0], i)];
            }
        }

        @Override
        void backward(double[][] inputs, double[] dy, double[][] inputGradients) {
            for (int i = 0; i < dy.length; i++) {
                gradients[place(inputs[0], i)] += dy[i];
            }
        }

        private int place(double[] numbers, int i) {
            return parametersAt + i % units * vocabulary + (int) numbers[i / units];
        }
    }

    private static final class Mask extends ReferenceSequence {
        private final double nothing;

        Mask(Graph graph, Node node, int examples, double[] parameters, double[] gradients, double nothing) {
            super(graph, node, examples, parameters, gradients);
            this.nothing = nothing;
        }

        @Override
        void forward(double[][] inputs, double[] y) {
            int features = shapes.get(0).channels();
            for (int i = 0; i < inputs[0].length; i++) {
                if (inputs[0][i] != nothing) {
                    y[i / features] = 1;
                }
            }
        }

        @Override
        void backward(double[][] inputs, double[] dy, double[][] inputGradients) {
            // it is flat
        }
    }

    private static final class Places extends ReferenceSequence {
        private final boolean learned;

        Places(Graph graph, Node node, int examples, double[] parameters, double[] gradients, Positions positions) {
            super(graph, node, examples, parameters, gradients);
            learned = positions.learned();
        }

        @Override
        void forward(double[][] inputs, double[] y) {
            int features = shape.channels();
            for (int i = 0; i < y.length; i++) {
                int place = i % shape.elements();
                y[i] = inputs[0][i]
                        + (learned
                                ? parameters[parametersAt + place]
                                : Positions.sinusoid(place / features, place % features, features));
            }
        }

        @Override
        void backward(double[][] inputs, double[] dy, double[][] inputGradients) {
            for (int i = 0; i < dy.length; i++) {
                inputGradients[0][i] += dy[i];
                if (learned) {
                    gradients[parametersAt + i % shape.elements()] += dy[i];
                }
            }
        }
    }

    /** What only moves elements, or puts parameters beside them. */
    private static final class Moves extends ReferenceSequence {
        private final Operation operation;
        private final int inserted;

        Moves(Graph graph, Node node, int examples, double[] parameters, double[] gradients, Operation operation) {
            super(graph, node, examples, parameters, gradients);
            this.operation = operation;
            inserted = operation instanceof ClassToken ? shapes.get(0).channels() : 0;
        }

        @Override
        void forward(double[][] inputs, double[] y) {
            for (int i = 0; i < y.length; i++) {
                int place = i % shape.elements();
                int source = source(inputs, i);
                if (place < inserted) {
                    y[i] = parameters[parametersAt + place];
                } else if (source >= 0) {
                    y[i] = inputs[0][source];
                }
            }
        }

        @Override
        void backward(double[][] inputs, double[] dy, double[][] inputGradients) {
            for (int i = 0; i < dy.length; i++) {
                int place = i % shape.elements();
                int source = source(inputs, i);
                if (place < inserted) {
                    gradients[parametersAt + place] += dy[i];
                } else if (source >= 0) {
                    inputGradients[0][source] += dy[i];
                }
            }
        }

        /** First step of what is taken, or -1. */
        private int first(double[][] inputs, int example) {
            int steps = shapes.get(0).height();
            if (operation instanceof StepRange range) {
                return range.first();
            }
            for (int i = 0; operation instanceof TakeStep take && i < steps; i++) {
                int step = take.candidate(i, steps);
                if (!take.masked() || inputs[1][example * steps + step] != 0) {
                    return step;
                }
            }
            return operation instanceof TakeStep ? -1 : 0;
        }

        /** Where element i comes from, or -1. */
        private int source(double[][] inputs, int i) {
            int example = i / shape.elements();
            Shape x = shapes.get(0);
            int first = first(inputs, example);
            return first < 0 ? -1 : example * x.elements() + first * x.channels() + i % shape.elements() - inserted;
        }
    }
}
