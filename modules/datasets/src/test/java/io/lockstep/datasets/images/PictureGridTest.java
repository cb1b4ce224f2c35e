package io.lockstep.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureGridTest {
    /** Two classes: pictures of one grey each, of 28x14 pixels. */
    private static ImageDataset greys(int[] labels, int... greys) {
        ImageShape shape = new ImageShape(1, 28, 14);
        byte[] pixels = new byte[greys.length * shape.size()];
        byte[] classes = new byte[greys.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) greys[i / shape.size()];
            classes[i / shape.size()] = (byte) labels[i / shape.size()];
        }
        return new ImageDataset("greys", shape, List.of("a", "b"), pixels, classes);
    }

    @Test
    void eachClassHasARowOfItsFirstPictures() throws Exception {
        ImageDataset set = greys(new int[] {1, 0, 1, 1}, 10, 20, 30, 40);
        BufferedImage grid = ImageIO.read(new ByteArrayInputStream(PictureGrid.png(set, 2)));
        assertThat(grid.getHeight()).isEqualTo(2 * (56 + 2) + 2); // twice as large, with gaps
        assertThat(grid.getWidth()).isEqualTo(2 * (28 + 2) + 2);
        assertThat(grid.getRGB(10, 30)).isEqualTo(0xff141414); // class a: 20, and no second one
        assertThat(grid.getRGB(40, 30)).isEqualTo(0xff000000);
        assertThat(grid.getRGB(10, 90)).isEqualTo(0xff0a0a0a); // class b: 10, 30, and no room for 40
        assertThat(grid.getRGB(40, 90)).isEqualTo(0xff1e1e1e);
    }
}
