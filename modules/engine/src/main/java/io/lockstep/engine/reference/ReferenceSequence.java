package io.lockstep.engine.reference;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepMask;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import java.util.List;

/** What nodes on sequences have in common, and the small ones. */
abstract class ReferenceSequence implements ReferenceNode {
    final List<Shape> shapes;
    final Shape shape;
    final int examples;
    final int parametersAt;
    final double[] parameters;
    final double[] gradients;

    ReferenceSequence(ReferenceSite site) {
        shapes = site.shapes();
        shape = site.node().shape();
        examples = site.examples();
        parametersAt = site.parametersAt();
        parameters = site.parameters();
        gradients = site.gradients();
    }

    static ReferenceNode table(ReferenceSite site) {
        return new Table(site, (Embedding) site.node().operation());
    }

    static ReferenceNode mask(ReferenceSite site) {
        return new Mask(site, ((TimeStepMask) site.node().operation()).nothing());
    }

    static ReferenceNode places(ReferenceSite site) {
        return new Places(site, (Positions) site.node().operation());
    }

    static ReferenceNode steps(ReferenceSite site) {
        return new Steps(site, site.node().operation());
    }

    /** Embedding: time step i of the batch reads the column that its number names. */
    private static final class Table extends ReferenceSequence {
        private final int units;
        private final int vocabulary;

        Table(ReferenceSite site, Embedding embedding) {
            super(site);
            units = embedding.units();
            vocabulary = embedding.vocabulary();
        }

        @Override
        public void forward(double[][] inputs, double[] y) {
            for (int i = 0; i < y.length; i++) {
                y[i] = parameters[place(inputs[0], i)];
            }
        }

        @Override
        public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
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

        Mask(ReferenceSite site, double nothing) {
            super(site);
            this.nothing = nothing;
        }

        @Override
        public void forward(double[][] inputs, double[] y) {
            int features = shapes.get(0).channels();
            for (int i = 0; i < inputs[0].length; i++) {
                if (inputs[0][i] != nothing) {
                    y[i / features] = 1;
                }
            }
        }

        @Override
        public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
            // it is flat
        }
    }

    private static final class Places extends ReferenceSequence {
        private final boolean learned;

        Places(ReferenceSite site, Positions positions) {
            super(site);
            learned = positions.learned();
        }

        @Override
        public void forward(double[][] inputs, double[] y) {
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
        public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
            for (int i = 0; i < dy.length; i++) {
                inputGradients[0][i] += dy[i];
                if (learned) {
                    gradients[parametersAt + i % shape.elements()] += dy[i];
                }
            }
        }
    }

    /** What only moves elements, or puts parameters beside them. */
    private static final class Steps extends ReferenceSequence {
        private final Operation operation;
        private final int inserted;

        Steps(ReferenceSite site, Operation operation) {
            super(site);
            this.operation = operation;
            inserted = operation instanceof ClassToken ? shapes.get(0).channels() : 0;
        }

        @Override
        public void forward(double[][] inputs, double[] y) {
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
        public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
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

        /** First time step of what is taken, or -1. */
        private int first(double[][] inputs, int example) {
            int steps = shapes.get(0).height();
            if (operation instanceof TimeStepRange range) {
                return range.first();
            }
            for (int i = 0; operation instanceof TakeTimeStep take && i < steps; i++) {
                int step = take.candidate(i, steps);
                if (!take.masked() || inputs[1][example * steps + step] != 0) {
                    return step;
                }
            }
            return operation instanceof TakeTimeStep ? -1 : 0;
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
