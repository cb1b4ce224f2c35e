package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.nio.IntBuffer;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;

/** A network for pictures of one size that gets those of another would train on pieces of them. */
class BatchSizesTest {
    private static final int BATCH = 4;
    private static final NetworkDefinition NETWORK = Networks.residual(CNN2DFormat.NHWC, true); // 6 x 6 x 3
    private static final NetworkDefinition LARGER = Networks.pictures(8, 8, 3);
    private static final NetworkDefinition SMALLER = Networks.pictures(6, 6, 1);

    @Test
    void bothRuntimesRefuseBatchesOfOtherSizesThanTheNetworks() {
        Batch right = Networks.batch(NETWORK, 1, 0, BATCH);
        try (NetworkReplica dl4j = new Dl4jReplica(NETWORK, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(NETWORK, BATCH, 0, 2)) {
            for (NetworkReplica replica : List.of(dl4j, compiled)) {
                refuses(replica, Networks.batch(LARGER, 1, 0, BATCH));
                refuses(replica, Networks.batch(SMALLER, 1, 0, BATCH));
                refuses(replica, Networks.batch(NETWORK, 1, 0, BATCH + 1));
                refuses(replica, new Batch(BATCH, right.features(), IntBuffer.allocate(2 * BATCH)));
            }
        }
    }

    @Test
    void aBatchRefusesColumnsOfOtherSizesThanItsOwn() {
        Batch right = Networks.batch(NETWORK, 1, 0, BATCH);
        for (int labels : new int[] {BATCH - 1, BATCH + 1}) {
            assertThatThrownBy(() -> new Batch(BATCH, right.features(), IntBuffer.allocate(labels)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(BATCH + " examples with " + labels);
        }
        assertThatThrownBy(() -> new Batch(BATCH - 1, 0, right.columns())).hasMessageContaining("features: FLOAT32");
    }

    private static void refuses(NetworkReplica replica, Batch batch) {
        String examples = String.valueOf(batch.size());
        assertThatThrownBy(() -> replica.forwardBackward(batch, 1, mark -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(examples + " examples");
        assertThatThrownBy(() -> replica.evaluate(batch, new int[2 * BATCH]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(examples + " examples");
    }
}
