package io.lockstep.datasets.formats;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.pictures.PictureOptions;
import java.io.Serializable;

/**
 * How the files of a format become examples: what each format wants to know is in a record of its own.
 *
 * @param cache where files are kept that lie on a cluster's storage
 * @param threads that reading may use at once, in the process that reads
 * @param skipsUnreadable whether what cannot be read is left out while a run goes on, and not looked for before it
 */
public record FormatOptions(
        TextOptions texts, PictureOptions pictures, CacheOptions cache, int threads, boolean skipsUnreadable)
        implements Serializable {
    /** On one thread. */
    public static final FormatOptions DEFAULT =
            new FormatOptions(TextOptions.DEFAULT, PictureOptions.DEFAULT, CacheOptions.DEFAULT, 1, false);

    public FormatOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("reading on " + threads + " threads");
        }
    }

    public FormatOptions withTexts(TextOptions changed) {
        return new FormatOptions(changed, pictures, cache, threads, skipsUnreadable);
    }

    public FormatOptions withPictures(PictureOptions changed) {
        return new FormatOptions(texts, changed, cache, threads, skipsUnreadable);
    }

    public FormatOptions withCache(CacheOptions changed) {
        return new FormatOptions(texts, pictures, changed, threads, skipsUnreadable);
    }

    public FormatOptions withThreads(int changed) {
        return new FormatOptions(texts, pictures, cache, changed, skipsUnreadable);
    }

    public FormatOptions skippingUnreadable(boolean changed) {
        return new FormatOptions(texts, pictures, cache, threads, changed);
    }
}
