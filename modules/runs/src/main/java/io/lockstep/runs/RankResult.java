package io.lockstep.runs;

import io.lockstep.runs.hosts.RankEnvironment;
import java.io.Serializable;
import java.util.List;

/**
 * What a rank hands back.
 *
 * @param parametersSha256 one a rank, the same list on every rank
 * @param environment of the rank's process
 */
record RankResult(int rank, List<String> parametersSha256, RankEnvironment environment) implements Serializable {}
