package io.lockstep.datasets.catalog;

import io.lockstep.datasets.formats.DataFormat;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.IdxFormat;
import io.lockstep.datasets.images.archives.TfRecordFormat;
import io.lockstep.datasets.images.archives.WebDatasetFormat;
import io.lockstep.datasets.images.folders.PictureFoldersFormat;
import io.lockstep.datasets.images.pickles.PickledCifarFormat;
import io.lockstep.datasets.shards.ShardFormat;
import io.lockstep.datasets.text.PassagesFormat;
import io.lockstep.datasets.text.TextFormat;
import java.util.List;
import java.util.stream.Collectors;

/** The formats that are read. To add one: its class, and a line here. */
public final class DataFormats {
    /** In the order in which they are told. */
    static final List<DataFormat> ALL = List.of(
            new CifarFormat(),
            new PickledCifarFormat(),
            new IdxFormat(),
            new PictureFoldersFormat(),
            new WebDatasetFormat(),
            new TfRecordFormat(),
            new TextFormat(),
            new PassagesFormat(),
            new ShardFormat());

    private DataFormats() {}

    /** All of them in one phrase, for help and messages. */
    public static String whatIsRead() {
        List<String> each = ALL.stream().map(DataFormat::whatIsRead).toList();
        int last = each.size() - 1;
        return String.join(", ", each.subList(0, last)) + ", or " + each.get(last) + "; or a .tar.gz of any of them";
    }

    /** {@code a text file ends in .txt}. */
    static String singleFiles() {
        return ALL.stream()
                .flatMap(format -> format.singleFile().stream())
                .map(file -> file.noun() + " ends in " + file.ending())
                .collect(Collectors.joining(", "));
    }
}
