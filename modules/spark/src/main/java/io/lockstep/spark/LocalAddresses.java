package io.lockstep.spark;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which of a host's addresses ranks talk over. */
public final class LocalAddresses {
    private LocalAddresses() {}

    /**
     * @param network an interface's name, or addresses by prefix: {@code 10.1.0.0/16}, {@code fd00::/8}
     * @return the same
     * @throws IllegalArgumentException if it is neither
     */
    public static String checked(String network) {
        int slash = network.indexOf('/');
        if (slash >= 0) {
            prefix(network, slash);
        } else if (!network.matches("[A-Za-z0-9_.:@-]{0,15}")) {
            throw new IllegalArgumentException("write an interface (ib0) or addresses (10.1.0.0/16)");
        }
        return network;
    }

    private record Prefix(byte[] address, int bits) {
        boolean contains(InetAddress candidate) {
            byte[] other = candidate.getAddress();
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((other[bit / 8] & mask) != (address[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static Prefix prefix(String network, int slash) {
        String address = network.substring(0, slash);
        try {
            if (!address.matches("[0-9a-fA-F.:]+")) {
                throw new UnknownHostException(address); // a name would be looked up
            }
            byte[] bytes = InetAddress.getByName(address).getAddress();
            int bits = Integer.parseInt(network.substring(slash + 1));
            if (bits < 0 || bits > 8 * bytes.length) {
                throw new IllegalArgumentException("its prefix has from 0 to " + 8 * bytes.length + " bits");
            }
            return new Prefix(bytes, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("write addresses as 10.1.0.0/16 or fd00::/8", e);
        }
    }

    /**
     * This host's address in a network.
     *
     * @param network as {@link #checked} takes it; empty: any
     * @param advertised the one that Spark advertises, as a name or an address
     * @throws UnknownHostException saying which addresses there are
     */
    static String choose(String network, String advertised) throws IOException {
        if (network.isEmpty()) {
            return InetAddress.getByName(advertised).getHostAddress();
        }
        int slash = network.indexOf('/');
        List<InetAddress> matching = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(each.getInetAddresses())) {
                boolean matches = slash < 0
                        ? each.getName().equals(network)
                        : prefix(network, slash).contains(address);
                if (matches) {
                    matching.add(address);
                }
                all.add(each.getName() + " " + withoutScope(address));
            }
        }
        // an interface has a link-local address that reaches no further than its wire
        Comparator<InetAddress> order = Comparator.comparing(InetAddress::isLinkLocalAddress)
                .thenComparing(address -> !(address instanceof Inet4Address));
        Optional<InetAddress> best = matching.stream().min(order);
        if (best.isPresent()) {
            return withoutScope(best.get());
        }
        throw new UnknownHostException("no address of this host is in network = " + network + "; it has " + all);
    }

    /** {@code fe80::1%eth0} is this host's name for it; a link-local address needs its scope. */
    private static String withoutScope(InetAddress address) {
        String text = address.getHostAddress();
        return address.isLinkLocalAddress() ? text : text.replaceFirst("%.*", "");
    }
}
