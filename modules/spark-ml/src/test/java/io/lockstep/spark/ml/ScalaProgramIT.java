package io.lockstep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages from Scala, whose compiler reads a program as anybody would write it. */
class ScalaProgramIT {
    @TempDir
    Path folder;

    @Test
    void aScalaProgramCompilesAndTrains() throws Exception {
        Path source = Path.of("src/test/resources/Sides.scala").toAbsolutePath();
        Path classes = Files.createDirectories(folder.resolve("classes"));
        boolean compiled = scala.tools.nsc.Main.process(new String[] {
            "-classpath", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString()
        });
        assertThat(compiled).isTrue();
        String parquet = folder.resolve("points").toString();
        PointsFrame.POINTS.drop("features", "label").write().parquet(parquet);

        try (var loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Object accuracy = loader.loadClass("Sides")
                    .getMethod("train", SparkSession.class, String.class, String.class, String.class)
                    .invoke(
                            null,
                            PointsFrame.SPARK,
                            new LockstepEstimator()
                                    .setNetwork(TestNetworks.classifier(2, 3))
                                    .getNetwork(),
                            parquet,
                            folder.resolve("model").toString());

            assertThat((Double) accuracy).isGreaterThan(0.8);
        }
    }
}
