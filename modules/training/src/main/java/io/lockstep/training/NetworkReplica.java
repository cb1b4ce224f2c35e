package io.lockstep.training;

import java.util.List;

/** A replica of a network that is trained as a whole: in every step it has one turn, its own. */
public interface NetworkReplica extends Replica, Trainee {
    @Override
    default List<Turn> turns() {
        return List.of(new Turn(this, 1));
    }
}
