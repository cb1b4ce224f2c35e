package io.lockstep.cli;

import io.lockstep.datasets.storage.FileNames;
import io.lockstep.spark.NamelessUser;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.security.auth.login.LoginException;
import org.apache.spark.SparkException;

/** Failures that are no fault of Lockstep's, though nobody foresaw them: what the system, a disk or Spark said, in a line. */
final class ForeignFailures {
    private static final int DEEPEST = 20;

    private ForeignFailures() {}

    /** Empty for what can only be a fault of ours. */
    static Optional<String> line(Throwable failure) {
        List<Throwable> chain = chain(failure);
        for (Throwable each : chain) {
            Optional<String> known = known(each);
            if (known.isPresent()) {
                return known;
            }
        }
        return chain.stream().filter(ForeignFailures::isForeign).findFirst().map(each -> spark(each, chain));
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable each = failure; each != null && chain.size() < DEEPEST; each = each.getCause()) {
            chain.add(each);
        }
        return chain;
    }

    private static Optional<String> known(Throwable failure) {
        if (failure instanceof InvalidPathException path) {
            return Optional.of(FileNames.fault(path));
        }
        if (failure instanceof UnknownHostException || failure instanceof UnresolvedAddressException) {
            String name = failure.getMessage() == null ? "a host name" : "the host name " + failure.getMessage();
            return Optional.of(
                    name + " does not resolve to an address: add it to /etc/hosts, or name hosts by their addresses"
                            + " (SPARK_LOCAL_IP, SPARK_LOCAL_HOSTNAME, --master)");
        }
        if (failure instanceof LoginException && NamelessUser.isHere()) {
            return Optional.of(
                    "this user id has no name, and Hadoop's login needs one: add it to /etc/passwd, or preload"
                            + " nss_wrapper");
        }
        if (failure instanceof UnsatisfiedLinkError) {
            return Optional.of("a native library does not load: " + oneLine(failure)
                    + "; bin/lockstep doctor says what is missing");
        }
        if (failure instanceof FileSystemException file) {
            return Optional.of(ofFile(file));
        }
        return Optional.empty();
    }

    /** The message of these is often nothing but the path. */
    private static String ofFile(FileSystemException failure) {
        if (failure.getReason() != null) {
            return failure.getMessage();
        }
        if (failure instanceof AccessDeniedException) {
            return failure.getFile() + ": permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return failure.getFile() + ": no such file or folder";
        }
        return failure.getFile() + ": " + failure.getClass().getSimpleName();
    }

    private static boolean isForeign(Throwable failure) {
        return failure instanceof IOException || failure instanceof SparkException;
    }

    /** What it says, and what is at the bottom of it. */
    private static String spark(Throwable failure, List<Throwable> chain) {
        String said = oneLine(failure).replaceFirst("[\\s:]+$", "");
        String bottom = oneLine(chain.get(chain.size() - 1));
        return said.contains(bottom) ? said : said + ": " + bottom;
    }

    private static String oneLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.toString()
                : message.strip().lines().findFirst().orElse("");
    }
}
