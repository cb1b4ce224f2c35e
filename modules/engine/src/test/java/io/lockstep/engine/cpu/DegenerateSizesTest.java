package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@link DegenerateSizes} in a process of its own, as what is wrong there may end it; another one then goes on behind the
 * case that did. Of some sizes; of all of them by
 *
 * <pre>
 *   mvn -pl modules/engine -am test -Dtest=DegenerateSizesTest -Dsurefire.failIfNoSpecifiedTests=false -Dlockstep.sizes=all
 * </pre>
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DegenerateSizesTest {
    private static final int MOST_CRASHES = 5;

    @Test
    void everyOperationIsTheReferencesAtItsSmallestSizes(@TempDir Path folder) throws Exception {
        Path journal = folder.resolve("journal");
        List<String> wrong = new ArrayList<>();
        int first = 0;
        while (!isDone(journal) && wrong.size() < MOST_CRASHES) {
            int status = run(journal, first);
            if (!isDone(journal)) {
                String last =
                        lines(journal, "begin").get(lines(journal, "begin").size() - 1);
                wrong.add("the process ended with " + status + " in: " + last);
                first = Integer.parseInt(last.split(" ")[1]) + 1;
            }
        }
        wrong.addAll(lines(journal, "wrong"));
        assertThat(wrong).isEmpty();
        assertThat(lines(journal, "begin")).hasSizeGreaterThan(500);
        assertThat(lines(journal, "refused")).allMatch(line -> line.contains("pooling with as much padding"));
    }

    private static int run(Path journal, int first) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                        "-XX:ErrorFile=" + journal.resolveSibling("hs_err.log"),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        DegenerateSizes.class.getName(),
                        journal.toString(),
                        String.valueOf(first),
                        System.getProperty("lockstep.sizes", "few"))
                .directory(journal.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        Redirect.appendTo(journal.resolveSibling("output").toFile()))
                .start();
        return process.waitFor();
    }

    private static boolean isDone(Path journal) throws IOException {
        return Files.exists(journal) && !lines(journal, "end").isEmpty();
    }

    private static List<String> lines(Path journal, String kind) throws IOException {
        if (!Files.exists(journal)) {
            throw new IOException("the process wrote nothing: " + Files.readString(journal.resolveSibling("output")));
        }
        return Files.readAllLines(journal).stream()
                .filter(line -> line.startsWith(kind))
                .toList();
    }
}
