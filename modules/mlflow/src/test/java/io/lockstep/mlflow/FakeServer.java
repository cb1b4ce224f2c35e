package io.lockstep.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A tracking server's side of the protocol, as MLflow's pages on its REST API have it; whatever else is asked gets 400. */
final class FakeServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";

    /** A run as the server has it. */
    static final class Run {
        final String id;
        final String experiment;
        final List<String> statuses = new ArrayList<>(List.of("RUNNING"));
        final Map<String, String> parameters = new LinkedHashMap<>();
        final Map<String, String> tags = new LinkedHashMap<>();
        final Map<String, List<Long>> steps = new LinkedHashMap<>();
        long endTime;

        Run(String id, String experiment) {
            this.id = id;
            this.experiment = experiment;
        }
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int status;
        private final String code;

        Refusal(int status, String code, String message) {
            super(message);
            this.status = status;
            this.code = code;
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    final Map<String, String> experiments = new ConcurrentHashMap<>();
    final Map<String, Run> runs = new ConcurrentHashMap<>();
    final Map<String, String> files = new ConcurrentHashMap<>();
    final Set<String> authorizations = ConcurrentHashMap.newKeySet();
    volatile String artifactRoot = "mlflow-artifacts:/";
    volatile boolean hangs;
    volatile boolean fails;
    volatile int batches;

    FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String target() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (hangs) {
                closed.await();
            }
            String credentials = exchange.getRequestHeaders().getFirst("Authorization");
            authorizations.add(credentials == null ? "" : credentials);
            try {
                if (fails) {
                    throw new Refusal(500, "INTERNAL_ERROR", "the database is away");
                }
                send(exchange, 200, answer(exchange, body));
            } catch (Refusal e) {
                var error = JSON.createObjectNode().put("error_code", e.code).put("message", e.getMessage());
                send(exchange, e.status, error);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, JsonNode answer) throws IOException {
        byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private synchronized JsonNode answer(HttpExchange exchange, byte[] body) throws IOException, Refusal {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        if (method.equals("PUT") && path.startsWith(ARTIFACTS)) {
            files.put(path.substring(ARTIFACTS.length()), new String(body, StandardCharsets.UTF_8));
            return JSON.createObjectNode();
        }
        String call = method + " " + path.replaceFirst(API, "");
        String query = exchange.getRequestURI().getQuery();
        return switch (call) {
            case "GET experiments/get-by-name" -> experiment(query.replaceFirst("experiment_name=", ""));
            case "POST experiments/create" -> createExperiment(fields(JSON.readTree(body), Set.of("name"), Set.of()));
            case "POST runs/create" ->
                createRun(fields(JSON.readTree(body), Set.of("experiment_id", "run_name", "start_time"), Set.of()));
            case "GET runs/get" -> JSON.createObjectNode().set("run", json(run(query.replaceFirst("run_id=", ""))));
            case "POST runs/update" ->
                update(fields(JSON.readTree(body), Set.of("run_id", "status"), Set.of("end_time")));
            case "POST runs/log-batch" ->
                logBatch(fields(JSON.readTree(body), Set.of("run_id"), Set.of("metrics", "params", "tags")));
            default -> throw new Refusal(400, "ENDPOINT_NOT_FOUND", call);
        };
    }

    private static JsonNode fields(JsonNode json, Set<String> needed, Set<String> possible) throws Refusal {
        Set<String> there = new TreeSet<>();
        json.fieldNames().forEachRemaining(there::add);
        there.removeAll(possible);
        require(there.equals(needed), "fields " + there + " rather than " + needed);
        return json;
    }

    private static void require(boolean holds, String message) throws Refusal {
        if (!holds) {
            throw new Refusal(400, "INVALID_PARAMETER_VALUE", message);
        }
    }

    private JsonNode experiment(String name) throws Refusal {
        if (!experiments.containsKey(name)) {
            throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no experiment " + name);
        }
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("experiment")
                .put("experiment_id", experiments.get(name))
                .put("lifecycle_stage", "active");
        return answer;
    }

    private JsonNode createExperiment(JsonNode asked) {
        String id = Integer.toString(experiments.size() + 1);
        experiments.put(asked.get("name").asText(), id);
        return JSON.createObjectNode().put("experiment_id", id);
    }

    private JsonNode createRun(JsonNode asked) throws Refusal {
        String experiment = asked.get("experiment_id").asText();
        require(experiments.containsValue(experiment), "no experiment " + experiment);
        require(asked.get("start_time").isIntegralNumber(), "start_time is no number of milliseconds");
        Run run = new Run("run" + runs.size(), experiment);
        run.tags.put("mlflow.runName", asked.get("run_name").asText());
        runs.put(run.id, run);
        return JSON.createObjectNode().set("run", json(run));
    }

    private Run run(String id) throws Refusal {
        if (!runs.containsKey(id)) {
            throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no run " + id);
        }
        return runs.get(id);
    }

    private JsonNode json(Run run) {
        ObjectNode json = JSON.createObjectNode();
        json.putObject("info")
                .put("run_id", run.id)
                .put("lifecycle_stage", "active")
                .put("artifact_uri", artifactRoot + run.experiment + "/" + run.id + "/artifacts");
        ObjectNode data = json.putObject("data");
        ArrayNode parameters = data.putArray("params");
        run.parameters.forEach(
                (key, value) -> parameters.addObject().put("key", key).put("value", value));
        ArrayNode metrics = data.putArray("metrics");
        run.steps.forEach((key, steps) -> metrics.addObject().put("key", key).put("step", steps.get(steps.size() - 1)));
        return json;
    }

    private JsonNode update(JsonNode asked) throws Refusal {
        Run run = run(asked.get("run_id").asText());
        run.statuses.add(asked.get("status").asText());
        run.endTime = asked.path("end_time").asLong();
        return JSON.createObjectNode();
    }

    private JsonNode logBatch(JsonNode asked) throws Refusal {
        Run run = run(asked.get("run_id").asText());
        batches++;
        require(asked.path("metrics").size() <= 1000, "more than 1000 metrics");
        require(asked.path("params").size() <= 100 && asked.path("tags").size() <= 100, "more than 100 of them");
        for (JsonNode metric : asked.path("metrics")) {
            fields(metric, Set.of("key", "value", "timestamp", "step"), Set.of());
            require(metric.get("key").asText().matches("[\\w./ -]{1,250}"), "key of " + metric);
            require(metric.get("value").isNumber() && metric.get("timestamp").isIntegralNumber(), "value of " + metric);
            run.steps
                    .computeIfAbsent(metric.get("key").asText(), key -> new ArrayList<>())
                    .add(metric.get("step").asLong());
        }
        for (JsonNode each : asked.path("params")) {
            fields(each, Set.of("key", "value"), Set.of());
            String before = run.parameters.put(
                    each.get("key").asText(), each.get("value").asText());
            require(before == null || before.equals(each.get("value").asText()), "changed parameter " + each);
        }
        asked.path("tags")
                .forEach(each ->
                        run.tags.put(each.get("key").asText(), each.get("value").asText()));
        return JSON.createObjectNode();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
