package io.lockstep.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {
    private static final Field FEATURES = Field.float32(Batch.FEATURES, 2);
    private static final Field AGE = Field.int32("age");

    private final Batch batch =
            new Batch(3, 10, Column.ofFloats(FEATURES, 1, 2, 3, 4, 5, 6), Column.ofInts(AGE, 30, 40, 50));

    @Test
    void columnsAreFoundByNameAndSayWhatTheyHold() {
        assertThat(batch.features().getFloat(4 * Float.BYTES)).isEqualTo(5);
        assertThat(batch.features().order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(batch.column("age").ints().get(1)).isEqualTo(40);
        assertThat(batch.has(Batch.LABELS)).isFalse();
        assertThat(batch).hasToString("3 examples of [features: FLOAT32 (2), age: INT32 ()]");
        assertThatThrownBy(batch::labels).hasMessageContaining("no column 'labels'; it has [features, age]");
        assertThatThrownBy(() -> batch.column("age").floats()).hasMessageContaining("'age' holds int32, not float32");
    }

    @Test
    void aSliceIsOfAllColumnsInTheSameMemory() {
        Batch slice = batch.slice(1, 2);
        assertThat(slice.size()).isEqualTo(2);
        assertThat(slice.firstExample()).isEqualTo(11);
        assertThat(slice.column(Batch.FEATURES).floats().get(0)).isEqualTo(3);
        assertThat(slice.column("age").ints().remaining()).isEqualTo(2);
        slice.column("age").putInts(0, 41);
        assertThat(batch.column("age").ints().get(1)).isEqualTo(41);
    }

    @Test
    void columnsOfAnotherNumberOfExamplesOrOfOneNameAreRefused() {
        Column ages = batch.column("age");
        assertThatThrownBy(() -> new Batch(2, 0, ages)).hasMessageContaining("2 examples with 3 values of age");
        assertThatThrownBy(() -> new Batch(3, 0, ages, ages)).hasMessageContaining("two columns 'age'");
        assertThatThrownBy(() -> Column.ofFloats(FEATURES, 1, 2, 3)).hasMessageContaining("3 values");
        assertThatThrownBy(() -> batch.column(Batch.FEATURES).putFloats(0, 1))
                .hasMessageContaining("1 values for an example of features");
    }

    @Test
    void allocatedMemoryIsAlignedAndHoldsNothingUntilItIsPresented() {
        Batch empty = Batch.allocate(List.of(FEATURES, AGE), 5);
        assertThat(empty.size()).isZero();
        assertThat(empty.features().remaining()).isZero();
        empty.clear();
        empty.column(Batch.FEATURES).putFloats(4, 7, 8);
        empty.present(5, 20);
        assertThat(empty.features().remaining()).isEqualTo(5 * 2 * Float.BYTES);
        assertThat(empty.features().getFloat(9 * Float.BYTES)).isEqualTo(8);
        assertThat(empty.features().alignmentOffset(0, 64)).isZero();
    }

    @Test
    void examplesWithoutFeaturesHaveNoShape() {
        assertThatThrownBy(() -> ImageShape.ofFeatures(List.of())).hasMessageContaining("without a field");
    }
}
