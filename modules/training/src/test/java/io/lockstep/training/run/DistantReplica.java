package io.lockstep.training.run;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import io.lockstep.training.GradientListener;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Another replica as if it lived on a GPU: the buffers that are seen are copies, made when the contract says so. */
final class DistantReplica implements NetworkReplica {
    private final NetworkReplica network;
    private final ByteBuffer parameters;
    private final ByteBuffer gradients;
    private final ByteBuffer updaterState;

    DistantReplica(NetworkReplica network) {
        this.network = network;
        parameters = like(network.parameters());
        gradients = like(network.gradients());
        updaterState = like(network.updaterState());
    }

    private static ByteBuffer like(ByteBuffer buffer) {
        return ByteBuffer.allocateDirect(buffer.limit()).order(ByteOrder.nativeOrder());
    }

    private static void copy(ByteBuffer from, ByteBuffer to) {
        to.duplicate().put(from.duplicate());
    }

    @Override
    public ByteBuffer parameters() {
        return parameters;
    }

    @Override
    public ByteBuffer gradients() {
        return gradients;
    }

    @Override
    public ByteBuffer updaterState() {
        return updaterState;
    }

    @Override
    public void toHost() {
        copy(network.parameters(), parameters);
        copy(network.updaterState(), updaterState);
    }

    @Override
    public void fromHost() {
        copy(parameters, network.parameters());
        copy(updaterState, network.updaterState());
    }

    @Override
    public BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener) {
        BatchResult result = network.forwardBackward(batch, randomSeed, watermark -> {});
        copy(network.gradients(), gradients);
        listener.gradientsReadyFrom(0);
        return result;
    }

    @Override
    public void update(long step, int epoch, double learningRate) {
        copy(gradients, network.gradients());
        network.update(step, epoch, learningRate);
    }

    @Override
    public List<Range> statistics() {
        return network.statistics();
    }

    @Override
    public String layerAt(long element) {
        return network.layerAt(element);
    }

    @Override
    public FeatureLayout featureLayout() {
        return network.featureLayout();
    }

    @Override
    public Answers evaluate(Batch batch) {
        return network.evaluate(batch);
    }

    @Override
    public void save(OutputStream out) throws IOException {
        network.save(out);
    }

    @Override
    public void load(InputStream in) throws IOException {
        network.load(in);
    }

    @Override
    public void close() {
        network.close();
    }
}
