package io.lockstep.runs.hosts;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;

/**
 * Whether Spark can use the host names that a driver on this machine begins with: its own, and its master's. Spark itself
 * tells by a stack trace, each time of another kind.
 */
public final class HostNames {
    private static final String MASTER = "spark://";

    private HostNames() {}

    /**
     * @param master Spark's; null for a cluster of this machine alone
     * @param driverHost what {@code spark.driver.host} says, or null
     * @param environment of this process
     * @return what is wrong, and what to do, in one line
     */
    public static Optional<String> fault(String master, String driverHost, Map<String, String> environment) {
        return ofMaster(master).or(() -> ofDriver(driverHost, environment));
    }

    /** Several masters of one cluster are separated by commas. */
    private static Optional<String> ofMaster(String master) {
        if (master == null || !master.startsWith(MASTER)) {
            return Optional.empty();
        }
        for (String each : master.substring(MASTER.length()).split(",")) {
            String host = each.replaceFirst(":\\d*$", "");
            Optional<String> fault = of(host, "--master " + master, "name the master by its address");
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofDriver(String driverHost, Map<String, String> environment) {
        String remedy = "set SPARK_LOCAL_IP to an address of this machine";
        if (driverHost != null) {
            return of(driverHost, "spark.driver.host", "set it to an address of this machine");
        }
        String name = environment.getOrDefault("SPARK_LOCAL_HOSTNAME", "");
        if (!name.isEmpty()) {
            return of(name, "SPARK_LOCAL_HOSTNAME", "unset it and " + remedy);
        }
        String address = environment.getOrDefault("SPARK_LOCAL_IP", "");
        if (!address.isEmpty()) {
            return of(address, "SPARK_LOCAL_IP", remedy);
        }
        try {
            InetAddress here = InetAddress.getLocalHost();
            return of(
                    here.getCanonicalHostName(),
                    "this machine's",
                    "set SPARK_LOCAL_HOSTNAME to a name without it, or to an address of this machine");
        } catch (UnknownHostException e) {
            return Optional.of(unresolved(ownName(e), "this machine's", remedy));
        }
    }

    /** The message of a failed look-up of the local host is {@code NAME: NAME: Name or service not known}. */
    private static String ownName(UnknownHostException failure) {
        String message = failure.getMessage();
        return message == null ? "" : message.replaceFirst(":.*", "");
    }

    private static Optional<String> of(String host, String where, String remedy) {
        if (!isAllowed(host)) {
            String character = host.contains("_") ? "an underscore" : "a character that host names cannot have";
            return Optional.of("the host name " + host + " (" + where + ") has " + character + ", which Spark refuses; "
                    + remedy + ", or give the host another name in /etc/hosts");
        }
        try {
            return InetAddress.getByName(host) == null
                    ? Optional.of(unresolved(host, where, remedy))
                    : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.of(unresolved(host, where, remedy));
        }
    }

    /** Spark takes hosts out of URIs. */
    private static boolean isAllowed(String host) {
        try {
            boolean bareIpv6 = host.contains(":") && !host.startsWith("[");
            return new URI(MASTER + (bareIpv6 ? "[" + host + "]" : host) + ":1").getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String unresolved(String host, String where, String remedy) {
        return "the host name " + host + " (" + where + ") does not resolve to an address; " + remedy
                + ", or add the name to /etc/hosts";
    }
}
