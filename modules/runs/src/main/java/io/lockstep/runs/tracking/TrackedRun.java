package io.lockstep.runs.tracking;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What a tracker is told of the run as a whole.
 *
 * @param target what follows the colon of the setting {@code tracking}
 * @param experiment the runs among which it stands
 * @param parameters the resolved settings, those without a value left out
 * @param deadline the longest that the end of the run waits
 */
public record TrackedRun(
        String target,
        String experiment,
        String name,
        Map<String, String> parameters,
        Map<String, String> tags,
        Duration deadline,
        Notes notes) {
    /** What outlives the driver, and what a person reads. */
    public interface Notes {
        /** By which the server knows the run, if it was told of it before. */
        Optional<String> id() throws IOException;

        void keepId(String id) throws IOException;

        void tell(String line);
    }
}
