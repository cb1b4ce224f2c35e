package io.lockstep.datasets.fetch;

/** Told by the thread that fetches, about once a MiB and at the end of each file. */
@FunctionalInterface
public interface FetchProgress {
    FetchProgress NONE = (file, received, total) -> {};

    /**
     * @param file name at the publisher's
     * @param received bytes so far, those of an earlier, broken download included
     * @param total bytes of the whole file
     */
    void received(String file, long received, long total);
}
