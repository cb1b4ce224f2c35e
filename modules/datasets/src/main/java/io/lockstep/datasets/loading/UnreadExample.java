package io.lockstep.datasets.loading;

/**
 * An example that could not be read.
 *
 * @param step whose batch is without it
 * @param why for people; names the file
 */
public record UnreadExample(long step, int example, String why) {}
