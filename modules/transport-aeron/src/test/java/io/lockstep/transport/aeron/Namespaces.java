package io.lockstep.transport.aeron;

import java.io.IOException;
import java.util.List;

/** Hosts that are network namespaces of this machine, joined by a bridge. Needs root and iproute2. */
final class Namespaces implements AutoCloseable {
    private final String name = "lockstep-it" + ProcessHandle.current().pid() % 10_000 + "-";
    private final String bridge = "lsit" + ProcessHandle.current().pid() % 10_000;
    private final int hosts;

    private Namespaces(int hosts) {
        this.hosts = hosts;
    }

    static boolean possible() {
        try {
            return System.getProperty("user.name").equals("root") && run("ip", "netns", "list") == 0;
        } catch (IOException e) {
            return false; // no ip
        }
    }

    static Namespaces create(int hosts) throws IOException {
        Namespaces result = new Namespaces(hosts);
        boolean made = ip("link add " + result.bridge + " type bridge") && ip("link set " + result.bridge + " up");
        for (int host = 0; host < hosts && made; host++) {
            String in = "-n " + result.name + host + " ";
            made = ip("netns add " + result.name + host)
                    && ip("link add " + result.link(host) + " type veth peer name eth0 netns " + result.name + host)
                    && ip("link set " + result.link(host) + " master " + result.bridge + " up")
                    && ip(in + "addr add " + address(host) + "/24 dev eth0")
                    && ip(in + "link set eth0 up")
                    && ip(in + "link set lo up");
        }
        if (!made) {
            result.close();
            throw new IOException("cannot make network namespaces here");
        }
        return result;
    }

    private String link(int host) {
        return bridge + "h" + host;
    }

    static String address(int host) {
        return "10.79.0." + (host + 1);
    }

    /** To be put before a command that is to run there. */
    List<String> in(int host) {
        return List.of("ip", "netns", "exec", name + host);
    }

    void cut(int host) throws IOException {
        if (!ip("link set " + link(host) + " down")) {
            throw new IOException("cannot cut " + link(host));
        }
    }

    private static boolean ip(String words) throws IOException {
        String[] arguments = ("ip " + words).split(" ");
        return run(arguments) == 0;
    }

    private static int run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (int host = 0; host < hosts; host++) {
            ip("netns del " + name + host);
            ip("link del " + link(host));
        }
        ip("link del " + bridge);
    }
}
