package io.lockstep.spark;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import java.io.Serializable;

/** Opens a rank's end of the process group, over whatever transport the application chose. */
@FunctionalInterface
public interface GroupFactory extends Serializable {
    ProcessGroup open(GroupOptions options, Rendezvous rendezvous);
}
