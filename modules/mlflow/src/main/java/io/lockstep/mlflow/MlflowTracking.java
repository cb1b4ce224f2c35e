package io.lockstep.mlflow;

import io.lockstep.runs.tracking.TrackedRun;
import io.lockstep.runs.tracking.Tracker;
import io.lockstep.runs.tracking.Tracking;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** {@code mlflow:http://host:5000}, {@code mlflow:/path/mlruns}, {@code mlflow:file:/path/mlruns}. */
public final class MlflowTracking implements Tracking {
    @Override
    public String word() {
        return "mlflow";
    }

    @Override
    public String absolute(String target) {
        return isServer(target) ? target : folder(target.trim()).toString();
    }

    private static boolean isServer(String target) {
        return target.trim().matches("https?://.*");
    }

    @Override
    public Tracker open(TrackedRun run) {
        return new MlflowTracker(run, store(run));
    }

    private static MlflowStore store(TrackedRun run) {
        String target = run.target().trim();
        if (isServer(target)) {
            return new RestStore(new RestCalls(server(target), System.getenv()), run.experiment());
        }
        if (target.matches("[A-Za-z][A-Za-z0-9+.-]+:.*") && !target.startsWith("file:")) {
            throw new IllegalArgumentException(
                    "must be http://host:port, https://host:port or a folder on the driver's disk");
        }
        return new FileStore(folder(target), run.experiment());
    }

    private static URI server(String target) {
        URI server;
        try {
            server = new URI(target.replaceAll("/+$", ""));
        } catch (URISyntaxException e) {
            // without the cause, which has the whole text, with a password perhaps
            throw new IllegalArgumentException("is no URL: " + e.getReason());
        }
        if (server.getHost() == null || server.getQuery() != null || server.getFragment() != null) {
            throw new IllegalArgumentException("must be a URL like http://host:5000");
        }
        if (server.getUserInfo() != null) { // it would stand in config.conf
            throw new IllegalArgumentException("must have no credentials in it: set MLFLOW_TRACKING_USERNAME and"
                    + " MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, in the driver's environment");
        }
        return server;
    }

    private static Path folder(String target) {
        String path =
                target.startsWith("file:") ? target.substring("file:".length()).replaceFirst("^//+", "/") : target;
        if (path.isEmpty()) {
            throw new IllegalArgumentException("names neither a server nor a folder; like mlflow:http://host:5000");
        }
        try {
            return Path.of(path).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(path + " is no path: " + e.getReason(), e);
        }
    }
}
