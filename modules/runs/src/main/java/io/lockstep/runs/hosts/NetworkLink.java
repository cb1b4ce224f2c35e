package io.lockstep.runs.hosts;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.NetworkInterface;

/**
 * The interface over which a rank reaches those of other hosts.
 *
 * @param device {@code eth0}; empty: unknown
 * @param mtuBytes of the largest packet; -1: unknown
 */
public record NetworkLink(String device, int mtuBytes) implements Serializable {
    public static final NetworkLink UNKNOWN = new NetworkLink("", -1);

    /**
     * @param network the setting; unknown is what addresses by prefix stand for
     * @param address that Spark advertises for this executor
     */
    public static NetworkLink of(String network, String address) {
        try {
            NetworkInterface device = network.isEmpty()
                    ? NetworkInterface.getByInetAddress(InetAddress.getByName(address))
                    : NetworkInterface.getByName(network);
            return device == null ? UNKNOWN : new NetworkLink(device.getName(), device.getMTU());
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    public boolean isKnown() {
        return mtuBytes > 0;
    }

    @Override
    public String toString() {
        return isKnown() ? device + " " + mtuBytes : "unknown";
    }
}
