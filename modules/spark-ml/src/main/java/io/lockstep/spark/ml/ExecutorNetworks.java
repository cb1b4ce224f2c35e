package io.lockstep.spark.ml;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The networks that tasks of this process ask: one copy of each, however many tasks there are. Any thread may call. */
final class ExecutorNetworks {
    /** Networks that nobody asks now and that stay, as the next task of the same job will. */
    private static final int IDLE = 2;

    // tasks of one executor know nothing of each other but the process that they are in
    private static final ExecutorNetworks HERE = new ExecutorNetworks();

    private final Map<String, Shared> open = new HashMap<>();
    private final Deque<Shared> idle = new ArrayDeque<>(); // the one that was left first is first

    static ExecutorNetworks here() {
        return HERE;
    }

    private static final class Shared {
        private final String key;
        private final AskedNetwork network;
        private int users;

        Shared(String key, AskedNetwork network) {
            this.key = key;
            this.network = network;
        }
    }

    /** A task's hold on a network. */
    final class Lease implements AutoCloseable {
        private final Shared shared;
        private boolean closed;

        private Lease(Shared shared) {
            this.shared = shared;
        }

        AskedNetwork network() {
            return shared.network;
        }

        @Override
        public void close() {
            synchronized (ExecutorNetworks.this) {
                if (!closed) {
                    closed = true;
                    giveBack(shared);
                }
            }
        }
    }

    /**
     * @param key tells networks apart
     * @param opener makes the network, if it is not open; others wait meanwhile
     */
    synchronized Lease lease(String key, Supplier<AskedNetwork> opener) {
        Shared shared = open.get(key);
        if (shared == null) {
            shared = new Shared(key, opener.get());
            open.put(key, shared);
        }
        idle.remove(shared);
        shared.users++;
        return new Lease(shared);
    }

    private void giveBack(Shared shared) {
        shared.users--;
        if (shared.users == 0) {
            idle.add(shared);
        }
        while (idle.size() > IDLE) {
            Shared oldest = idle.remove();
            open.remove(oldest.key);
            oldest.network.close();
        }
    }
}
