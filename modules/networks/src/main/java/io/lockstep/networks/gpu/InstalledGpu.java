package io.lockstep.networks.gpu;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A GPU of this host or container, as NVIDIA's driver lists it.
 *
 * @param index what {@code nvidia-smi} numbers it by, in the order of the bus
 * @param uuid {@code GPU-1c2f...}
 * @param computeCapability {@code 9.0}, or unknown
 * @param driverVersion {@code 550.54.15}, or unknown
 */
public record InstalledGpu(String index, String name, String uuid, String computeCapability, String driverVersion)
        implements Serializable {
    private static final String UNKNOWN = "unknown";
    private static final long TIMEOUT_SECONDS = 10;
    private static final Pattern INDEX = Pattern.compile("\\d+");
    private static final Pattern UUID = Pattern.compile("(GPU|MIG)-\\S+");

    /** ND4J 1.0.0-M2.1's CUDA backend has code for these and none that a driver could translate for later ones. */
    private static final double NEWEST_COMPUTE_CAPABILITY = 8.9;

    /** All of them; none where there is no {@code nvidia-smi}, or it fails. */
    public static List<InstalledGpu> list() {
        List<InstalledGpu> gpus = query("index,name,uuid,compute_cap,driver_version");
        return gpus.isEmpty() ? query("index,name,uuid") : gpus; // drivers before 495 do not tell the capability
    }

    private static List<InstalledGpu> query(String fields) {
        try {
            Process process = new ProcessBuilder("nvidia-smi", "--query-gpu=" + fields, "--format=csv,noheader")
                    .redirectError(ProcessBuilder.Redirect.DISCARD) // complaints of other things than GPUs
                    .start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return List.of();
            }
            return process.exitValue() == 0
                    ? parse(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    : List.of();
        } catch (IOException e) {
            return List.of(); // no such program: no such GPU
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    /**
     * {@code 0, NVIDIA H200, GPU-1c..., 9.0, 550.54.15}, a line each; the last two may be missing. Any other line is a
     * complaint or a warning, and passed over.
     */
    public static List<InstalledGpu> parse(String listing) {
        List<InstalledGpu> gpus = new ArrayList<>();
        for (String line : listing.lines().toList()) {
            String[] parts = line.strip().split("\\s*,\\s*");
            if (parts.length >= 3
                    && INDEX.matcher(parts[0]).matches()
                    && UUID.matcher(parts[2]).matches()) {
                gpus.add(new InstalledGpu(parts[0], parts[1], parts[2], part(parts, 3), part(parts, 4)));
            }
        }
        return gpus;
    }

    private static String part(String[] parts, int index) {
        return index < parts.length ? parts[index] : UNKNOWN;
    }

    /** Why ND4J's CUDA backend cannot run on it; null where it can, as far as is known. */
    public String unsupported() {
        try {
            return Double.parseDouble(computeCapability) > NEWEST_COMPUTE_CAPABILITY
                    ? "ND4J 1.0.0-M2.1's CUDA backend has code for compute capabilities 3.7 to 8.9 and none that a driver"
                            + " could translate: it cannot run on an H100 or H200, nor on anything later"
                    : null;
        } catch (NumberFormatException e) {
            return null; // a driver that does not tell
        }
    }

    @Override
    public String toString() {
        return name + ", compute capability " + computeCapability + ", driver " + driverVersion + ", " + uuid;
    }
}
