package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.ElementType;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Pass;
import io.lockstep.training.FlatBuffers;
import java.nio.ByteBuffer;
import java.util.List;

/** A plan, and the values that a turn gives to its slots. */
final class FedPlan {
    private final PlacedPlan plan;
    private final GameValues values;
    private final String[] columns;
    private final String[] names; // null: the same numbers always
    private final ByteBuffer[] always;
    private final int[] bytes; // of an example

    /** @throws IllegalArgumentException if a value is read as another number of numbers elsewhere */
    FedPlan(PlacedPlan plan, List<PassWiring.Slot> slots, GameValues values) {
        this.plan = plan;
        this.values = values;
        columns = new String[slots.size()];
        names = new String[slots.size()];
        always = new ByteBuffer[slots.size()];
        bytes = new int[slots.size()];
        for (int slot = 0; slot < columns.length; slot++) {
            columns[slot] = PassWiring.columnOf(slot);
            names[slot] = slots.get(slot).value();
            Input input = input(columns[slot]);
            bytes[slot] = input.shape().elements() * ElementType.BYTES;
            if (names[slot] == null) {
                always[slot] = filled(input, slots.get(slot).always());
            } else {
                values.require(names[slot], input.shape().elements(), input.type());
            }
        }
    }

    private Input input(String column) {
        return plan.plan().graph().inputs().stream()
                .map(node -> (Input) node.operation())
                .filter(input -> input.column().equals(column))
                .findFirst()
                .orElseThrow();
    }

    private ByteBuffer filled(Input input, double number) {
        int elements = plan.plan().capacity() * input.shape().elements();
        ByteBuffer buffer = FlatBuffers.allocate(elements);
        for (int i = 0; i < elements; i++) {
            if (input.type() == ElementType.INT32) {
                buffer.putInt(i * ElementType.BYTES, (int) number);
            } else {
                buffer.putFloat(i * ElementType.BYTES, (float) number);
            }
        }
        return buffer;
    }

    PlacedPlan plan() {
        return plan;
    }

    int slots() {
        return columns.length;
    }

    /** The plan's pass, ready to run. */
    Pass given(Batch batch, long seed) {
        Pass pass = plan.plan().pass().clear().examples(batch.size()).firstExample(batch.firstExample());
        for (int slot = 0; slot < columns.length; slot++) {
            ByteBuffer numbers =
                    names[slot] != null ? values.of(names[slot]) : always[slot].limit(batch.size() * bytes[slot]);
            pass.set(columns[slot], numbers);
        }
        return pass.seed(seed);
    }
}
