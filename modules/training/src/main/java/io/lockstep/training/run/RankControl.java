package io.lockstep.training.run;

/** What whoever launched a rank may ask of it while it trains. */
public interface RankControl {
    /** Asks nothing. */
    RankControl NONE = new RankControl() {
        @Override
        public void stopIfAsked() {}

        @Override
        public boolean leaving() {
            return false;
        }
    };

    /** Called before each step; throws to stop this rank where it is. */
    void stopIfAsked();

    /** Whether this rank must soon be gone. All ranks then stop after the same step, with a checkpoint of it. */
    boolean leaving();
}
