package io.lockstep.datasets.images.changes;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.PictureChanges;
import io.lockstep.datasets.PictureChanges.Jitter;
import io.lockstep.datasets.PictureChanges.Policy;
import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.images.changes.PictureEditor.Box;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PictureEditorTest {
    private static final ImageShape SHAPE = new ImageShape(3, 20, 24);
    private static final Jitter JITTER = new Jitter(0.4, 0.4, 0.4, 0.1);

    private static byte[] picture() {
        byte[] picture = new byte[SHAPE.size()];
        SplitMix64 random = new SplitMix64().start(3, 0, 0);
        for (int i = 0; i < picture.length; i++) {
            picture[i] = (byte) random.nextInt(256);
        }
        return picture;
    }

    private static byte[] edited(PictureChanges changes, long seed, int example, long epoch) {
        byte[] picture = picture();
        new PictureEditor(SHAPE, changes, seed).edit(picture, example, epoch);
        return picture;
    }

    @Test
    void changesAreAFunctionOfSeedEpochAndExample() {
        for (PictureChanges changes : List.of(
                new PictureChanges(JITTER, Policy.NONE, 2, 9, 0),
                new PictureChanges(Jitter.NONE, Policy.RANDAUGMENT, 2, 9, 0),
                new PictureChanges(Jitter.NONE, Policy.TRIVIALAUGMENT, 2, 9, 0))) {
            Set<List<Byte>> different = new HashSet<>();
            for (int example = 0; example < 20; example++) {
                byte[] once = edited(changes, 1, example, 0);
                assertThat(edited(changes, 1, example, 0)).isEqualTo(once);
                different.add(List.of(once[0], once[77], once[400], once[999], once[1300]));
                byte[] later = edited(changes, 1, example, 1);
                different.add(List.of(later[0], later[77], later[400], later[999], later[1300]));
            }
            assertThat(different).as("%s", changes).hasSizeGreaterThan(15);
        }
        assertThat(edited(PictureChanges.NONE, 1, 0, 0)).isEqualTo(picture());
    }

    @Test
    void randomErasingTakesItsShareOfPicturesAndOfTheirAreas() {
        var editor = new PictureEditor(SHAPE, new PictureChanges(Jitter.NONE, Policy.NONE, 2, 9, 0.25), 1);
        int erased = 0;
        for (int example = 0; example < 4000; example++) {
            Box box = editor.erased(example, 0);
            if (box != null) {
                erased++;
                double share = (double) box.height() * box.width() / SHAPE.planeSize();
                assertThat(share).isBetween(0.005, 0.36); // of whole pixels
                assertThat(box.top() + box.height()).isLessThanOrEqualTo(SHAPE.height());
                assertThat(box.left() + box.width()).isLessThanOrEqualTo(SHAPE.width());
            }
        }
        assertThat(erased).isBetween(900, 1100);
    }

    @Test
    void randomCropsLieWithinThePictureAndAreOfAllSizes() {
        SplitMix64 random = new SplitMix64();
        double least = 1;
        double most = 0;
        for (int i = 0; i < 2000; i++) {
            Box box = PictureEditor.crop(random.start(1, 0, i), 375, 500, 0.08);
            double share = box.height() * box.width() / (375.0 * 500);
            least = Math.min(least, share);
            most = Math.max(most, share);
            assertThat((double) box.width() / box.height()).isBetween(0.73, 1.36);
            assertThat(box.top() + box.height()).isLessThanOrEqualTo(375);
            assertThat(box.left() + box.width()).isLessThanOrEqualTo(500);
        }
        assertThat(least).isBetween(0.079, 0.1);
        assertThat(most).isGreaterThan(0.9);
        Box thin = PictureEditor.crop(random.start(1, 0, 0), 10, 1000, 0.9);
        assertThat(thin).isEqualTo(new Box(0, 493, 10, 13)); // no such part is found: the middle of it
    }
}
