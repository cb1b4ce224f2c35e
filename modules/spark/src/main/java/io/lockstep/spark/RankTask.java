package io.lockstep.spark;

import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.training.run.PreemptionException;
import io.lockstep.training.run.RankControl;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskKilledException;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.runtime.AbstractFunction1;

/** One rank, on an executor: forms the group, runs the program, and says why if it fails. */
final class RankTask<R extends Serializable> extends AbstractFunction1<Iterator<Integer>, Iterator<Object>>
        implements Serializable {
    private static final long serialVersionUID = 1;

    private final String jobId;
    private final Duration deadline;
    private final Security security;
    private final String network;
    private final GroupFactory groups;
    private final RankProgram<R> program;
    private final HadoopStorage storage;

    RankTask(
            String jobId,
            BarrierJob.Options options,
            GroupFactory groups,
            RankProgram<R> program,
            HadoopStorage storage) {
        this.jobId = jobId;
        deadline = options.deadline();
        security = options.security();
        network = options.network();
        this.groups = groups;
        this.program = program;
        this.storage = storage;
    }

    @Override
    public Iterator<Object> apply(Iterator<Integer> partition) {
        BarrierTaskContext context = BarrierTaskContext.get();
        String host = SparkEnv.get().blockManager().blockManagerId().host();
        PreemptionSignals.rankBegins();
        try {
            List<Object> result = List.of(run(context, host));
            return JavaConverters.asScalaIterator(result.iterator());
        } catch (Throwable e) { // memory that ran out too: the others only see that a rank is gone
            DriverLink.failure(jobId, context.stageAttemptNumber(), failure(context, host, e));
            if (e instanceof Error error) {
                throw error;
            }
            throw e instanceof RuntimeException unchecked ? unchecked : new JobFailedException(e.toString(), e);
        } finally {
            PreemptionSignals.rankEnds();
        }
    }

    private R run(BarrierTaskContext context, String host) throws Exception {
        if (PreemptionSignals.leaving()) {
            throw new TaskKilledException("this executor was told to end");
        }
        int attempt = context.stageAttemptNumber();
        var options = new GroupOptions(
                context.partitionId(),
                context.getTaskInfos().length,
                attempt,
                DriverLink.key(jobId, attempt),
                LocalAddresses.choose(network, host),
                deadline,
                security);
        List<String> gpus = Gpus.take(context);
        try (ProcessGroup group = groups.open(options, mine -> Arrays.asList(context.allGather(mine)))) {
            Gpus.requireDistinct(group, host, gpus);
            R result = program.run(new RankContext(
                    group,
                    storage,
                    event -> DriverLink.event(jobId, attempt, event),
                    context.cpus(),
                    gpus,
                    control(context)));
            DriverLink.flush();
            return result;
        } finally {
            Gpus.giveBack(gpus);
        }
    }

    private static RankControl control(BarrierTaskContext context) {
        return new RankControl() {
            @Override
            public void stopIfAsked() {
                if (context.isInterrupted()) {
                    throw new TaskKilledException("the task was killed");
                }
            }

            @Override
            public boolean leaving() {
                return PreemptionSignals.leaving();
            }
        };
    }

    private static RankFailure failure(BarrierTaskContext context, String host, Throwable e) {
        int blamed = e instanceof PeerLostException lost ? lost.lostRank() : RankFailure.NOBODY;
        return new RankFailure(context.partitionId(), host, describe(e), kind(context, e), blamed);
    }

    private static RankFailure.Kind kind(BarrierTaskContext context, Throwable e) {
        if (e instanceof PreemptionException) {
            return RankFailure.Kind.DEPARTURE;
        }
        boolean consequence = e instanceof PeerLostException
                || e instanceof GroupClosedException
                || e instanceof TaskKilledException
                // whatever a rank trips over while it is being stopped
                || context.isInterrupted()
                || ShutdownHookManager.get().isShutdownInProgress();
        return consequence ? RankFailure.Kind.CONSEQUENCE : RankFailure.Kind.OWN;
    }

    /** The messages from the outside in, each that adds something. */
    static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = each.getMessage() == null ? each.getClass().getSimpleName() : each.getMessage();
            if (text.indexOf(message) < 0) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
            }
        }
        return text.toString();
    }
}
