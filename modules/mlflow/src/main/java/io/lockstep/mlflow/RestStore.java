package io.lockstep.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.runs.folder.Artifact;
import io.lockstep.runs.tracking.RunEnd;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A tracking server, by MLflow's REST API 2.0 (mlflow.org/docs/latest/api_reference/rest-api.html). */
final class RestStore implements MlflowStore {
    // what one call of log-batch may have
    private static final int MOST_METRICS = 1000;
    private static final int MOST_PARAMETERS = 100;
    private static final int LONGEST_VALUE = 6000;

    private static final String PROXIED = "mlflow-artifacts:";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final RestCalls calls;
    private final String experiment;
    private String id;
    private String artifactUri;

    RestStore(RestCalls calls, String experiment) {
        this.calls = calls;
        this.experiment = experiment;
    }

    @Override
    public Known create(String name, long startMillis) throws IOException {
        ObjectNode body = NODES.objectNode()
                .put("experiment_id", experimentId())
                .put("run_name", name)
                .put("start_time", startMillis);
        take(calls.post("runs/create", body).path("run").path("info"));
        return Known.fresh(id);
    }

    private String experimentId() throws IOException {
        try {
            return foundExperiment();
        } catch (RestCalls.RefusedException e) {
            if (!e.isCalled("RESOURCE_DOES_NOT_EXIST")) {
                throw e;
            }
        }
        try {
            return calls.post("experiments/create", NODES.objectNode().put("name", experiment))
                    .path("experiment_id")
                    .asText();
        } catch (RestCalls.RefusedException e) {
            if (e.isCalled("RESOURCE_ALREADY_EXISTS")) { // by another run, in between; or it is deleted
                return foundExperiment();
            }
            throw e;
        }
    }

    private String foundExperiment() throws IOException {
        JsonNode found = calls.get("experiments/get-by-name?experiment_name=" + encoded(experiment))
                .path("experiment");
        if (found.path("lifecycle_stage").asText("active").equals("deleted")) {
            throw new IOException("the experiment " + experiment
                    + " is deleted there: restore it, or name another one by tracking-experiment");
        }
        return found.path("experiment_id").asText();
    }

    @Override
    public Known resume(String known) throws IOException {
        JsonNode run;
        try {
            run = calls.get("runs/get?run_id=" + encoded(known)).path("run");
        } catch (RestCalls.RefusedException e) {
            if (e.isCalled("RESOURCE_DOES_NOT_EXIST")) {
                return null;
            }
            throw e;
        }
        if (run.path("info").path("lifecycle_stage").asText("active").equals("deleted")) {
            return null;
        }
        take(run.path("info"));
        calls.post("runs/update", NODES.objectNode().put("run_id", id).put("status", "RUNNING"));
        Map<String, String> parameters = new HashMap<>();
        run.path("data")
                .path("params")
                .forEach(each -> parameters.put(
                        each.path("key").asText(), each.path("value").asText()));
        Map<String, Long> lastSteps = new HashMap<>();
        run.path("data")
                .path("metrics")
                .forEach(each -> lastSteps.put(
                        each.path("key").asText(), each.path("step").asLong()));
        return new Known(id, parameters, lastSteps);
    }

    private void take(JsonNode info) throws IOException {
        id = info.path("run_id").asText("");
        artifactUri = info.path("artifact_uri").asText("");
        if (id.isEmpty()) {
            throw new IOException("the server names no run_id: is it an MLflow tracking server?");
        }
    }

    @Override
    public void log(List<Metric> metrics) throws IOException {
        for (int from = 0; from < metrics.size(); from += MOST_METRICS) {
            ArrayNode batch = NODES.arrayNode();
            for (Metric metric : metrics.subList(from, Math.min(metrics.size(), from + MOST_METRICS))) {
                batch.addObject()
                        .put("key", metric.key())
                        .put("value", metric.value())
                        .put("timestamp", metric.epochMillis())
                        .put("step", metric.step());
            }
            logBatch("metrics", batch);
        }
    }

    @Override
    public void describe(Map<String, String> parameters, Map<String, String> tags) throws IOException {
        describe("params", parameters);
        describe("tags", tags);
    }

    private void describe(String what, Map<String, String> values) throws IOException {
        ArrayNode batch = NODES.arrayNode();
        for (Iterator<Map.Entry<String, String>> all = values.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, String> each = all.next();
            String value = each.getValue();
            batch.addObject()
                    .put("key", each.getKey())
                    .put("value", value.length() > LONGEST_VALUE ? value.substring(0, LONGEST_VALUE) : value);
            if (batch.size() == MOST_PARAMETERS || !all.hasNext()) {
                logBatch(what, batch);
                batch = NODES.arrayNode();
            }
        }
    }

    private void logBatch(String what, ArrayNode batch) throws IOException {
        ObjectNode body = NODES.objectNode().put("run_id", id);
        body.set(what, batch);
        calls.post("runs/log-batch", body);
    }

    @Override
    public void put(Artifact artifact) throws IOException {
        if (!artifactUri.startsWith(PROXIED)) {
            throw new IOException("the server keeps files at " + artifactUri.replaceFirst("[?#].*", "")
                    + " and takes none itself: start it with --serve-artifacts and let its experiments lie at"
                    + " mlflow-artifacts:/");
        }
        // mlflow-artifacts:/0/RUN/artifacts, or mlflow-artifacts://host:port/0/RUN/artifacts of the same server
        String root = artifactUri
                .substring(PROXIED.length())
                .replaceFirst("^//[^/]*", "")
                .replaceFirst("^/+", "");
        Path copy = Files.createTempFile("lockstep-artifact", null); // the length goes before the bytes
        try {
            try (InputStream in = artifact.open()) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            calls.put(encodedPath(root + "/" + artifact.path()), copy);
        } finally {
            Files.delete(copy);
        }
    }

    private static String encodedPath(String path) {
        return Arrays.stream(path.split("/+")).map(RestStore::encoded).collect(Collectors.joining("/"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void end(RunEnd end, long endMillis) throws IOException {
        calls.post(
                "runs/update",
                NODES.objectNode().put("run_id", id).put("status", end.name()).put("end_time", endMillis));
    }

    @Override
    public String place() {
        return calls.server().toString();
    }
}
