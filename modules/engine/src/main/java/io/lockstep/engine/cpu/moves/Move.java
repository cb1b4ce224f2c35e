package io.lockstep.engine.cpu.moves;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.cpu.node.Machine;
import io.lockstep.engine.cpu.onednn.Calls;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.cpu.onednn.Reorder;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import org.bytedeco.dnnl.dnnl_memory_desc_t;
import org.bytedeco.javacpp.Pointer;

/** Concatenation, zero padding, flattening and other shapes, and a range of channels: elements copied into their places, and back. */
final class Move implements AutoCloseable {
    private final Shape from;
    private final Shape to;
    private final Operation operation;
    private final long placeBytes;
    private final Calls there;
    private final Calls back;

    /** @param channelsBefore of the inputs before this one */
    Move(Machine plan, Operation operation, Shape from, Shape to, int channelsBefore) {
        this.operation = operation;
        boolean part = operation instanceof ChannelRange; // its output has a place in its input
        this.from = part ? to : from;
        this.to = part ? from : to;
        placeBytes = Float.BYTES * place(channelsBefore);
        there = new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> Reorder.primitive(inner(examples), outer(examples), false),
                (primitive, examples) -> Reorder.call(primitive, inner(examples), outer(examples)));
        back = new Calls(
                plan.lanes(),
                plan.capacity(),
                examples -> Reorder.primitive(outer(examples), inner(examples), false),
                (primitive, examples) -> Reorder.call(primitive, outer(examples), inner(examples)));
    }

    /** Element of the output of an example where the input's first element goes. */
    private long place(int channelsBefore) {
        if (operation instanceof ZeroPadding padding) {
            return ((long) padding.top() * to.width() + padding.left()) * to.channels() + padding.channelsBefore();
        }
        return operation instanceof ChannelRange range ? range.first() : channelsBefore;
    }

    ExampleTask forwardTask(Tensor x, Tensor y) {
        return operation instanceof ChannelRange ? take(x, y) : put(x, y);
    }

    ExampleTask backwardTask(Tensor dy, Tensor dx) {
        return operation instanceof ChannelRange ? put(dy, dx) : take(dy, dx);
    }

    private ExampleTask put(Tensor x, Tensor y) {
        return ExampleTask.of(there, (lane, first, end) -> {
            if (operation instanceof ZeroPadding || operation instanceof ChannelRange) {
                Pointer.memset(lane.at(y.addressOf(first)), 0, (end - first) * y.exampleBytes());
            }
            there.get(lane, end - first)
                    .set(0, x.addressOf(first))
                    .set(1, y.addressOf(first) + placeBytes)
                    .execute(lane);
        });
    }

    private ExampleTask take(Tensor dy, Tensor dx) {
        return ExampleTask.of(
                back,
                (lane, first, end) -> back.get(lane, end - first)
                        .set(0, dy.addressOf(first) + placeBytes)
                        .set(1, dx.addressOf(first))
                        .execute(lane));
    }

    private dnnl_memory_desc_t inner(int examples) {
        return OneDnn.nhwc(examples, from);
    }

    /** The input's dimensions with the output's strides. */
    private dnnl_memory_desc_t outer(int examples) {
        long[] dimensions = {examples, from.channels(), from.height(), from.width()};
        if (operation instanceof Reshape) {
            return inner(examples);
        }
        if (operation instanceof Flatten flatten) {
            return flatten.channelsFirst()
                    ? OneDnn.strided(dimensions, new long[] {from.elements(), from.pixels(), from.width(), 1})
                    : inner(examples);
        }
        long row = (long) to.width() * to.channels();
        return OneDnn.strided(dimensions, new long[] {to.elements(), 1, row, to.channels()});
    }

    @Override
    public void close() {
        there.close();
        back.close();
    }
}
