package io.lockstep.training.checkpoint;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Metric;
import io.lockstep.training.Replica;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A folder of checkpoints, on any {@link Storage}:
 *
 * <pre>
 * step-00000050/model.zip          configuration, parameters, updater state: DL4J's ModelSerializer reads it
 *               state.properties   step, seed and what else resuming needs
 *               rank-00003.state   what rank 3 alone knew, where a strategy has such: residuals
 *               MANIFEST           written last: a line of SHA-256 and name for each file, as sha256sum -c reads it
 * </pre>
 *
 * <p>A checkpoint without its manifest, or with the beginning of one, does not exist: whoever wrote it was killed before
 * it was whole. One whose files do not hash to its manifest is passed over for the one before. No rename is needed, so
 * object stores do.
 *
 * <p>One process writes a folder at a time, but for the ranks' own files. Whoever starts the writers names them in the
 * file {@code OWNER} first ({@link #claim}); one that hung, or was cut off, and finds another's name there when it comes
 * back, stops before it begins the next file and before it ends this one. If it hangs in the very moment between that look
 * and what it does next, hashes do not fit afterwards, and the checkpoint is passed over.
 */
public final class CheckpointStore {
    public static final String MODEL = "model.zip";
    static final String STATE = "state.properties";
    private static final String OWNER = "OWNER";
    private static final Pattern FOLDER = Pattern.compile("step-(\\d{8,})");
    private final Storage storage;
    private final String folder;
    private final int keep;
    private final Best best;
    private final OwnedFiles files;
    private final Consumer<String> warnings;

    /**
     * By what the best checkpoint is told, of those that were tested; of equals the one of the lowest loss, then the oldest.
     *
     * @param metric null: there is none
     */
    public record Best(Metric metric) implements Serializable {
        public static final Best NONE = new Best(null);

        /** Empty where nothing was tested, or no test has a number: of networks that have diverged none is best. */
        public Optional<Tested> of(List<Tested> tested) {
            if (metric == null) {
                return Optional.empty();
            }
            return tested.stream()
                    .filter(each -> !Double.isNaN(each.test().loss())
                            && !Double.isNaN(each.test().metric(metric)))
                    .min(Comparator.comparingDouble(this::badness)
                            .thenComparingDouble(each -> each.test().loss())
                            .thenComparingLong(Tested::step));
        }

        private double badness(Tested tested) {
            double value = tested.test().metric(metric);
            return metric.direction() == Metric.Direction.HIGHER_IS_BETTER ? -value : value;
        }
    }

    /** @param step updates done */
    public record Tested(long step, Evaluation test) {}

    /**
     * The newest ones stay, whoever writes.
     *
     * @param keep how many of the newest checkpoints stay; at least 1
     * @param warnings told of damaged checkpoints that were passed over
     */
    public CheckpointStore(Storage storage, String folder, int keep, Consumer<String> warnings) {
        this(storage, folder, keep, Best.NONE, "", warnings);
    }

    /**
     * @param keep how many of the newest checkpoints stay; at least 1
     * @param best by what the best one is told, which stays too
     * @param owner the name that {@link #claim} must have left last; empty: it does not matter
     * @param warnings told of damaged checkpoints that were passed over
     */
    public CheckpointStore(
            Storage storage, String folder, int keep, Best best, String owner, Consumer<String> warnings) {
        if (keep < 1) {
            throw new IllegalArgumentException("keep must be at least 1, was " + keep);
        }
        this.storage = storage;
        this.folder = folder;
        this.keep = keep;
        this.best = best;
        files = new OwnedFiles(storage, Storage.join(folder, OWNER), owner);
        this.warnings = warnings;
    }

    /** From now on, only stores of this owner write here. Called by who starts the writers, before it starts them. */
    public void claim(String newOwner) throws IOException {
        files.put(Storage.join(folder, OWNER), newOwner.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #write(TrainingState, Replica.Snapshot, List)}, of a model that is in memory. */
    public void write(Checkpoint checkpoint) throws IOException {
        write(checkpoint.state(), out -> out.write(checkpoint.model()), checkpoint.rankStateHashes());
    }

    /**
     * Writes a checkpoint of a model that is not in one piece of memory, then removes those that are too many.
     *
     * @param rankStateHashes what {@link #writeRankState} returned, by rank; or none
     * @throws IOException the checkpoint does not exist then, and no older one was touched
     */
    public void write(TrainingState state, Replica.Snapshot model, List<String> rankStateHashes) throws IOException {
        long step = state.step();
        String target = path(step);
        try {
            begin(step);
            Map<String, String> hashes = new TreeMap<>();
            for (int rank = 0; rank < rankStateHashes.size(); rank++) {
                hashes.put(rankFile(rank), rankStateHashes.get(rank));
            }
            hashes.put(MODEL, files.put(Storage.join(target, MODEL), model));
            hashes.put(
                    STATE, files.put(Storage.join(target, STATE), state.toText().getBytes(StandardCharsets.UTF_8)));
            files.put(Storage.join(target, Manifest.NAME), Manifest.text(hashes).getBytes(StandardCharsets.UTF_8));
        } catch (FencedException e) {
            throw e;
        } catch (IOException e) {
            makeRoom(target, e);
            throw new IOException("cannot write the checkpoint " + target + ": " + e.getMessage(), e);
        }
        try {
            prune();
        } catch (IOException e) {
            warnings.accept("older checkpoints in " + folder + " stay: " + e.getMessage());
        }
    }

    /** What was written of a checkpoint that failed may be what fills the disk. */
    private void makeRoom(String target, IOException failure) {
        try {
            files.requireOwned(); // whoever goes on elsewhere may have written it meanwhile
            storage.delete(target);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Before the first file of a step is written: where there was a checkpoint of that step, there is none now. */
    public void begin(long step) throws IOException {
        files.requireOwned();
        storage.delete(Storage.join(path(step), Manifest.NAME));
    }

    /**
     * Writes what a rank alone knows, after {@link #begin} and before {@link #write}.
     *
     * @return its SHA-256
     */
    public String writeRankState(long step, int rank, byte[] content) throws IOException {
        files.requireOwned();
        return files.put(Storage.join(path(step), rankFile(rank)), content);
    }

    /** What a rank of a checkpoint wrote of its own. */
    public byte[] rankState(Checkpoint checkpoint, int rank) throws IOException {
        String path = Storage.join(path(checkpoint.state().step()), rankFile(rank));
        byte[] content = files.get(path);
        if (!OwnedFiles.hash(content).equals(checkpoint.rankStateHashes().get(rank))) {
            throw new IOException(path + " has changed since it was checked");
        }
        return content;
    }

    private static String rankFile(int rank) {
        return String.format(Locale.ROOT, "rank-%05d.state", rank);
    }

    /**
     * The newest checkpoint that is whole; empty where none was ever completed.
     *
     * @throws IOException if there are some, and none can be read: whoever goes on must not begin anew
     */
    public Optional<Checkpoint> latest() throws IOException {
        List<Long> steps = steps();
        IOException unreadable = null;
        for (int i = steps.size() - 1; i >= 0; i--) {
            String source = path(steps.get(i));
            try {
                Optional<Map<String, String>> manifest = manifest(source);
                if (manifest.isPresent()) {
                    requireRankStates(source, manifest.get());
                    return Optional.of(read(source, manifest.get()));
                }
                warnings.accept("passing over the checkpoint " + source + ": it was never completed (no whole "
                        + Manifest.NAME + ")");
            } catch (IOException e) {
                warnings.accept("passing over the checkpoint " + source + ": " + e.getMessage());
                unreadable = unreadable == null ? e : unreadable;
            }
        }
        if (unreadable != null) {
            throw new IOException(
                    "no checkpoint in " + folder + " can be read; the newest: " + unreadable.getMessage(), unreadable);
        }
        return Optional.empty();
    }

    /** What the newest checkpoint with a manifest knows beside the model, which is not read; empty where there is none. */
    public Optional<TrainingState> newestState() throws IOException {
        List<Long> complete = complete();
        for (int i = complete.size() - 1; i >= 0; i--) {
            try {
                return Optional.of(state(complete.get(i)));
            } catch (IOException | IllegalArgumentException e) { // as latest() does
                warnings.accept("passing over the checkpoint " + path(complete.get(i)) + ": " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    /**
     * The checkpoint of a step. What single ranks wrote of their own is not looked at: {@link #latest}, which one rank asks,
     * looks at all of it, and {@link #rankState} at what it reads.
     *
     * @throws IOException if it is not there, or not whole
     */
    public Checkpoint at(long step) throws IOException {
        String source = path(step);
        Map<String, String> manifest = manifest(source)
                .orElseThrow(() -> new FileNotFoundException(
                        "the checkpoint " + source + " was never completed (no whole " + Manifest.NAME + ")"));
        return read(source, manifest);
    }

    /**
     * The hash of each file; empty where the checkpoint was never completed.
     *
     * @throws IOException if it cannot be read, or is not what was written
     */
    private Optional<Map<String, String>> manifest(String source) throws IOException {
        String text;
        try {
            text = new String(files.get(Storage.join(source, Manifest.NAME)), StandardCharsets.UTF_8);
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
        return Manifest.parse(text);
    }

    private void requireRankStates(String source, Map<String, String> manifest) throws IOException {
        for (int rank = 0; manifest.containsKey(rankFile(rank)); rank++) {
            files.verified(source, rankFile(rank), manifest);
        }
    }

    private Checkpoint read(String source, Map<String, String> manifest) throws IOException {
        if (!manifest.containsKey(MODEL) || !manifest.containsKey(STATE)) {
            throw new IOException("its " + Manifest.NAME + " lacks " + MODEL + " or " + STATE);
        }
        byte[] state = files.verified(source, STATE, manifest);
        List<String> rankStateHashes = new ArrayList<>();
        while (manifest.containsKey(rankFile(rankStateHashes.size()))) {
            rankStateHashes.add(manifest.get(rankFile(rankStateHashes.size())));
        }
        return new Checkpoint(
                TrainingState.fromText(new String(state, StandardCharsets.UTF_8)),
                files.verified(source, MODEL, manifest),
                rankStateHashes);
    }

    /**
     * The best of the checkpoints that are whole; empty where none was tested.
     *
     * @throws IOException if it cannot be read
     */
    public Optional<Checkpoint> best(Best by) throws IOException {
        Optional<Tested> found = by.of(tested(complete()));
        return found.isEmpty() ? Optional.empty() : Optional.of(at(found.get().step()));
    }

    /**
     * The one that a person asks for.
     *
     * @param which {@code newest}, {@code best} or a step
     * @throws IOException saying what there is, if it is not there or cannot be read
     */
    public Checkpoint choose(String which, Best by) throws IOException {
        Optional<Checkpoint> found =
                switch (which) {
                    case "newest" -> latest();
                    case "best" -> best(by);
                    default -> {
                        long step = Long.parseLong(which);
                        yield complete().contains(step) ? Optional.of(at(step)) : Optional.empty();
                    }
                };
        if (found.isEmpty()) {
            List<Long> there = complete();
            throw new FileNotFoundException(
                    there.isEmpty()
                            ? "no whole checkpoint in " + folder
                            : "no " + (which.equals("best") ? "tested checkpoint" : "checkpoint of step " + which)
                                    + " in " + folder + "; there are those of steps " + there);
        }
        return found.get();
    }

    /** Not held against its hash. */
    private TrainingState state(long step) throws IOException {
        return TrainingState.fromText(new String(files.get(Storage.join(path(step), STATE)), StandardCharsets.UTF_8));
    }

    private List<Tested> tested(List<Long> steps) {
        List<Tested> tested = new ArrayList<>();
        for (long step : steps) {
            try {
                TrainingState state = state(step);
                if (state.test() != null) {
                    tested.add(new Tested(step, state.test()));
                }
            } catch (IOException | IllegalArgumentException e) { // it is not held against its hash here
                warnings.accept("passing over the checkpoint " + path(step) + ": " + e.getMessage());
            }
        }
        return tested;
    }

    private void prune() throws IOException {
        List<Long> complete = complete();
        if (complete.size() <= keep) {
            return;
        }
        List<Long> newest = complete.subList(complete.size() - keep, complete.size());
        Set<Long> kept = new HashSet<>(newest);
        if (best.metric() != null) {
            best.of(tested(complete)).ifPresent(each -> kept.add(each.step()));
        }
        for (long step : steps()) {
            if (step < newest.get(0) && !kept.contains(step)) {
                storage.delete(Storage.join(path(step), Manifest.NAME)); // first: never a manifest without its files
                storage.delete(path(step));
            }
        }
    }

    /** Those with a whole manifest and all its files. One that was cut short must not take the place of a whole one. */
    private List<Long> complete() throws IOException {
        List<Long> complete = new ArrayList<>();
        for (long step : steps()) {
            Optional<Map<String, String>> manifest = manifest(path(step));
            if (manifest.isPresent()
                    && names(path(step)).containsAll(manifest.get().keySet())) {
                complete.add(step);
            }
        }
        return complete;
    }

    private Set<String> names(String source) throws IOException {
        return storage.list(source).stream().map(Storage.Entry::name).collect(Collectors.toSet());
    }

    /** Steps with a folder, ascending, whole or not. */
    private List<Long> steps() throws IOException {
        try {
            return storage.list(folder).stream()
                    .map(entry -> FOLDER.matcher(entry.name()))
                    .filter(Matcher::matches)
                    .map(matcher -> Long.parseLong(matcher.group(1)))
                    .sorted()
                    .toList();
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }

    /** Where the checkpoint of a step lies. */
    public String path(long step) {
        return Storage.join(folder, String.format(Locale.ROOT, "step-%08d", step));
    }
}
