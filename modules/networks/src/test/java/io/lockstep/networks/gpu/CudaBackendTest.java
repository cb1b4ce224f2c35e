package io.lockstep.networks.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4jBackend;

class CudaBackendTest {
    private static final String FIRST = "GPU-8f4c7a1e-0b6d-11ee-be56-0242ac120002";
    private static final String SECOND = "GPU-5a1e8f4c-7a1e-0b6d-11ee-be560242ac12";
    private static final List<InstalledGpu> TWO =
            InstalledGpu.parse("""
            0, NVIDIA A100-SXM4-80GB, FIRST, 8.0
            1, NVIDIA A100-SXM4-80GB, SECOND
            """.replace("FIRST", FIRST).replace("SECOND", SECOND));

    @Test
    void aGpuIsFoundByItsUuidWhereverCudaCountsIt() {
        assertThat(CudaBackend.deviceOf("0", TWO, List.of(SECOND, FIRST))).isEqualTo(1);
        assertThat(CudaBackend.deviceOf("1", TWO, List.of(SECOND, FIRST))).isZero();
        assertThat(CudaBackend.deviceOf(SECOND, TWO, List.of(FIRST, SECOND))).isEqualTo(1);
    }

    @Test
    void aGpuThatCudaDoesNotSeeIsNeverExchangedForAnother() {
        assertThatThrownBy(() -> CudaBackend.deviceOf("1", TWO, List.of(FIRST)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(SECOND)
                .hasMessageContaining("CUDA_VISIBLE_DEVICES");
        assertThatThrownBy(() -> CudaBackend.deviceOf("2", TWO, List.of(FIRST, SECOND)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nvidia-smi lists");
        assertThatThrownBy(() -> CudaBackend.deviceOf("0", List.of(), List.of()))
                .hasMessageContaining("nvidia-smi lists none");
    }

    @Test
    void aGpuThatTheBackendHasNoCodeForIsRefused() {
        List<InstalledGpu> newer = InstalledGpu.parse("0, NVIDIA H200, " + FIRST + ", 9.0");

        assertThatThrownBy(() -> CudaBackend.deviceOf("0", newer, List.of(FIRST)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("NVIDIA H200")
                .hasMessageContaining("runtime = auto");
    }

    @Test
    void whatAListingLeavesOutIsUnknown() {
        List<InstalledGpu> listed = InstalledGpu.parse("""
                0, NVIDIA H200, FIRST, 9.0, 550.54.15
                1, NVIDIA H200, FIRST, 9.0
                2, NVIDIA H200, FIRST
                No devices were found
                WARNING: infoROM is corrupted at gpu 0000:00:04.0, replace it, or do not, as you like
                """.replace("FIRST", FIRST));

        assertThat(listed)
                .extracting(InstalledGpu::toString)
                .containsExactly(
                        "NVIDIA H200, compute capability 9.0, driver 550.54.15, " + FIRST,
                        "NVIDIA H200, compute capability 9.0, driver unknown, " + FIRST,
                        "NVIDIA H200, compute capability unknown, driver unknown, " + FIRST);
    }

    @Test
    void uuidsAreWrittenAsNvidiaSmiWritesThem() {
        byte[] bytes = HexFormat.of().parseHex(FIRST.substring(4).replace("-", ""));

        assertThat(CudaBackend.shown(bytes)).isEqualTo(FIRST);
    }

    /** As ND4J finds its backends: the file in each jar that names them. */
    @Test
    void aHiddenBackendIsNotFoundWhereAnotherIs(@TempDir Path folder) throws Exception {
        String services = "META-INF/services/" + Nd4jBackend.class.getName();
        List<URL> jars = new ArrayList<>();
        for (String name : List.of("nd4j-cuda-11.6-1.0.0-M2.1.jar", "nd4j-native-1.0.0-M2.1.jar")) {
            Path jar = folder.resolve(name);
            try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
                out.putNextEntry(new ZipEntry(services));
            }
            jars.add(jar.toUri().toURL());
        }
        try (var both = new URLClassLoader(jars.toArray(URL[]::new), null)) {
            assertThat(Collections.list(both.getResources(services))).hasSize(2);
            assertThat(Collections.list(new WithoutCuda(both).getResources(services)))
                    .singleElement()
                    .asString()
                    .contains("nd4j-native");
        }
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(CudaBackend.isPresent()).isFalse(); // in this build's tests
        assertThatThrownBy(() -> CudaBackend.claim("0"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mvn -P cuda package");
    }
}
