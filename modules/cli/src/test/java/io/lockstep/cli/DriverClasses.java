package io.lockstep.cli;

import io.lockstep.cli.LockstepProcess.Outcome;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The classes that a driver loads, in the form in which a JVM shares them with the next one (class data sharing): each of
 * some hundred calls of bin/lockstep starts by a second earlier. A JVM that cannot use the archive does without.
 */
final class DriverClasses {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path ARCHIVE = TARGET.resolve("driver-classes.jsa");

    private DriverClasses() {}

    /** Options of a JVM that uses it. */
    static List<String> options() {
        return List.of("-Xlog:cds*=off", "-XX:SharedArchiveFile=" + archive());
    }

    /** Made by the first call after a build; other test JVMs wait for it. */
    private static synchronized Path archive() {
        try (FileChannel file = FileChannel.open(
                        TARGET.resolve("driver-classes.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            Path release = LockstepProcess.DISTRIBUTION.resolve("RELEASE");
            if (!Files.exists(ARCHIVE)
                    || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(release)) < 0) {
                make();
            }
            return ARCHIVE;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void make() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory(TARGET, "driver-classes");
        Path made = folder.resolve("made.jsa");
        List<String> call = new ArrayList<>();
        call.add(LockstepProcess.DISTRIBUTION.resolve("bin/lockstep").toString());
        call.addAll(List.of("train", "--model", "lenet5", "--workers", "1", "--steps", "1", "--run-dir", "run"));
        call.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        String recording = LockstepProcess.SHORT_LIVED + " -Xlog:cds*=off -XX:ArchiveClassesAtExit=" + made;
        Outcome outcome = LockstepProcess.run(folder, call, Map.of("LOCKSTEP_JAVA_OPTIONS", recording));
        if (outcome.status() != 0) {
            throw new AssertionError(call + "\n" + outcome.out() + outcome.err());
        }
        Files.move(made, ARCHIVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
