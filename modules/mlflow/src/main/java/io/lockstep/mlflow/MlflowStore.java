package io.lockstep.mlflow;

import io.lockstep.runs.folder.Artifact;
import io.lockstep.runs.tracking.RunEnd;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Where MLflow keeps a run. One thread calls. */
interface MlflowStore {
    /** A value of one of the run's metrics. */
    record Metric(String key, double value, long epochMillis, long step) {}

    /**
     * What the store has of a run from before.
     *
     * @param lastSteps of each metric
     */
    record Known(String id, Map<String, String> parameters, Map<String, Long> lastSteps) {
        static Known fresh(String id) {
            return new Known(id, Map.of(), Map.of());
        }
    }

    /** Makes a run that is running now. */
    Known create(String name, long startMillis) throws IOException;

    /**
     * Goes on with a run.
     *
     * @return null if there is none of that id
     */
    Known resume(String id) throws IOException;

    void log(List<Metric> metrics) throws IOException;

    void describe(Map<String, String> parameters, Map<String, String> tags) throws IOException;

    void put(Artifact artifact) throws IOException;

    void end(RunEnd end, long endMillis) throws IOException;

    /** For a person. */
    String place();
}
