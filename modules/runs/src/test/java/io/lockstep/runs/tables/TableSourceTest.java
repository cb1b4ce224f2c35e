package io.lockstep.runs.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableSourceTest {
    @TempDir
    Path folder;

    private void file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Optional<String> found(String name) throws IOException {
        return TableSource.find(folder.resolve(name).toString(), new LocalStorage())
                .map(table -> table.format().word());
    }

    @Test
    void aTableIsToldByItsFilesEndingsOrTheirFirstBytes() throws IOException {
        file("spark/part-0.snappy.parquet", "PAR1");
        file("spark/_SUCCESS", "");
        file("days/day=1/part-0", "ORC");
        file("people.csv", "a,b");
        file("logs/2026.jsonl.gz", "");
        file("parted/train/rows.csv", "a");
        assertThat(found("spark")).contains("parquet");
        assertThat(found("days")).contains("orc");
        assertThat(found("people.csv")).contains("csv");
        assertThat(found("logs")).contains("json");
        assertThat(found("parted")).contains("csv");
        assertThat(TableSource.named("parquet:hdfs://nn/a"))
                .contains(new TableSource(TableSource.Format.PARQUET, "hdfs://nn/a"));
    }

    @Test
    void whatHasATableBesideOtherDataIsNone() throws IOException {
        file("kaggle/labels.csv", "id,label");
        file("kaggle/train/cat/1.png", "");
        file("texts/names.csv", "a");
        file("texts/one.txt", "a");
        file("empty/_SUCCESS", "");
        for (String each : new String[] {"kaggle", "texts", "empty", "nowhere"}) {
            assertThat(found(each)).as(each).isEmpty();
        }
        assertThat(TableSource.find("cifar10", new LocalStorage())).isEmpty();
        assertThat(TableSource.named("hdfs://nn/a")).isEmpty();
    }
}
