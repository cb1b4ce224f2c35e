package io.lockstep.collectives.sharedmemory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Tells whether two processes can share memory: the same running kernel, the same network namespace, the same shared
 * memory file system, the same user. Pods and containers of one machine are hosts of their own unless they share all of
 * these. A hash, so that nothing of it can be read from what a rendezvous logs.
 */
public final class HostIdentity {
    private HostIdentity() {}

    public static String of(Path sharedDirectory) {
        String parts = read(Path.of("/proc/sys/kernel/random/boot_id"))
                + '|'
                + link(Path.of("/proc/self/ns/net"))
                + '|'
                + link(Path.of("/proc/self/ns/user"))
                + '|'
                + device(sharedDirectory)
                + '|'
                + sharedDirectory
                + '|'
                + System.getProperty("user.name");
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(parts.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            return "?" + ProcessHandle.current().pid(); // unknown: alike to nobody
        }
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "?";
        }
    }

    private static String device(Path directory) {
        try {
            return Files.getAttribute(directory, "unix:dev", LinkOption.NOFOLLOW_LINKS) + ":"
                    + Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "?";
        }
    }
}
