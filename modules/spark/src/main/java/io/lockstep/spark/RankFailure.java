package io.lockstep.spark;

import java.io.Serializable;

/**
 * Why a rank gave up.
 *
 * @param message one line
 * @param consequence whether it only noticed that another rank was gone
 */
public record RankFailure(int rank, String host, String message, boolean consequence) implements Serializable {}
