package io.lockstep.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.InvalidPathException;
import org.junit.jupiter.api.Test;

class FileNamesTest {
    @Test
    void aCharsetNamesWhatItHasLettersFor() {
        assertThat(FileNames.canName("ANSI_X3.4-1968", "/runs/one")).isTrue();
        assertThat(FileNames.canName("ANSI_X3.4-1968", "/l\u00e4ufe")).isFalse();
        assertThat(FileNames.canName("ISO-8859-1", "/l\u00e4ufe")).isTrue();
        assertThat(FileNames.canName("ISO-8859-1", "/\u65e5")).isFalse();
        assertThat(FileNames.canName("UTF-8", "/\u65e5")).isTrue();
        assertThat(FileNames.canName("x-none", "/runs/one")).isTrue();
        assertThat(FileNames.canName("x-none", "/l\u00e4ufe")).isFalse();
    }

    @Test
    void aPathThatIsNoneInAnyLocaleIsNotBlamedOnTheLocale() {
        assertThat(FileNames.fault(new InvalidPathException("a b", "for a reason")))
                .isEqualTo("a b is no path: for a reason");
    }
}
