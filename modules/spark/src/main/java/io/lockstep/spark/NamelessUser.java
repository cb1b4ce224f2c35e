package io.lockstep.spark;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.security.CodeSource;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * A user whose id has no name: no entry in {@code /etc/passwd}, as OpenShift, {@code runAsUser} of Kubernetes and
 * {@code docker run --user} give. Java calls such a user and its home {@code ?}, and Hadoop's login, which every file
 * system and every executor begins with, fails. Here the user is called by HADOOP_USER_NAME, or by the id, and is logged
 * in before anything asks.
 *
 * <p>A driver calls {@link #name}. Executors log in before any code of an application's is asked, so a jar with this class
 * is their Java agent.
 */
public final class NamelessUser {
    private static final String UNKNOWN = "?";

    private NamelessUser() {}

    /** Whether this process runs as a user id without a name. */
    public static boolean isHere() {
        return File.separatorChar == '/' && new UnixSystem().getUsername() == null;
    }

    /** Where an executor's JVM gets a name; see {@link #agentJar}. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        name();
    }

    /** Gives this process's user a name, if it has none. */
    public static void name() {
        if (!isHere()) {
            return;
        }
        String wished = System.getenv("HADOOP_USER_NAME");
        String name = wished != null && !wished.isEmpty() ? wished : Long.toString(new UnixSystem().getUid());
        if (System.getProperty("user.name", UNKNOWN).equals(UNKNOWN)) {
            System.setProperty("user.name", name);
        }
        if (System.getProperty("user.home", UNKNOWN).equals(UNKNOWN)) {
            String home = System.getenv("HOME");
            // one that cannot be written: who wants to write there goes on to the temporary folder, or says so
            System.setProperty("user.home", home != null && home.startsWith("/") ? home : "/nonexistent");
        }
        UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(name));
    }

    /** The jar with this class, which {@code -javaagent} of an executor on this machine names; null in a build's tests. */
    public static Path agentJar() {
        CodeSource source = NamelessUser.class.getProtectionDomain().getCodeSource();
        return source != null && source.getLocation().getPath().endsWith(".jar")
                ? Path.of(java.net.URI.create(source.getLocation().toString()))
                : null;
    }
}
