package io.lockstep.training.strategies;

import io.lockstep.collectives.Reduction;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Strategy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/**
 * {@code auto}: measures on the ranks what a step computes and what exchanging its gradient takes, and chooses.
 *
 * <ul>
 *   <li>{@code dp} where reducing at one rank is clearly quicker than all-reducing: tiny networks.
 *   <li>{@code gradient-sharing} where even so, more than half of a step would be waiting, and sending a hundredth of the
 *       gradient mends it: slow links. It changes a little what is learnt.
 *   <li>{@code ddp} otherwise.
 * </ul>
 *
 * @param ddp if chosen
 * @param dp if chosen
 * @param sharing if chosen
 */
public record Auto(DistributedDataParallel.Options ddp, DataParallel.Options dp, GradientSharing.Options sharing)
        implements Strategy.Factory {
    /** How it is chosen. It knows what the strategies know that it chooses among, but momentum correction. */
    public static final StrategyKind KIND = new StrategyKind() {
        @Override
        public String word() {
            return NAME;
        }

        @Override
        public String meaning() {
            return "measures, chooses and says why";
        }

        @Override
        public List<StrategySetting<?>> settings() {
            return List.of(
                    DistributedDataParallel.BUCKET_BYTES,
                    DistributedDataParallel.OVERLAP,
                    DistributedDataParallel.WIRE,
                    GradientSharing.DENSITY,
                    GradientSharing.THRESHOLD,
                    GradientSharing.WARM_UP_EPOCHS,
                    GradientSharing.RESIDUAL_CLIP);
        }

        @Override
        public void check(Asked asked) {
            GradientSharing.Options.check(asked);
        }

        @Override
        public boolean chooses() {
            return true;
        }

        @Override
        public Auto factory(Asked asked) {
            return new Auto(
                    DistributedDataParallel.Options.of(asked),
                    DataParallel.Options.of(asked),
                    GradientSharing.Options.of(asked));
        }
    };

    private static final String NAME = "auto";
    /** A choice of {@code dp} must be worth so much of a step's time. */
    private static final double CLEARLY_QUICKER = 0.95;

    @Override
    public String name() {
        return NAME;
    }

    /** A collective. */
    @Override
    public Strategy create(Strategy.Setup setup) {
        if (setup.group().worldSize() == 1) {
            return chosen(ddp, "there is one worker", setup);
        }
        return choose(Estimate.measure(setup, sharing.density()), setup);
    }

    private Strategy choose(Estimate estimate, Strategy.Setup setup) {
        if (estimate.dpStep() < CLEARLY_QUICKER * estimate.ddpStep()) {
            return chosen(dp, estimate.toString(), setup);
        }
        boolean waiting = estimate.ddpStep() > 2 * estimate.compute();
        if (waiting && estimate.sharingStep() < estimate.ddpStep() / 2) {
            return chosen(sharing, estimate.toString(), setup);
        }
        return chosen(ddp, estimate.toString(), setup);
    }

    private static Strategy chosen(Strategy.Factory factory, String why, Strategy.Setup setup) {
        setup.rehearsal().decide("strategy", factory.name(), why);
        return factory.create(setup);
    }

    /** Nanoseconds of a step: computing alone, and with each way of exchanging. */
    record Estimate(long gradientBytes, double compute, double ddpStep, double dpStep, double sharingStep) {
        static Estimate measure(Strategy.Setup setup, double density) {
            int gradient = setup.trainee().gradients().limit();
            var rehearsal = setup.rehearsal();
            double compute = rehearsal.forwardBackwardNanos();
            double backward = compute * Overlap.SHARE_OF_BACKWARD;
            Link link = Link.measure(setup);
            int bucket = BucketSize.BY_GRADIENT.resolve(setup);
            double exposed = new Overlap(gradient, bucket, backward, link).exposedNanos();
            ByteBuffer vector = FlatBuffers.allocate(gradient / Float.BYTES);
            double reduce = rehearsal.nanosOf(
                    () -> setup.group().reduce(vector, Reduction.SUM, 0).await());
            double broadcast =
                    rehearsal.nanosOf(() -> setup.group().broadcast(vector, 0).await());
            double reduceExposed =
                    new Overlap(gradient, bucket, backward, new Link(0, reduce / gradient)).exposedNanos();
            double messages = link.nanos(gradient * density * setup.group().worldSize() / 2) + link.alphaNanos();
            return new Estimate(
                    gradient, compute, compute + exposed, compute + reduceExposed + broadcast, compute + messages);
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "a step computes %.1f ms; with its exchange of %.1f MB it would take %.1f ms by ddp, %.1f by dp, about %.1f by gradient-sharing",
                    compute / 1e6,
                    gradientBytes / 1e6,
                    ddpStep / 1e6,
                    dpStep / 1e6,
                    sharingStep / 1e6);
        }
    }
}
