package io.lockstep.transport.aeron;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;

/** What this host's network grants: interfaces and socket buffers. */
final class Network {
    /** IPv6 header 40 or IPv4 header 20, UDP header 8; counted as IPv4, the common case, unless the address is IPv6. */
    private static final int UDP_BYTES = 8;

    private Network() {}

    static InetAddress resolve(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new UncheckedIOException("cannot resolve " + address, e);
        }
    }

    /** Payload of the longest datagram that leaves the interface of {@code address} in one piece. */
    static int unfragmentedBytes(InetAddress address) {
        try {
            NetworkInterface networkInterface = NetworkInterface.getByInetAddress(address);
            if (networkInterface == null) {
                throw new IllegalArgumentException("no interface of this host has the address "
                        + address.getHostAddress() + "; set the bind address to one that the other ranks can reach");
            }
            int headers = UDP_BYTES + (address.getAddress().length == 4 ? 20 : 40);
            return Math.min(networkInterface.getMTU(), 65_535) - headers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The receive buffer that the kernel grants of what is wanted. */
    static int grantedReceiveBuffer(int wanted) {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, wanted);
            return channel.getOption(StandardSocketOptions.SO_RCVBUF);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int grantedSendBuffer(int wanted) {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, wanted);
            return channel.getOption(StandardSocketOptions.SO_SNDBUF);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
