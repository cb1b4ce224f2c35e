package io.lockstep.transport.aeron;

import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;
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
import java.util.List;

/** A rank that adds for ever: its own process, so that it can be killed. Arguments: rank, worldSize, route, address. */
public final class RankProcess {
    private RankProcess() {}

    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int worldSize = Integer.parseInt(args[1]);
        GroupOptions options = new GroupOptions(
                Integer.parseInt(args[0]),
                worldSize,
                0,
                new byte[32],
                args[3],
                World.PATIENCE,
                GroupOptions.Security.ON);
        TransportOptions transport = TransportOptions.defaults()
                .withIntraHost(Route.valueOf(args[2]))
                .withTuning(Tuning.defaults().withSilence(Duration.ofSeconds(2)));
        try (ProcessGroup group = ProcessGroups.open(
                options,
                mine -> {
                    out.println("ADVERTISE " + mine);
                    List<String> all = new ArrayList<>();
                    for (int rank = 0; rank < worldSize; rank++) {
                        all.add(readLine(in));
                    }
                    return all;
                },
                transport)) {
            ByteBuffer vector = ByteBuffer.allocateDirect(400_000).order(ByteOrder.nativeOrder());
            for (long call = 0; ; call++) {
                group.allReduce(vector, Reduction.SUM).await();
                if (call == 20) {
                    out.println("RUNNING");
                }
            }
        } catch (CollectiveException e) {
            out.println("ENDED " + e.getMessage());
        }
    }

    private static String readLine(BufferedReader in) {
        try {
            return in.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
