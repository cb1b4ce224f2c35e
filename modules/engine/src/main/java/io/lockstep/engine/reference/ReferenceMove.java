package io.lockstep.engine.reference;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.ZeroPadding;

/** Operations that only move elements: concatenation, zero padding, flattening and other shapes, a range of channels. */
final class ReferenceMove implements ReferenceNode {
    private final ReferenceSite site;
    private final Operation operation;

    ReferenceMove(ReferenceSite site) {
        this.site = site;
        operation = site.node().operation();
    }

    private interface Direction {
        void element(int from, int input, int to);
    }

    @Override
    public void forward(double[][] inputs, double[] y) {
        forEach((from, input, to) -> y[to] = inputs[input][from]);
    }

    @Override
    public void backward(double[][] inputs, double[] y, double[] dy, double[][] inputGradients) {
        forEach((from, input, to) -> inputGradients[input][from] += dy[to]);
    }

    private void forEach(Direction move) {
        Shape to = site.node().shape();
        int channelsBefore = 0;
        for (int input = 0; input < site.shapes().size(); input++) {
            Shape from = site.shapes().get(input);
            for (int n = 0; n < site.examples(); n++) {
                for (int h = 0; h < from.height(); h++) {
                    for (int w = 0; w < from.width(); w++) {
                        for (int c = firstChannel(); c < lastChannel(from); c++) {
                            int target = place(from, to, h, w, c + channelsBefore);
                            move.element(ReferenceNetwork.index(from, n, h, w, c), input, n * to.elements() + target);
                        }
                    }
                }
            }
            channelsBefore += from.channels();
        }
    }

    private int firstChannel() {
        return operation instanceof ChannelRange range ? range.first() : 0;
    }

    private int lastChannel(Shape from) {
        return operation instanceof ChannelRange range ? range.first() + range.count() : from.channels();
    }

    private int place(Shape from, Shape to, int h, int w, int c) {
        if (operation instanceof Reshape) {
            return ReferenceNetwork.index(from, 0, h, w, c);
        } else if (operation instanceof Flatten flatten) {
            return flatten.channelsFirst()
                    ? (c * from.height() + h) * from.width() + w
                    : (h * from.width() + w) * from.channels() + c;
        } else if (operation instanceof ZeroPadding padding) {
            return ReferenceNetwork.index(to, 0, h + padding.top(), w + padding.left(), c + padding.channelsBefore());
        }
        return ReferenceNetwork.index(to, 0, h, w, c - firstChannel());
    }
}
