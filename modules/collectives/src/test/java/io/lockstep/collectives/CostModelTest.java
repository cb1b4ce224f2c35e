package io.lockstep.collectives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.World;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.Transport;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CostModelTest {
    private static final int SEGMENT_BYTES = 65_536;
    private static final CostModel GIGABIT = new CostModel(new LinkCost(0.6, 0.09), new LinkCost(40, 8));

    private static Placement aHostEach(int worldSize) {
        return new Placement(worldSize, worldSize, 1, 1);
    }

    @Test
    void fewStepsForSmallVectorsAndFewBytesForLargeOnes() {
        assertThat(GIGABIT.fastest(4, aHostEach(2), SEGMENT_BYTES)).isEqualTo(Algorithm.FLAT);
        assertThat(GIGABIT.fastest(4, aHostEach(32), SEGMENT_BYTES)).isEqualTo(Algorithm.RECURSIVE_DOUBLING);
        assertThat(GIGABIT.fastest(100_000, aHostEach(16), SEGMENT_BYTES)).isEqualTo(Algorithm.HALVING_DOUBLING);
        assertThat(GIGABIT.fastest(44_700_000, aHostEach(4), SEGMENT_BYTES)).isEqualTo(Algorithm.RING);
        assertThat(GIGABIT.fastest(44_700_000, aHostEach(6), SEGMENT_BYTES)).isEqualTo(Algorithm.RING);
    }

    @Test
    void ranksThatShareAHostSendThroughOneOfThem() {
        Placement twoHosts = new Placement(8, 2, 4, 1);
        assertThat(GIGABIT.fastest(44_700_000, twoHosts, SEGMENT_BYTES)).isEqualTo(Algorithm.HIERARCHICAL);
        Placement scattered = new Placement(8, 2, 4, 4);
        assertThat(GIGABIT.fastest(65_536, scattered, SEGMENT_BYTES)).isEqualTo(Algorithm.HIERARCHICAL);
        Placement oneHost = new Placement(8, 1, 8, 0);
        assertThat(GIGABIT.fastest(44_700_000, oneHost, SEGMENT_BYTES)).isEqualTo(Algorithm.RING);
    }

    @Test
    void costsAreReadBackAsTheyWereWritten() {
        CostModel odd = new CostModel(new LinkCost(1 / 3.0, 1e-4 / 7), new LinkCost(1e7 / 3, Math.PI));
        assertThat(CostModel.parse(odd.toString())).isEqualTo(odd);
        assertThatThrownBy(() -> CostModel.parse("memory 1 us")).hasMessageContaining("network 30.0 us + 5.0 ns/B");
    }

    @Test
    void measuredCostsAreTheSameOnAllRanksAndCanBeFedBack() throws Exception {
        Tuning measured = Tuning.defaults().withMeasuredCosts();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<ProcessGroup> groups = World.all(InProcessTransport.create(3).stream()
                    .map(transport -> threads.submit(() -> form(transport, measured)))
                    .toList());
            CostModel found = groups.get(0).costs();
            assertThat(groups).allSatisfy(group -> assertThat(group.costs()).isEqualTo(found));
            assertThat(found.memory()).isNotEqualTo(CostModel.nominal().memory());
            assertThat(Tuning.defaults()
                            .withCosts(CostModel.parse(found.toString()))
                            .costs())
                    .contains(found);
            groups.forEach(ProcessGroup::close);
        } finally {
            threads.shutdown();
        }
    }

    private static ProcessGroup form(Transport transport, Tuning tuning) {
        return ProcessGroups.form(transport, 0, 0, World.PATIENCE, tuning);
    }

    @Test
    void withoutAProbeNominalCostsChoose() {
        List<Algorithm> choices = Stream.of(1, 1000, 100_000, 10_000_000)
                .map(bytes -> CostModel.nominal().fastest(bytes, aHostEach(4), SEGMENT_BYTES))
                .toList();
        assertThat(choices).containsExactly(Algorithm.FLAT, Algorithm.FLAT, Algorithm.RING, Algorithm.RING);
    }
}
