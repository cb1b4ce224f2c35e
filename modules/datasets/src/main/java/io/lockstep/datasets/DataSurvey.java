package io.lockstep.datasets;

import java.util.List;

/**
 * What a person should know of a set before training on it, beyond its sizes and classes.
 *
 * @param remarks for people, a line each: what sizes its files have, which of them cannot be read or are left out
 * @param readable whether all of it can be read
 * @param trainClassCounts examples of each class, as far as they are known without reading them; empty: they are not
 * @param testClassCounts as well
 */
public record DataSurvey(List<String> remarks, boolean readable, int[] trainClassCounts, int[] testClassCounts) {
    /** Nothing to remark. */
    public static final DataSurvey NOTHING = new DataSurvey(List.of(), true, new int[0], new int[0]);

    public DataSurvey {
        remarks = List.copyOf(remarks);
    }
}
