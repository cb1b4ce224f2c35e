package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors are used where the JVM makes instructions of them, and nowhere else. */
class VectorModuleTest {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";

    @ParameterizedTest
    @CsvSource({
        MODULE + ", true",
        "-Dnothing=here, false",
        MODULE + " -XX:TieredStopAtLevel=1, false",
        MODULE + " -Xint, false",
        MODULE + " -XX:-TieredCompilation, true",
    })
    void vectorsAreUsedWhereTheyAreCompiled(String flags, boolean used) throws Exception {
        assertThat(inJvmWith(flags)).isEqualTo(String.valueOf(used));
    }

    /** What {@link #main} says in a JVM of its own. */
    private static String inJvmWith(String flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags.split(" ")));
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, VectorModuleTest.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.strip();
    }

    public static void main(String[] args) {
        System.out.println(VectorModule.isUsed());
    }
}
