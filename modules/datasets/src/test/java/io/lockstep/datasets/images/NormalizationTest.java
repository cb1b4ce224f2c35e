package io.lockstep.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Normalization;
import java.util.List;
import org.junit.jupiter.api.Test;

class NormalizationTest {
    @Test
    void meanAndDeviationAreThoseOfTheDefinition() {
        // channel 0: 0 and 255 in equal parts; channel 1: always 51
        byte[] pixels = {0, (byte) 255, 51, 51, (byte) 255, 0, 51, 51};
        var set = new ImageDataset("two", new ImageShape(2, 1, 2), List.of("only"), pixels, new byte[2]);
        var normalization = set.normalization();
        assertThat(normalization.mean()).containsExactly(0.5f, 0.2f);
        assertThat(normalization.std()).containsExactly(0.5f, 1f);
    }

    @Test
    void aViewIsMeasuredByItself() {
        ImageDataset set = TestImages.numbered(10, new ImageShape(1, 2, 2));
        assertThat(set.range(new ExampleRange(7, 8)).normalization().mean()).containsExactly(7 / 255f);
    }

    @Test
    void everyByteHasOneValueAChannel() {
        float[][] tables = Normalization.CIFAR10.tables();
        assertThat(tables[2][255]).isEqualTo((1 - 0.4465f) / 0.2616f);
        assertThat(tables[0][0]).isEqualTo(-0.4914f / 0.2470f);
    }

    @Test
    void aDeviationOfZeroIsRefused() {
        assertThatThrownBy(() -> new Normalization(new float[1], new float[1]))
                .hasMessageContaining("standard deviation 0.0");
        assertThatThrownBy(() -> new Normalization(new float[2], new float[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void equalNumbersAreEqual() {
        assertThat(Normalization.unit(3)).isEqualTo(Normalization.unit(3)).hasSameHashCodeAs(Normalization.unit(3));
        assertThat(Normalization.unit(3)).isNotEqualTo(Normalization.CIFAR10);
    }
}
