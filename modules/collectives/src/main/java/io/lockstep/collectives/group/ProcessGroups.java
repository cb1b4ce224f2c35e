package io.lockstep.collectives.group;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes process groups. */
public final class ProcessGroups {
    private ProcessGroups() {}

    /** A world of one rank: every collective is done at once. */
    public static ProcessGroup solo(Duration deadline) {
        return new SoloProcessGroup(deadline);
    }

    /**
     * One group a rank, for ranks that are threads of this JVM, by rank. Each is used and closed by its own thread.
     *
     * <pre>{@code
     * List<ProcessGroup> groups = ProcessGroups.inProcess(2, Duration.ofSeconds(10));
     * groups.get(0).barrier();   // in a single thread: the deadline passes
     * }</pre>
     */
    public static List<ProcessGroup> inProcess(int worldSize, Duration deadline) {
        return inProcess(worldSize, deadline, Tuning.defaults());
    }

    public static List<ProcessGroup> inProcess(int worldSize, Duration deadline, Tuning tuning) {
        if (worldSize == 1) {
            return List.of(solo(deadline));
        }
        List<ProcessGroup> groups = new ArrayList<>();
        for (Transport transport : InProcessTransport.create(worldSize)) {
            groups.add(over(transport, 0, 0, deadline, tuning));
        }
        return List.copyOf(groups);
    }

    /**
     * A group over a transport, which it owns from now on.
     *
     * @param attempt fencing epoch, and
     * @param group number of the group within it; frames of others are dropped
     */
    public static ProcessGroup over(Transport transport, int attempt, int group, Duration deadline, Tuning tuning) {
        return new TransportProcessGroup(transport, attempt, group, deadline, tuning);
    }

    /**
     * The same, and where the tuning has no costs a short probe of the links. All ranks call it at the same time; in one
     * thread after another it would wait for ever.
     */
    public static ProcessGroup form(Transport transport, int attempt, int group, Duration deadline, Tuning tuning) {
        TransportProcessGroup result = new TransportProcessGroup(transport, attempt, group, deadline, tuning);
        try {
            if (tuning.costs().isEmpty()) {
                result.calibrate();
            }
            return result;
        } catch (RuntimeException e) {
            result.close();
            throw e;
        }
    }
}
