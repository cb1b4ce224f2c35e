package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.runs.settings.UsageException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    private static final ImageShape SHAPE = new ImageShape(1, 2, 2);

    @TempDir
    Path folder;

    private void write(String name, int grey) throws IOException {
        var image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, 2, 2, new int[] {grey, grey, grey, grey});
        ImageIO.write(image, "png", folder.resolve(name).toFile());
    }

    @Test
    void picturesComeByNumberAndWhatSystemsLeaveIsNone() throws Exception {
        write("10.png", 60);
        write("9.PNG", 129);
        write("b.png", 0);
        Files.write(folder.resolve("._9.png"), new byte[4096]);
        Files.write(folder.resolve("_10.png"), new byte[10]);
        Files.writeString(folder.resolve("notes.txt"), "none");
        Files.createDirectory(folder.resolve("more.png"));
        ImageFolder pictures = ImageFolder.of(folder);
        assertThat(pictures.ids()).containsExactly("9", "10", "b");
        var set = pictures.read(0, 3, SHAPE, List.of("none"));
        assertThat(set.pixel(0, 0, 1, 1)).isEqualTo(129);
        assertThat(set.pixel(1, 0, 0, 0)).isEqualTo(60);
    }

    @Test
    void aBrokenPictureIsNamed() throws Exception {
        write("1.png", 60);
        byte[] whole = Files.readAllBytes(folder.resolve("1.png"));
        Files.write(folder.resolve("2.png"), Arrays.copyOf(whole, whole.length - 5));
        ImageFolder pictures = ImageFolder.of(folder);
        assertThatThrownBy(() -> pictures.read(0, 2, SHAPE, List.of("none")))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageStartingWith(folder.resolve("2.png") + " is a truncated PNG");
    }

    @Test
    void twoPicturesOfOneIdAreRefused() throws Exception {
        write("1.png", 60);
        Files.copy(folder.resolve("1.png"), folder.resolve("1.jpg"));
        assertThatThrownBy(() -> ImageFolder.of(folder))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("1.jpg and 1.png would have the same id, 1");
    }

    @Test
    void aFolderWithoutPicturesIsRefused() throws Exception {
        Files.write(folder.resolve(".hidden.png"), new byte[3]);
        assertThatThrownBy(() -> ImageFolder.of(folder))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has no .png or .jpg files");
    }
}
