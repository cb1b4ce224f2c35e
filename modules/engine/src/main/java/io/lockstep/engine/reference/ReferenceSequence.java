package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.SequenceOperation;
import io.lockstep.engine.SequenceOperation.Attention;
import io.lockstep.engine.SequenceOperation.ClassToken;
import io.lockstep.engine.SequenceOperation.Embedding;
import io.lockstep.engine.SequenceOperation.GroupNorm;
import io.lockstep.engine.SequenceOperation.LayerNorm;
import io.lockstep.engine.SequenceOperation.Positions;
import io.lockstep.engine.SequenceOperation.Recurrent;
import io.lockstep.engine.SequenceOperation.StepRange;
import io.lockstep.engine.SequenceOperation.TakeStep;
import io.lockstep.engine.Shape;
import java.util.List;

/** One {@link SequenceOperation} on a whole batch. */
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

    static ReferenceSequence of(Graph graph, Node node, int examples, double[] parameters, double[] gradients) {
        SequenceOperation operation = (SequenceOperation) node.operation();
        if (operation instanceof Recurrent) {
            return new ReferenceRecurrent(graph, node, examples, parameters, gradients);
        } else if (operation instanceof LayerNorm) {
            return new ReferenceLayerNorm(graph, node, examples, parameters, gradients);
        } else if (operation instanceof GroupNorm) {
            return new ReferenceGroupNorm(graph, node, examples, parameters, gradients);
        } else if (operation instanceof Attention) {
            return new ReferenceAttention(graph, node, examples, parameters, gradients);
        } else if (operation instanceof Embedding embedding) {
            return new Table(graph, node, examples, parameters, gradients, embedding);
        } else if (operation instanceof Positions positions) {
            return new Places(graph, node, examples, parameters, gradients, positions);
        }
        return new Moves(graph, node, examples, parameters, gradients, operation);
    }

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
        private final int skipped;
        private final int inserted;

        Moves(
                Graph graph,
                Node node,
                int examples,
                double[] parameters,
                double[] gradients,
                SequenceOperation operation) {
            super(graph, node, examples, parameters, gradients);
            Shape x = shapes.get(0);
            skipped = first(operation, x.height()) * x.channels();
            inserted = operation instanceof ClassToken ? x.channels() : 0;
        }

        @Override
        void forward(double[][] inputs, double[] y) {
            for (int i = 0; i < y.length; i++) {
                int place = i % shape.elements();
                y[i] = place < inserted ? parameters[parametersAt + place] : inputs[0][source(i)];
            }
        }

        @Override
        void backward(double[][] inputs, double[] dy, double[][] inputGradients) {
            for (int i = 0; i < dy.length; i++) {
                int place = i % shape.elements();
                if (place < inserted) {
                    gradients[parametersAt + place] += dy[i];
                } else {
                    inputGradients[0][source(i)] += dy[i];
                }
            }
        }

        private static int first(SequenceOperation operation, int steps) {
            if (operation instanceof TakeStep take) {
                return take.index(steps);
            }
            return operation instanceof StepRange range ? range.first() : 0;
        }

        private int source(int i) {
            int example = i / shape.elements();
            return example * shapes.get(0).elements() + skipped + i % shape.elements() - inserted;
        }
    }
}
