package io.lockstep.training.strategies;

/** What somebody asked of a run, as far as strategies look at it: before anything is started. */
public interface Asked {
    /** The value that was asked for, or the default. */
    <T> T get(StrategySetting<T> setting);

    /** Whether another value than the default was asked for. */
    <T> boolean isChanged(StrategySetting<T> setting);

    int workers();

    /** Examples of a step, over all workers. */
    int globalBatch();

    /** Whether batch norm is over the global batch: ranks call collectives within their passes then. */
    boolean syncBatchNorm();

    /** The updater's word: {@code nesterovs}. */
    String updater();

    /** False where the updater is known to keep nothing from one step to the next. */
    boolean updaterHasState();

    /** Of {@code nesterovs}. */
    double momentum();

    /** Nothing but defaults, of two workers with 32 examples a step. */
    static Asked defaults() {
        return new Asked() {
            @Override
            public <T> T get(StrategySetting<T> setting) {
                return setting.parser().apply(setting.defaultText());
            }

            @Override
            public <T> boolean isChanged(StrategySetting<T> setting) {
                return false;
            }

            @Override
            public int workers() {
                return 2;
            }

            @Override
            public int globalBatch() {
                return 32;
            }

            @Override
            public boolean syncBatchNorm() {
                return false;
            }

            @Override
            public String updater() {
                return "nesterovs";
            }

            @Override
            public boolean updaterHasState() {
                return true;
            }

            @Override
            public double momentum() {
                return 0.9;
            }
        };
    }
}
