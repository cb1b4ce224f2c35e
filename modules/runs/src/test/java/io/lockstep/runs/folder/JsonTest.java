package io.lockstep.runs.folder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    private record Measured(double loss, Double accuracy, Map<String, Double> measures) {}

    @Test
    void whatIsNoNumberIsNullAndComesBackAsNone() throws Exception {
        String line = Json.line(new Measured(Double.NaN, Double.POSITIVE_INFINITY, Map.of("value", Double.NaN)));
        assertThat(line).isEqualTo("{\"loss\":null,\"accuracy\":null,\"measures\":{\"value\":null}}\n");
        assertThat(Json.parse(line, Measured.class))
                .isEqualTo(new Measured(Double.NaN, Double.NaN, Map.of("value", Double.NaN)));
        assertThat(Json.parse("{\"loss\":\"NaN\"}", Measured.class).loss()).isNaN(); // of an older log
    }

    @Test
    void numbersAreAsTheyAre() throws Exception {
        var measured = new Measured(0.1, 1e-300, Map.of("value", -2.5));
        assertThat(Json.parse(Json.line(measured), Measured.class)).isEqualTo(measured);
        assertThat(Json.parse("{\"loss\":3}", Measured.class).loss()).isEqualTo(3);
    }
}
