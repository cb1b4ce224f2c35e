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
 */
public record FormatOptions(TextOptions texts, PictureOptions pictures, CacheOptions cache, int threads)
        implements Serializable {
    /** On one thread. */
    public static final FormatOptions DEFAULT =
            new FormatOptions(TextOptions.DEFAULT, PictureOptions.DEFAULT, CacheOptions.DEFAULT, 1);

    public FormatOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("reading on " + threads + " threads");
        }
    }

    public FormatOptions withTexts(TextOptions changed) {
        return new FormatOptions(changed, pictures, cache, threads);
    }

    public FormatOptions withPictures(PictureOptions changed) {
        return new FormatOptions(texts, changed, cache, threads);
    }

    public FormatOptions withCache(CacheOptions changed) {
        return new FormatOptions(texts, pictures, changed, threads);
    }

    public FormatOptions withThreads(int changed) {
        return new FormatOptions(texts, pictures, cache, changed);
    }
}
