package io.lockstep.datasets.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Flow;

/**
 * One file by HTTP, into {@code NAME.part} beside its place and on from there when a download breaks off. It gets its
 * name when its length and digest are the publisher's.
 */
final class Download {
    private static final int OK = 200;
    private static final int PARTIAL_CONTENT = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final long PROGRESS_BYTES = 1 << 20;

    private final HttpClient client;
    private final FetchOptions options;
    private final PublishedFile file;
    private final Path place;
    private final Path part;
    private final FetchProgress progress;

    Download(HttpClient client, FetchOptions options, PublishedFile file, Path folder, FetchProgress progress) {
        this.client = client;
        this.options = options;
        this.file = file;
        this.place = folder.resolve(file.name());
        this.part = folder.resolve(file.name() + ".part");
        this.progress = progress;
    }

    /** The file, whole and verified. */
    Path run() throws FetchException {
        if (Files.exists(place)) {
            return place;
        }
        try {
            for (int attempt = 1; partBytes() < file.bytes(); attempt++) {
                if (attempt > options.attempts()) {
                    throw new FetchException(file.uri() + " did not come whole in " + options.attempts() + " attempts");
                }
                attempt(attempt == options.attempts());
            }
            verify();
            Files.move(part, place);
            return place;
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            throw new FetchException(place + " cannot be written: " + describe(e), e);
        }
    }

    private void attempt(boolean last) throws IOException {
        long before = partBytes();
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = request(before);
        try (var body = new ResponseBody(response.body(), options.stallTimeout())) {
            switch (response.statusCode()) {
                case OK -> receive(body, 0); // the server knows no ranges: from the start
                case PARTIAL_CONTENT -> {
                    checkContentRange(response, before);
                    receive(body, before);
                }
                case RANGE_NOT_SATISFIABLE -> Files.deleteIfExists(part); // the server's file is shorter
                default -> throw new FetchException(file.uri() + " answered with HTTP status " + response.statusCode());
            }
        } catch (ResponseBody.BrokenOffException e) {
            if (last || partBytes() == before) {
                throw new FetchException(
                        file.uri() + " broke off after " + partBytes() + " of " + file.bytes() + " bytes ("
                                + e.getMessage() + "); the same command goes on from there",
                        e);
            }
        }
    }

    private HttpResponse<Flow.Publisher<List<ByteBuffer>>> request(long from) throws FetchException {
        var request = HttpRequest.newBuilder(file.uri()).timeout(options.connectTimeout());
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofPublisher());
        } catch (HttpConnectTimeoutException e) {
            throw unreachable("no connection within " + seconds(), e);
        } catch (HttpTimeoutException e) {
            throw unreachable("no answer within " + seconds(), e);
        } catch (ConnectException e) {
            throw unreachable("no connection: " + describe(e), e);
        } catch (IOException e) {
            throw unreachable(describe(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException("fetching " + file.uri() + " was interrupted", e);
        }
    }

    private void receive(ResponseBody body, long from) throws IOException {
        try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.truncate(from);
            out.position(from);
            long reported = from;
            for (ByteBuffer bytes = body.next(); bytes != null; bytes = body.next()) {
                if (out.position() + bytes.remaining() > file.bytes()) {
                    throw new FetchException(
                            file.uri() + " is longer than the " + file.bytes() + " bytes that were published");
                }
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                if (out.position() - reported >= PROGRESS_BYTES) {
                    reported = out.position();
                    progress.received(file.name(), reported, file.bytes());
                }
            }
            progress.received(file.name(), out.position(), file.bytes());
            if (out.position() < file.bytes()) {
                throw new ResponseBody.BrokenOffException("the body ended", null);
            }
        }
    }

    private void checkContentRange(HttpResponse<?> response, long from) throws FetchException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes " + from + "-")) {
            throw new FetchException(
                    file.uri() + " was asked for the bytes from " + from + " and answered with '" + range + "'");
        }
    }

    private void verify() throws IOException {
        String found = sha256(part);
        if (!found.equals(file.sha256())) {
            Files.delete(part);
            throw new FetchException(file.uri() + " has another content than published: SHA-256 expected "
                    + file.sha256() + ", found " + found + "; what was received is deleted, fetch again");
        }
    }

    private static String sha256(Path path) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        try (InputStream in = Files.newInputStream(path)) {
            byte[] chunk = new byte[1 << 16];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private long partBytes() throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    private FetchException unreachable(String why, IOException cause) {
        return new FetchException(
                "cannot reach " + file.uri().getHost() + " (" + why + "); is this machine offline? `--data "
                        + "shapes` needs no download",
                cause);
    }

    private String seconds() {
        return options.connectTimeout().toMillis() / 1000.0 + " s";
    }

    /** The client's exceptions often say nothing but their cause does, or their type. */
    private static String describe(Throwable e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each.getMessage() != null && !each.getMessage().isBlank()) {
                return each.getMessage();
            }
            if (each instanceof java.nio.channels.UnresolvedAddressException) {
                return "unknown host";
            }
        }
        return e.getClass().getSimpleName();
    }
}
