package io.lockstep.mlflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls of a tracking server's REST API, each with a time limit. Credentials go into a header, and into no message. */
final class RestCalls {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** Of a file: its bytes are sent within this time. */
    private static final Duration UPLOAD_PATIENCE = Duration.ofMinutes(10);

    private static final int LONGEST_REASON = 300;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI server;
    private final Optional<String> authorization;
    private final Duration patience;

    /** A server's refusal. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        /** MLflow's, like RESOURCE_DOES_NOT_EXIST; or empty. */
        private final String code;

        RefusedException(String message, String code) {
            super(message);
            this.code = code;
        }

        boolean isCalled(String other) {
            return code.equals(other);
        }
    }

    /** @param environment has the credentials, by the names of MLflow's own clients */
    RestCalls(URI server, Map<String, String> environment) {
        this(server, environment, PATIENCE);
    }

    /** @param patience with a call that sends no file */
    RestCalls(URI server, Map<String, String> environment, Duration patience) {
        this.server = server;
        this.authorization = authorization(environment);
        this.patience = patience;
    }

    private static Optional<String> authorization(Map<String, String> environment) {
        String user = environment.getOrDefault("MLFLOW_TRACKING_USERNAME", "");
        String password = environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
        String token = environment.getOrDefault("MLFLOW_TRACKING_TOKEN", "").strip();
        if (!token.chars().allMatch(letter -> letter > ' ' && letter < 127)) {
            throw new IllegalArgumentException(
                    "needs another MLFLOW_TRACKING_TOKEN: it has characters that no HTTP header may have");
        }
        if (!user.isEmpty() && !password.isEmpty()) {
            byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return Optional.of("Basic " + Base64.getEncoder().encodeToString(both));
        }
        return token.isEmpty() ? Optional.empty() : Optional.of("Bearer " + token);
    }

    URI server() {
        return server;
    }

    /** @param path behind {@code /api/2.0/mlflow/}, with its query */
    JsonNode get(String path) throws IOException {
        return send(request("mlflow/" + path).timeout(patience).GET().build());
    }

    JsonNode post(String path, JsonNode body) throws IOException {
        return send(request("mlflow/" + path)
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build());
    }

    /** @param path behind {@code /api/2.0/mlflow-artifacts/artifacts/}, each name of it encoded */
    void put(String path, Path file) throws IOException {
        send(request("mlflow-artifacts/artifacts/" + path)
                .timeout(UPLOAD_PATIENCE)
                .header("Content-Type", "application/octet-stream")
                .PUT(HttpRequest.BodyPublishers.ofFile(file))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + "/api/2.0/" + path));
        authorization.ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private JsonNode send(HttpRequest request) throws IOException {
        // the request's own time limit is over with the answer's first line
        Duration limit = request.timeout().orElse(patience);
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            HttpResponse<String> response = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            String text = response.body();
            if (response.statusCode() / 100 != 2) {
                throw refused(request, response.statusCode(), text);
            }
            return text.isBlank() ? JSON.createObjectNode() : parse(text);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException("it has not answered within " + limit.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(request.uri().getPath() + " was interrupted");
        }
    }

    private static JsonNode parse(String text) throws IOException {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("the server's answer is no JSON: is it an MLflow tracking server?", e);
        }
    }

    private static RefusedException refused(HttpRequest request, int status, String text) {
        String code = "";
        String said = "";
        try {
            JsonNode error = JSON.readTree(text);
            code = error.path("error_code").asText("");
            said = error.path("message").asText("");
        } catch (JsonProcessingException e) {
            said = ""; // a page for people, of a proxy perhaps
        }
        String reason = said.isEmpty() ? "" : ": " + said.strip().replaceAll("\\s+", " ");
        if (reason.length() > LONGEST_REASON) {
            reason = reason.substring(0, LONGEST_REASON) + "...";
        }
        String credentials = status == 401 || status == 403
                ? "; credentials are read from MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or"
                        + " MLFLOW_TRACKING_TOKEN, in the driver's environment"
                : "";
        String elsewhere = status / 100 == 3 ? "; it sends to another address: name that one, perhaps by https" : "";
        return new RefusedException(
                "it answered " + status + (code.isEmpty() ? "" : " " + code) + " to " + request.method() + " "
                        + request.uri().getPath() + reason + credentials + elsewhere,
                code);
    }
}
