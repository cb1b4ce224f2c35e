package io.lockstep.datasets.images.folders;

import static io.lockstep.datasets.images.folders.Pngs.plain;
import static io.lockstep.datasets.images.folders.Pngs.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DataSurvey;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.catalog.DatasetDescription;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told of a folder of pictures. */
class PictureSurveyTest {
    @TempDir
    Path folder;

    private DataSource open() throws IOException {
        return new DataCatalog(new LocalStorage(), "nowhere").resolve(folder.toString());
    }

    private void writePictures() throws IOException {
        for (int i = 0; i < 10; i++) {
            write(folder.resolve("train/cat/" + i + ".png"), plain(4, 6, false));
            write(folder.resolve("train/dog/" + i + ".png"), plain(4, 6, false));
        }
        write(folder.resolve("test/cat/0.png"), plain(4, 6, false));
        write(folder.resolve("test/dog/_none"), new byte[0]);
    }

    @Test
    void aSoundFolderIsMeasuredAndItsSizesAreTold() throws Exception {
        writePictures();
        write(folder.resolve("train/cat/notes.txt"), "mine".getBytes(StandardCharsets.UTF_8));
        DataSurvey survey = open().survey();
        DatasetDescription set = DatasetDescription.of(open(), survey);
        assertThat(survey.readable()).isTrue();
        assertThat(survey.remarks())
                .containsExactly(
                        "pictures by size: 21 of 4x6",
                        "left out, as they are no pictures by their names: " + folder + "/train/cat/notes.txt");
        assertThat(set.trainClassCounts()).containsExactly(10, 10);
        assertThat(set.testClassCounts()).containsExactly(1, 0);
        assertThat(set.normalization()).isNotNull();
    }

    @Test
    void everyUnreadablePictureIsNamedBesideTheCountsOfClasses() throws Exception {
        writePictures();
        byte[] png = plain(4, 6, false);
        write(folder.resolve("train/dog/3.png"), Arrays.copyOf(png, png.length - 5));
        write(folder.resolve("test/cat/0.png"), "<html>".getBytes(StandardCharsets.UTF_8));
        write(folder.resolve("train/cat/7.png"), plain(9, 9, false));
        DataSurvey survey = open().survey();
        DatasetDescription set = DatasetDescription.of(open(), survey);
        assertThat(survey.readable()).isFalse();
        assertThat(survey.remarks())
                .containsExactly(
                        "pictures by size: 18 of 4x6, 1 of 9x9 (" + folder
                                + "/train/cat/7.png first); image-size = HEIGHTxWIDTH resizes them all",
                        "unreadable: " + folder + "/test/cat/0.png is neither PNG nor JPEG, but XML or HTML",
                        "unreadable: " + folder + "/train/dog/3.png is a truncated PNG: it ends after "
                                + (png.length - 5) + " bytes");
        assertThat(set.trainClassCounts()).containsExactly(10, 10);
        assertThat(set.normalization()).isNull();
    }
}
