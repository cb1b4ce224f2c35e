package io.lockstep.datasets.images.changes;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.PictureChanges.Policy;
import io.lockstep.datasets.pictures.PictureDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Held against what Pillow and torchvision made of the same pictures: pillow-numbers.txt, and the script beside it. */
class PillowNumbersTest {
    /** @param name {@code hue}, or {@code POLICY:BIN:PictureOperation} */
    private record Case(String name, double magnitude, ImageShape shape, byte[] picture, byte[] changed) {
        static Case of(String line, byte[] picture) {
            String[] parts = line.split("\t");
            String[] shape = parts[2].split(",");
            return new Case(
                    parts[0],
                    Double.parseDouble(parts[1]),
                    new ImageShape(Integer.parseInt(shape[0]), Integer.parseInt(shape[1]), Integer.parseInt(shape[2])),
                    picture,
                    Base64.getDecoder().decode(parts[3]));
        }
    }

    private static List<Case> cases() throws IOException {
        try (InputStream in = PillowNumbersTest.class.getResourceAsStream("pillow-numbers.txt")) {
            List<Case> cases = new ArrayList<>();
            byte[] picture = null;
            for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList()) {
                if (line.startsWith("picture")) {
                    picture = Case.of(line, null).changed;
                } else if (!line.startsWith("#")) {
                    cases.add(Case.of(line, picture));
                }
            }
            return cases;
        }
    }

    private static PictureOperation operation(String name) {
        return PictureOperation.valueOf(
                name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT));
    }

    @Test
    void everyOperationGivesPillowsBytes() throws Exception {
        Set<PictureOperation> seen = new HashSet<>();
        for (Case each : cases()) {
            byte[] picture = each.picture.clone();
            Colours colours = new Colours(each.shape);
            float factor = (float) each.magnitude;
            switch (each.name) {
                case "middle", "cut" -> picture = resized(each);
                case "hue" -> colours.hue(picture, each.magnitude);
                case "brightness" -> colours.brightness(picture, factor);
                case "contrast" -> colours.contrast(picture, factor);
                case "saturation" -> colours.saturation(picture, factor);
                default -> {
                    PictureOperation operation = operation(each.name.split(":")[2]);
                    operation.apply(picture, each.magnitude, colours, new Geometry(each.shape));
                    seen.add(operation);
                }
            }
            assertThat(picture)
                    .as("%s by %s of %s", each.name, each.magnitude, each.shape)
                    .isEqualTo(each.changed);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(PictureOperation.ALL);
    }

    private static byte[] resized(Case of) {
        var whole = new PictureDecoder.Whole(of.shape, of.picture);
        var wanted = new ImageShape(of.shape.channels(), 7, 6);
        byte[] resized = new byte[wanted.size()];
        if (of.name.equals("cut")) {
            whole.cut(2, 3, 5, 7, wanted, resized, 0);
        } else {
            whole.middle((int) of.magnitude, wanted, resized, 0);
        }
        return resized;
    }

    @Test
    void magnitudesAreThoseOfThePapersAsTorchvisionHasThem() throws Exception {
        for (Case each : cases()) {
            if (each.name.contains(":")) {
                String[] parts = each.name.split(":");
                PictureOperation operation = operation(parts[2]);
                double magnitude =
                        operation.magnitude(Policy.valueOf(parts[0]), Integer.parseInt(parts[1]), each.shape);
                assertThat(operation.isSigned() ? Math.abs(each.magnitude) : each.magnitude)
                        .as(each.name)
                        .isEqualTo(magnitude);
            }
        }
    }
}
