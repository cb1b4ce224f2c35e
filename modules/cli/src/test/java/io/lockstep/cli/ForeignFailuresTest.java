package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class ForeignFailuresTest {
    private static String line(Throwable failure) {
        String line = ForeignFailures.line(failure).orElseThrow();
        assertThat(line.lines()).hasSize(1);
        return line;
    }

    @Test
    void whatTheSystemSaysIsToldWithThePathOrTheName() {
        assertThat(line(new AccessDeniedException("/some/file"))).isEqualTo("/some/file: permission denied");
        assertThat(line(new UncheckedIOException(new NoSuchFileException("/some/file"))))
                .isEqualTo("/some/file: no such file or folder");
        assertThat(line(new IOException("No space left on device"))).isEqualTo("No space left on device");
        assertThat(line(new IllegalStateException(new UnknownHostException("somehost: not known"))))
                .contains("somehost")
                .contains("/etc/hosts");
        assertThat(line(new ExceptionInInitializerError(new UnresolvedAddressException())))
                .contains("does not resolve")
                .contains("SPARK_LOCAL_IP");
    }

    @Test
    void whatSparkSaysIsToldInItsFirstLineWithItsCause() {
        assertThat(line(new SparkException("Invalid Spark URL: spark://a@bad_host:1")))
                .isEqualTo("Invalid Spark URL: spark://a@bad_host:1");
        assertThat(line(new SparkException("Exception thrown in awaitResult: \n\tat a", new IOException("refused"))))
                .isEqualTo("Exception thrown in awaitResult: refused");
    }

    @Test
    void aPathThatIsNoneSaysWhy() {
        InvalidPathException zero = null;
        try {
            Path.of("a\0b");
        } catch (InvalidPathException e) {
            zero = e;
        }
        assertThat(line(zero)).contains("is no path").contains("Nul character not allowed");
    }

    @Test
    void whatOnlyOurCodeCanHaveDoneIsNot() {
        assertThat(ForeignFailures.line(new IllegalStateException("a step is missing")))
                .isEmpty();
        assertThat(ForeignFailures.line(new NullPointerException())).isEmpty();
    }
}
