package io.lockstep.datasets.images.pickles;

import io.lockstep.datasets.MalformedDatasetException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads what a pickle of protocol 2 to 4 holds (Python's pickletools tells the opcodes): Map, List, Long, Boolean, null, byte[]
 * for text and bytes alike, and {@link Bytes} for an array of numpy's type uint8. Names that a pickle calls are looked up
 * nowhere: those that make such an array are known here, and any other is refused.
 */
final class Unpickler {
    private static final Set<String> ARRAYS = Set.of(
            "numpy.core.multiarray _reconstruct",
            "numpy._core.multiarray _reconstruct",
            "numpy ndarray",
            "numpy dtype",
            "_codecs encode");
    private static final Object MARK = new Object();

    private final ByteBuffer in;
    private final String path;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    /**
     * An array of bytes.
     *
     * @param shape as numpy has it
     */
    record Bytes(List<Long> shape, byte[] content) {}

    /** A name that a pickle calls. */
    private record Name(String of) {}

    /** What a call makes, until its state is known. */
    private static final class Made {
        private final Name name;
        private final List<?> arguments;
        private Object state;

        Made(Name name, List<?> arguments) {
            this.name = name;
            this.arguments = arguments;
        }
    }

    private Unpickler(byte[] pickle, String path) {
        in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.path = path;
    }

    /** @param path for messages */
    static Object read(byte[] pickle, String path) throws MalformedDatasetException {
        try {
            return new Unpickler(pickle, path).run();
        } catch (RuntimeException e) { // whatever a broken program does: too short, an empty stack, another type
            throw new MalformedDatasetException(path + " is no pickle of data, or damaged: " + e, e);
        }
    }

    private Object run() throws MalformedDatasetException {
        while (true) {
            int opcode = in.get() & 0xff;
            if (opcode == '.') {
                return finished(pop());
            }
            if (!value(opcode) && !structure(opcode)) {
                throw new MalformedDatasetException(path + " holds more than data: its opcode "
                        + (opcode > ' ' && opcode < 127 ? "'" + (char) opcode + "'" : opcode) + " at byte "
                        + (in.position() - 1) + " is not read");
            }
        }
    }

    /** @return whether it was one */
    private boolean value(int opcode) {
        switch (opcode) {
            case 0x80 -> in.get(); // PROTO
            case 0x95 -> in.getLong(); // FRAME
            case 'N' -> stack.add(null);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'K' -> stack.add((long) (in.get() & 0xff));
            case 'M' -> stack.add((long) (in.getShort() & 0xffff));
            case 'J' -> stack.add((long) in.getInt());
            case 0x8a -> stack.add(number(bytes(in.get() & 0xff)));
            case 'U', 'C', 0x8c -> stack.add(bytes(in.get() & 0xff));
            case 'T', 'B', 'X' -> stack.add(bytes(in.getInt()));
            case 0x8e, 0x8d -> stack.add(bytes(Math.toIntExact(in.getLong())));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean structure(int opcode) throws MalformedDatasetException {
        switch (opcode) {
            case '(' -> stack.add(MARK);
            case '}' -> stack.add(new LinkedHashMap<>());
            case ']' -> stack.add(new ArrayList<>());
            case ')' -> stack.add(List.of());
            case 't' -> stack.add(marked());
            case 0x85, 0x86, 0x87 -> stack.add(last(opcode - 0x84));
            case 'a' -> list(last(1));
            case 'e' -> list(marked());
            case 's' -> map(last(2));
            case 'u' -> map(marked());
            case 'q' -> memo.put(in.get() & 0xff, top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> stack.add(memo.get(in.get() & 0xff));
            case 'j' -> stack.add(memo.get(in.getInt()));
            case 'c' -> stack.add(name(line() + " " + line()));
            case 0x93 -> {
                List<Object> both = last(2);
                stack.add(name(text(both.get(0)) + " " + text(both.get(1))));
            }
            case 'R' -> {
                List<Object> call = last(2);
                stack.add(new Made((Name) call.get(0), (List<?>) call.get(1)));
            }
            case 'b' -> {
                List<Object> built = last(2);
                ((Made) built.get(0)).state = built.get(1);
                stack.add(built.get(0));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private Name name(String of) throws MalformedDatasetException {
        if (!ARRAYS.contains(of)) {
            throw new MalformedDatasetException(path + " holds more than data: it calls " + of.replace(' ', '.')
                    + ", and nothing is called from a pickle here");
        }
        return new Name(of);
    }

    private byte[] bytes(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(length + " bytes, of which " + in.remaining() + " are there");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static long number(byte[] littleEndian) {
        if (littleEndian.length > Long.BYTES) {
            throw new IllegalArgumentException("a number of " + littleEndian.length + " bytes");
        }
        long value = littleEndian.length > 0 && littleEndian[littleEndian.length - 1] < 0 ? -1 : 0;
        for (int i = littleEndian.length - 1; i >= 0; i--) {
            value = value << 8 | littleEndian[i] & 0xff;
        }
        return value;
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (char next = (char) in.get(); next != '\n'; next = (char) in.get()) {
            line.append(next);
        }
        return line.toString();
    }

    static String text(Object value) {
        return new String((byte[]) value, StandardCharsets.UTF_8);
    }

    private Object top() {
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        return stack.remove(stack.size() - 1);
    }

    private List<Object> last(int count) {
        List<Object> tail = stack.subList(stack.size() - count, stack.size());
        List<Object> taken = new ArrayList<>(tail);
        tail.clear();
        return taken;
    }

    private List<Object> marked() {
        int mark = stack.lastIndexOf(MARK);
        List<Object> taken = last(stack.size() - 1 - mark);
        pop();
        return taken;
    }

    @SuppressWarnings("unchecked")
    private void list(List<Object> items) {
        ((List<Object>) top()).addAll(items);
    }

    @SuppressWarnings("unchecked")
    private void map(List<Object> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            ((Map<Object, Object>) top()).put(text(pairs.get(i)), finished(pairs.get(i + 1)));
        }
    }

    /** Of an array, its bytes: state is (version, shape, type, whether in Fortran's order, bytes). */
    private Object finished(Object value) {
        if (!(value instanceof Made made) || !(made.state instanceof List<?> state) || state.size() < 5) {
            return value;
        }
        String type = text(((Made) state.get(2)).arguments.get(0));
        if (!type.equals("u1") || Boolean.TRUE.equals(state.get(3))) {
            throw new IllegalArgumentException("an array of type " + type + "; bytes, row by row, are read");
        }
        List<Long> shape =
                ((List<?>) state.get(1)).stream().map(each -> (Long) each).toList();
        return new Bytes(shape, content(state.get(4)));
    }

    /** Python 3 writes bytes for protocol 2 as Latin-1 text that is to be encoded. */
    private static byte[] content(Object bytes) {
        if (bytes instanceof byte[] content) {
            return content;
        }
        Made encoded = (Made) bytes;
        if (!encoded.name.of().equals("_codecs encode")
                || !text(encoded.arguments.get(1)).equals("latin1")) {
            throw new IllegalArgumentException("bytes that are made by " + encoded.name.of());
        }
        return text(encoded.arguments.get(0)).getBytes(StandardCharsets.ISO_8859_1);
    }
}
