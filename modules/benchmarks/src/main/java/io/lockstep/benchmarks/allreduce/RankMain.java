package io.lockstep.benchmarks.allreduce;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.CostModel;
import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.PreparedWork;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.Datagrams;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * One rank of the sweep. Reads its key and the other ranks' advertisements from standard input, where no other process
 * can see them.
 */
public final class RankMain {
    private static final int WARM_UP_BYTES = 1 << 20;
    private static final int SMALL_WARM_UP_BYTES = 4096;
    private static final float WARM_UP_SECONDS = 3;
    private static final int LEAST_ROUNDS = 5;
    private static final int MOST_ROUNDS = 20_000;

    private final ProcessGroup group;
    private final WireType wire;
    private final double seconds;

    private RankMain(ProcessGroup group, WireType wire, double seconds) {
        this.group = group;
        this.wire = wire;
        this.seconds = seconds;
    }

    /** What the parent passes, in the order in which it does. */
    static List<String> arguments(AllReduceOptions options, int rank) {
        List<String> arguments = new ArrayList<>(List.of(
                Integer.toString(rank),
                Integer.toString(options.ranks()),
                options.group().transport().name(),
                options.group().security().name(),
                options.group().algorithm().name(),
                options.group().wire().name(),
                Double.toString(options.seconds()),
                options.address(rank),
                Long.toString(options.group().deadline().toMillis()),
                Integer.toString(options.group().mtuBytes()),
                options.group().costs()));
        options.bytes().forEach(size -> arguments.add(Long.toString(size)));
        return arguments;
    }

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        byte[] key = HexFormat.of().parseHex(in.readLine());
        GroupOptions options = new GroupOptions(
                Integer.parseInt(args[0]),
                Integer.parseInt(args[1]),
                0,
                key,
                args[7],
                Duration.ofMillis(Long.parseLong(args[8])),
                GroupOptions.Security.valueOf(args[3]));
        TransportOptions transport = TransportOptions.defaults()
                .withIntraHost(Route.valueOf(args[2]))
                .withDatagrams(Datagrams.DEFAULTS.withMtuBytes(Integer.parseInt(args[9])))
                .withTuning(tuning(args[10]).withAllReduce(Algorithm.valueOf(args[4])));
        try (ProcessGroup group = ProcessGroups.open(options, rendezvous(in, out, options.worldSize()), transport)) {
            RankMain rank = new RankMain(group, WireType.valueOf(args[5]), Double.parseDouble(args[6]));
            rank.warmUp();
            if (group.rank() == 0) {
                out.println("# costs: " + group.costs());
            }
            for (int i = 11; i < args.length; i++) {
                AllReduceResult result = rank.measure(Long.parseLong(args[i]));
                out.println("RESULT " + result.medianMicros() + " " + result.p95Micros() + " " + result.wrong());
            }
        }
    }

    private static Tuning tuning(String costs) {
        return switch (costs) {
            case "nominal" -> Tuning.defaults();
            case "measured" -> Tuning.defaults().withMeasuredCosts();
            default -> Tuning.defaults().withCosts(CostModel.parse(costs));
        };
    }

    private static Rendezvous rendezvous(BufferedReader in, PrintStream out, int worldSize) {
        return mine -> {
            out.println("ADVERTISE " + mine);
            List<String> all = new ArrayList<>();
            try {
                for (int rank = 0; rank < worldSize; rank++) {
                    all.add(in.readLine());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return all;
        };
    }

    /**
     * Until the JVM has compiled what every size needs. The cipher's first thousands of packets are interpreted, which takes
     * milliseconds for a long one, so most of them are short.
     */
    private void warmUp() {
        ByteBuffer vector = ByteBuffer.allocateDirect(WARM_UP_BYTES).order(ByteOrder.nativeOrder());
        ByteBuffer small = ByteBuffer.allocateDirect(SMALL_WARM_UP_BYTES).order(ByteOrder.nativeOrder());
        ByteBuffer elapsed = ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder());
        long begin = System.nanoTime();
        do {
            group.allReduce(vector, Reduction.SUM, wire).await();
            for (int i = 0; i < 100; i++) {
                group.allReduce(small, Reduction.SUM, wire).await();
            }
            elapsed.putFloat(0, (System.nanoTime() - begin) / 1e9f);
            group.allReduce(elapsed, Reduction.MAX).await();
        } while (elapsed.getFloat(0) < WARM_UP_SECONDS);
    }

    private AllReduceResult measure(long bytes) {
        ByteBuffer vector = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
        long wrong = check(vector);
        vector.clear();
        int rounds = rounds(vector);
        double[] micros = new double[rounds];
        PreparedWork work = group.prepareAllReduce(vector, Reduction.SUM, wire);
        group.barrier();
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            work.start().await();
            micros[round] = (System.nanoTime() - begin) / 1000.0;
        }
        Arrays.sort(micros);
        return new AllReduceResult(
                bytes, micros[rounds / 2], micros[Math.min(rounds - 1, rounds * 95 / 100)], wrong, group.worldSize());
    }

    /** Warms up until times settle, and agrees with the other ranks on how many rounds fill the time. */
    private int rounds(ByteBuffer vector) {
        long begin = System.nanoTime();
        int warmups = 0;
        ByteBuffer elapsed = ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder());
        do {
            for (int i = 0; i < 5; i++) {
                group.allReduce(vector, Reduction.SUM, wire).await();
            }
            warmups += 5;
            elapsed.putFloat(0, (System.nanoTime() - begin) / 1e9f);
            group.allReduce(elapsed, Reduction.MAX).await();
        } while (elapsed.getFloat(0) < seconds / 2);
        double each = elapsed.getFloat(0) / warmups;
        return (int) Math.max(LEAST_ROUNDS, Math.min(MOST_ROUNDS, seconds / each));
    }

    /** Small integers, whose sums every wire type carries exactly. Returns the wrong elements of all ranks. */
    private long check(ByteBuffer vector) {
        int count = vector.capacity() / Float.BYTES;
        for (int i = 0; i < count; i++) {
            vector.putFloat(i * Float.BYTES, value(group.rank(), i));
        }
        group.allReduce(vector, Reduction.SUM, wire).await();
        int wrong = 0;
        for (int i = 0; i < count; i++) {
            float expected = 0;
            for (int rank = 0; rank < group.worldSize(); rank++) {
                expected += value(rank, i);
            }
            wrong += vector.getFloat(i * Float.BYTES) == expected ? 0 : 1;
        }
        byte[] mine = ByteBuffer.allocate(Integer.BYTES).putInt(wrong).array();
        long total = 0;
        for (byte[] record : group.allGatherRecords(mine)) {
            total += ByteBuffer.wrap(record).getInt();
        }
        return total;
    }

    private static float value(int rank, int i) {
        return (i + rank) % 7 - 3;
    }
}
