package io.lockstep.networks;

/**
 * Where one input of a network comes from.
 *
 * @param layout of an example as DL4J reads it
 * @param asItLies whether the column's values are in that order already; otherwise they have their channels last
 * @param mask the column that tells which steps are there, or null
 * @param maskedAtEnd whether no step may be there behind one that is not
 */
public record InputFeed(
        String input, String column, ExampleLayout layout, boolean asItLies, String mask, boolean maskedAtEnd) {}
