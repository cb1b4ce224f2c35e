package io.lockstep.dl4jmasters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import org.nd4j.parameterserver.distributed.v2.transport.PortSupplier;

/** A free UDP port of each process's own, the same at every call: DL4J asks several times and wants one answer. */
final class FreePort implements PortSupplier {
    private static final long serialVersionUID = 1;

    private transient int port;

    @Override
    public synchronized int getPort() {
        if (port == 0) {
            try (DatagramSocket socket = new DatagramSocket()) {
                port = socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException("no free UDP port", e);
            }
        }
        return port;
    }
}
