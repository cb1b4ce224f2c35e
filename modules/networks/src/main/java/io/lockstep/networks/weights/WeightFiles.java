package io.lockstep.networks.weights;

import io.lockstep.datasets.storage.Storage;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/** A safetensors file, or the several that an index ({@code model.safetensors.index.json}) names. */
public final class WeightFiles implements TensorSource {
    public static final String SUFFIX = ".safetensors";
    private static final String INDEX_SUFFIX = SUFFIX + ".index.json";
    /** How a folder of Hugging Face's calls its weights. */
    private static final String MODEL = "model";

    private static final String FILES_OF_TENSORS = "weight_map";
    private static final int LONGEST_INDEX = 64 << 20;
    private static final int BUFFER = 1 << 18;

    private final Storage storage;
    private final List<String> paths;
    private final List<TensorInfo> tensors = new ArrayList<>();

    private WeightFiles(Storage storage, List<String> paths) {
        this.storage = storage;
        this.paths = paths;
    }

    /** Whether a path is that of such a file by its name. */
    public static boolean isNamedSo(String path) {
        return path.endsWith(SUFFIX) || path.endsWith(INDEX_SUFFIX);
    }

    /** The weights in a folder, as Hugging Face's libraries save them; null if there are none. */
    public static String inFolder(Storage storage, String folder) throws IOException {
        for (String name : List.of(MODEL + SUFFIX, MODEL + INDEX_SUFFIX)) {
            if (storage.exists(Storage.join(folder, name))) {
                return Storage.join(folder, name);
            }
        }
        return null;
    }

    /**
     * Reads all headers.
     *
     * @throws IOException naming the file, and what is wrong with it
     */
    public static WeightFiles open(Storage storage, String path) throws IOException {
        var files = new WeightFiles(storage, path.endsWith(INDEX_SUFFIX) ? named(storage, path) : List.of(path));
        Map<String, String> fileOf = new HashMap<>();
        for (String file : files.paths) {
            files.withReader(file, reader -> {
                for (TensorInfo tensor : reader.tensors()) {
                    String before = fileOf.put(tensor.name(), file);
                    if (before != null) {
                        throw new IOException("tensor '" + tensor.name() + "' is also in " + before);
                    }
                    files.tensors.add(tensor);
                }
            });
        }
        return files;
    }

    /** The files that an index names; which tensor is in which, they say themselves. */
    private static List<String> named(Storage storage, String index) throws IOException {
        Set<String> names = new TreeSet<>();
        try (InputStream in = storage.open(index);
                JsonParser json = new JsonFactory().createParser(in.readNBytes(LONGEST_INDEX))) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.START_OBJECT && FILES_OF_TENSORS.equals(json.getCurrentName())) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String name = json.nextTextValue();
                        if (name == null) {
                            throw new IOException(index + " has a tensor in a file whose name is no text");
                        }
                        names.add(name);
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw new IOException(index + " is no index of safetensors files: " + e.getOriginalMessage(), e);
        }
        if (names.isEmpty()) {
            throw new IOException(index + " names no files: it has no " + FILES_OF_TENSORS);
        }
        String folder = index.contains("/") ? index.substring(0, index.lastIndexOf('/') + 1) : "";
        List<String> paths = new ArrayList<>();
        for (String name : names) {
            if (name.contains("/") || name.contains("\\") || !name.endsWith(SUFFIX)) {
                throw new IOException(index + " names '" + name + "', which is no safetensors file beside it");
            }
            paths.add(folder + name);
        }
        return paths;
    }

    @Override
    public List<TensorInfo> tensors() {
        return List.copyOf(tensors);
    }

    @Override
    public void read(Predicate<TensorInfo> wanted, Taker taker) throws IOException {
        for (String path : paths) {
            withReader(path, reader -> reader.read(wanted, taker));
        }
    }

    /** Does something with a file's reader. */
    private interface Use {
        void of(SafetensorsReader reader) throws IOException;
    }

    private void withReader(String path, Use use) throws IOException {
        long bytes = length(path);
        try (InputStream in = new BufferedInputStream(storage.open(path), BUFFER)) {
            use.of(SafetensorsReader.of(in, bytes));
        } catch (FileNotFoundException e) {
            throw e; // names the path
        } catch (IOException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }

    private long length(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        return storage.list(slash < 0 ? "." : path.substring(0, Math.max(1, slash))).stream()
                .filter(entry -> entry.name().equals(name) && !entry.isFolder())
                .findFirst()
                .orElseThrow(() -> new FileNotFoundException(path + ": no such file"))
                .bytes();
    }
}
