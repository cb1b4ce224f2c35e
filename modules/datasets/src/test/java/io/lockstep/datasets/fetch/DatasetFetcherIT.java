package io.lockstep.datasets.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server on the loopback address that behaves as badly as it is told to. */
class DatasetFetcherIT {
    private static final String ARCHIVE = "set.tar.gz";
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final FetchOptions PATIENT = new FetchOptions(PATIENCE, PATIENCE, 3);

    @TempDir
    Path home;

    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch over = new CountDownLatch(1);
    private ExecutorService threads;
    private HttpServer server;
    private byte[] archive;

    @BeforeEach
    void start() throws Exception {
        archive = cifarArchive();
        threads = Executors.newCachedThreadPool();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
        assertThat(threads.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void anArchiveBecomesADataSetThatTheCatalogFinds() throws Exception {
        serve(exchange -> answer(exchange, archive));
        List<Long> progress = new ArrayList<>();
        Path folder = fetcher().fetch("cifar10", (file, received, total) -> {
            assertThat(file).isEqualTo(ARCHIVE);
            assertThat(total).isEqualTo(archive.length);
            progress.add(received);
        });
        assertThat(folder).isEqualTo(home.resolve("cifar-10-batches-bin"));
        assertThat(progress).isSorted().endsWith((long) archive.length);
        assertThat(home.toFile().list()).containsExactly("cifar-10-batches-bin");
        var source = new DataCatalog(new LocalStorage(), home.toString()).resolve("cifar10");
        assertThat(source.examples(Split.TRAIN)).isEqualTo(20);
    }

    @Test
    void aSetThatIsThereIsNotFetchedAgain() throws Exception {
        Path folder = Files.createDirectory(home.resolve("cifar-10-batches-bin"));
        assertThat(fetcher().fetch("cifar10", FetchProgress.NONE)).isEqualTo(folder);
        assertThat(ranges).isEmpty();
    }

    @Test
    void filesWithoutAnArchiveAreTheSet() throws Exception {
        // one of MNIST's four: the others' absence is found before the set gets its name
        byte[] images = {1, 2, 3};
        serve(exchange -> answer(exchange, images));
        var set = new PublishedSet("mnist", List.of(published(images)), List.of(), 0);
        var fetcher = new DatasetFetcher(home, PATIENT, List.of(set));
        assertThatThrownBy(() -> fetcher.fetch("mnist", FetchProgress.NONE))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining("holds no data set");
        assertThat(home.resolve("mnist")).doesNotExist();
    }

    @Test
    void aConnectionThatBreaksIsResumedWhereItBroke() throws Exception {
        int half = archive.length / 2;
        serve(exchange -> {
            if (ranges.size() == 1) {
                exchange.sendResponseHeaders(200, archive.length);
                exchange.getResponseBody().write(archive, 0, half);
                exchange.close(); // the client sees the body end early
            } else {
                answerRange(exchange, archive);
            }
        });
        fetcher().fetch("cifar10", FetchProgress.NONE);
        assertThat(ranges).containsExactly("", "bytes=" + half + "-");
        assertThat(home.resolve("cifar-10-batches-bin")).isDirectory();
    }

    @Test
    void aLaterFetchGoesOnFromThePartOfAnEarlierOne() throws Exception {
        Path work = Files.createDirectory(home.resolve(".fetch-cifar10"));
        Files.write(work.resolve(ARCHIVE + ".part"), Arrays.copyOf(archive, 1000));
        serve(exchange -> answerRange(exchange, archive));
        fetcher().fetch("cifar10", FetchProgress.NONE);
        assertThat(ranges).containsExactly("bytes=1000-");
    }

    @Test
    void aServerWithoutRangesIsAskedForAllAgain() throws Exception {
        Path work = Files.createDirectory(home.resolve(".fetch-cifar10"));
        Files.write(work.resolve(ARCHIVE + ".part"), new byte[1000]);
        serve(exchange -> answer(exchange, archive));
        fetcher().fetch("cifar10", FetchProgress.NONE);
        assertThat(home.resolve("cifar-10-batches-bin")).isDirectory();
    }

    @Test
    void anAnswerToAnotherRangeIsRefused() throws Exception {
        Path work = Files.createDirectory(home.resolve(".fetch-cifar10"));
        Files.write(work.resolve(ARCHIVE + ".part"), new byte[1000]);
        serve(exchange -> {
            exchange.getResponseHeaders().add("Content-Range", "bytes 0-99/" + archive.length);
            exchange.sendResponseHeaders(206, 100);
            exchange.getResponseBody().write(archive, 0, 100);
        });
        assertThatThrownBy(this::fetch)
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("was asked for the bytes from 1000 and answered with 'bytes 0-99/");
    }

    @Test
    void anotherContentIsRefusedAndDeleted() throws Exception {
        byte[] tampered = archive.clone();
        tampered[archive.length / 2] ^= 1;
        serve(exchange -> answer(exchange, tampered));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("SHA-256 expected")
                .hasMessageContaining("fetch again");
        assertThat(home.resolve("cifar-10-batches-bin")).doesNotExist();
        assertThat(home.resolve(".fetch-cifar10").resolve(ARCHIVE + ".part")).doesNotExist();
    }

    @Test
    void aBodyWithoutAnEndIsCutOff() throws Exception {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0); // chunked
            byte[] chunk = new byte[1 << 16];
            while (true) {
                exchange.getResponseBody().write(chunk);
            }
        });
        assertThatThrownBy(this::fetch)
                .hasMessageContaining("is longer than the " + archive.length + " bytes that were published");
    }

    @Test
    void aShortBodyIsTruncated() throws Exception {
        serve(exchange -> answer(exchange, Arrays.copyOf(archive, ranges.size() == 1 ? 500 : 0)));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("broke off after")
                .hasMessageContaining("of " + archive.length + " bytes");
    }

    @Test
    void aMissingFileIsItsStatus() throws Exception {
        serve(exchange -> exchange.sendResponseHeaders(404, -1));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(FetchException.class)
                .hasMessageContaining(ARCHIVE)
                .hasMessageContaining("answered with HTTP status 404");
    }

    @Test
    void aServerThatStallsWithinTheBodyIsGivenUp() throws Exception {
        serve(exchange -> {
            exchange.sendResponseHeaders(200, archive.length);
            exchange.getResponseBody().write(archive, 0, 100);
            exchange.getResponseBody().flush();
            awaitTheEnd();
        });
        var impatient = new FetchOptions(PATIENCE, Duration.ofSeconds(2), 1);
        assertThatThrownBy(() -> fetcher(impatient).fetch("cifar10", FetchProgress.NONE))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("broke off after 100 of " + archive.length + " bytes (no byte for 2.0 s)")
                .hasMessageContaining("the same command goes on from there");
    }

    @Test
    void aServerThatNeverAnswersIsGivenUp() throws Exception {
        serve(exchange -> awaitTheEnd());
        var impatient = new FetchOptions(Duration.ofMillis(300), Duration.ofMillis(300), 1);
        assertThatThrownBy(() -> fetcher(impatient).fetch("cifar10", FetchProgress.NONE))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("no answer within 0.3 s");
    }

    @Test
    void offlineItSaysSoAndNamesShapes() throws Exception {
        try (var deaf = new Socket()) {
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // taken, and nobody listens
            for (String host : List.of("127.0.0.1:" + deaf.getLocalPort(), "no-such-host.invalid")) {
                var file = new PublishedFile(ARCHIVE, URI.create("http://" + host + "/" + ARCHIVE), 10, "");
                var set = new PublishedSet("cifar10", List.of(file), List.of(), 0);
                assertThatThrownBy(() ->
                                new DatasetFetcher(home, PATIENT, List.of(set)).fetch("cifar10", FetchProgress.NONE))
                        .isInstanceOf(FetchException.class)
                        .hasMessageContaining("cannot reach " + host.split(":")[0])
                        .hasMessageContaining("offline")
                        .hasMessageContaining("`--data shapes` needs no download")
                        .hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void anArchiveThatReachesOutsideIsRefusedThoughItsDigestIsRight() throws Exception {
        archive = new TestTar().file("../../stolen", new byte[10]).gzip();
        serve(exchange -> answer(exchange, archive));
        assertThatThrownBy(this::fetch).hasMessageContaining("a member outside its folder");
        assertThat(home.resolve("cifar-10-batches-bin")).doesNotExist();
        assertThat(home.resolve("stolen")).doesNotExist();
    }

    @Test
    void aFetchBesideAnotherFailsAtOnce() throws Exception {
        Path work = Files.createDirectory(home.resolve(".fetch-cifar10"));
        try (var file = FileChannel.open(work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = file.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThatThrownBy(this::fetch).hasMessageContaining("another fetch is writing to " + work);
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> fetcher().fetch("imagenet", FetchProgress.NONE))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(
                        "'imagenet' cannot be fetched; cifar10 and cifar100 and mnist and fashion-mnist and kmnist and tinyshakespeare can, and shapes needs no download");
    }

    private void fetch() throws IOException {
        fetcher().fetch("cifar10", FetchProgress.NONE);
    }

    private DatasetFetcher fetcher() {
        return fetcher(PATIENT);
    }

    private DatasetFetcher fetcher(FetchOptions options) {
        List<String> members = Arrays.stream(new String[] {
                    "data_batch_1.bin",
                    "data_batch_2.bin",
                    "data_batch_3.bin",
                    "data_batch_4.bin",
                    "data_batch_5.bin",
                    "test_batch.bin",
                    "batches.meta.txt"
                })
                .map(name -> "cifar-10-batches-bin/" + name)
                .toList();
        var set = new PublishedSet("cifar10", List.of(published(archive)), members, 1 << 20);
        return new DatasetFetcher(home, options, List.of(set));
    }

    private PublishedFile published(byte[] content) {
        var uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + ARCHIVE);
        return new PublishedFile(ARCHIVE, uri, content.length, sha256(content));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private void serve(Answer answer) {
        server.createContext("/" + ARCHIVE, exchange -> {
            try (exchange) {
                String range = exchange.getRequestHeaders().getFirst("Range");
                ranges.add(range == null ? "" : range);
                answer.to(exchange);
            }
        });
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static void answerRange(HttpExchange exchange, byte[] body) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        exchange.getResponseHeaders()
                .add("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
        exchange.sendResponseHeaders(206, body.length - from);
        exchange.getResponseBody().write(body, from, body.length - from);
    }

    private void awaitTheEnd() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] cifarArchive() throws IOException {
        var shapes = new GeneratedShapes(5, 20, 4);
        Path folder = Files.createTempDirectory("cifar");
        var storage = new LocalStorage();
        CifarFormat.write(storage, folder.toString(), shapes.read(Split.TRAIN), shapes.read(Split.TEST));
        var tar = new TestTar().member("cifar-10-batches-bin/", '5', 0, new byte[0]);
        for (var entry : storage.list(folder.toString())) {
            tar.file("cifar-10-batches-bin/" + entry.name(), Files.readAllBytes(folder.resolve(entry.name())));
        }
        storage.delete(folder.toString());
        return tar.gzip();
    }
}
