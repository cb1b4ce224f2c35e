package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Shape;
import io.lockstep.engine.TaskProfile;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Products.Dense;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskProfilesTest {
    @ParameterizedTest
    @CsvSource({
        "forward one layer,               forward Dense,          24",
        "backward one layer weights,      backward Dense weights, 24",
        "backward one layer,              backward Dense,         48",
        "forward one,                     forward Dense,          40",
        "backward add one layer,          backward add,           0",
        "round input,                     round Input,            0",
        "something else,                  something else,         0"
    })
    void aTaskIsKnownByItsNodesNameWhichMayHaveSpaces(String name, String kind, long flop) {
        Graph graph = new GraphBuilder(Shape.vector(4))
                .add("one", new Dense(5, true))
                .add("one layer", new Dense(3, false), "input")
                .add("loss", new SoftmaxCrossEntropy(0), "one layer")
                .build();

        TaskProfile profile = TaskProfiles.of(graph, new Program.Timing(name, 7, 8), 1, node -> null);

        assertThat(profile.kind()).isEqualTo(kind);
        assertThat(profile.flop()).isEqualTo(flop);
    }
}
