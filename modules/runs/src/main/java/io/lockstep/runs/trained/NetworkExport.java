package io.lockstep.runs.trained;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.onnx.OnnxExport;
import io.lockstep.networks.weights.NameTable;
import io.lockstep.networks.weights.WeightExport;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.training.checkpoint.Checkpoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** A run's network for other programs: its parameters as safetensors, or the whole of it as ONNX. */
public final class NetworkExport {
    /** What can be written. */
    public enum Format {
        /** What computes, and the parameters. */
        ONNX,
        /** Parameters by the names of another framework where it has the same network, otherwise by Lockstep's. */
        SAFETENSORS
    }

    private final TrainedRun run;
    private final Checkpoint checkpoint;

    public NetworkExport(TrainedRun run, Checkpoint checkpoint) {
        this.run = run;
        this.checkpoint = checkpoint;
    }

    /**
     * Writes the checkpoint's network.
     *
     * @return whose names the parameters have, or the kind of file, for people
     * @throws UsageException naming the layer that cannot be written
     */
    public String write(Format format, OutputStream out) throws IOException {
        NetworkDefinition network = run.network();
        try (Dl4jReplica replica = new Dl4jReplica(network, 1, 0)) {
            replica.load(new ByteArrayInputStream(checkpoint.model()));
            if (format == Format.ONNX) {
                OnnxExport.write(run.model(), replica, network, out);
                return "ONNX, opset 17";
            }
            List<NameTable> known = Networks.weightNames(run.configuration());
            NameTable table = known.isEmpty() ? NameTable.OWN : known.get(0);
            Map<String, String> about =
                    Map.of("format", table == NameTable.OWN ? "lockstep" : "pt", "model", run.model());
            WeightExport.write(replica.graph(), table, about, out);
            return "safetensors, names of " + table.origin();
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            throw new UsageException("cannot export " + run.model() + ": " + e.getMessage(), e);
        }
    }
}
