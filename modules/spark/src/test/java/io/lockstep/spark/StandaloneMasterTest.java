package io.lockstep.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InvalidClassException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StandaloneMasterTest {
    @BeforeAll
    static void logIn() {
        NamelessUser.name();
    }

    /** What a master answers, as Spark's dispatcher does, by the failure that reading a message ends with. */
    private static final class Answering extends RpcHandler {
        private final Exception failure;

        Answering(Exception failure) {
            this.failure = failure;
        }

        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            callback.onFailure(failure);
        }

        @Override
        public StreamManager getStreamManager() {
            return new OneForOneStreamManager();
        }
    }

    private static boolean isOfAnotherSpark(Exception answer) throws Exception {
        var conf = new TransportConf("rpc", new MapConfigProvider(Map.of()));
        try (var context = new TransportContext(conf, new Answering(answer));
                var server = context.createServer("127.0.0.1", 0, List.of())) {
            return StandaloneMaster.isOfAnotherSpark(at("spark://127.0.0.1:" + server.getPort()));
        }
    }

    private static SparkConf at(String master) {
        return new SparkConf(false).set("spark.master", master);
    }

    @Test
    void aMasterThatCannotReadADriversMessagesIsOfAnotherSpark() throws Exception {
        assertThat(isOfAnotherSpark(new InvalidClassException(
                        "org.apache.spark.rpc.netty.RpcEndpointVerifier$CheckExistence; local class incompatible")))
                .isTrue();
    }

    @Test
    void aMasterThatFailsOtherwiseIsLeftToSpark() throws Exception {
        assertThat(isOfAnotherSpark(new IllegalStateException("not now"))).isFalse();
    }

    @Test
    void aMasterThatIsNotThereIsLeftToSpark() throws Exception {
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertThat(StandaloneMaster.isOfAnotherSpark(at("spark://127.0.0.1:" + closed)))
                .isFalse();
    }

    @Test
    void otherMastersAreNotAsked() {
        assertThat(StandaloneMaster.isOfAnotherSpark(at("local[2]"))).isFalse();
        assertThat(StandaloneMaster.isOfAnotherSpark(at("yarn"))).isFalse();
        assertThat(StandaloneMaster.isOfAnotherSpark(at("spark://host"))).isFalse();
    }
}
