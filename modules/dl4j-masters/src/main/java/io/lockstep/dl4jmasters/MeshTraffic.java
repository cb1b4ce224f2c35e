package io.lockstep.dl4jmasters;

import io.aeron.Aeron;
import io.aeron.driver.status.SystemCounterDescriptor;
import java.lang.reflect.Field;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;
import org.nd4j.parameterserver.distributed.v2.transport.Transport;
import org.nd4j.parameterserver.distributed.v2.transport.impl.AeronUdpTransport;

/** What this process's end of DL4J's mesh has sent. */
final class MeshTraffic {
    private MeshTraffic() {}

    /** Bytes on the wire, headers and heartbeats included, as the driver of its Aeron counts them; 0 without a mesh. */
    static long bytesSent() {
        Transport transport = ModelParameterServer.getInstance().getTransport();
        if (!(transport instanceof AeronUdpTransport)) {
            return 0;
        }
        try {
            Field field = AeronUdpTransport.class.getDeclaredField("aeron"); // protected, without a getter
            field.setAccessible(true);
            Aeron aeron = (Aeron) field.get(transport);
            return aeron.isClosed()
                    ? 0
                    : aeron.countersReader().getCounterValue(SystemCounterDescriptor.BYTES_SENT.id());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not the AeronUdpTransport of DL4J 1.0.0-M2", e);
        }
    }
}
