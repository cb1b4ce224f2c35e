package io.lockstep.training;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** A rule was broken: replicas hold different parameters after the same step. */
final class ReplicasDifferException extends RuntimeException {
    ReplicasDifferException(long step, Map<String, List<Integer>> ranksByHash) {
        super(message(step, ranksByHash));
    }

    private static String message(long step, Map<String, List<Integer>> ranksByHash) {
        List<Integer> majority = ranksByHash.values().stream()
                .max(Comparator.comparingInt((List<Integer> ranks) -> ranks.size())
                        .thenComparing(ranks -> -ranks.get(0)))
                .orElseThrow();
        List<Integer> others = ranksByHash.values().stream()
                .filter(ranks -> ranks != majority)
                .flatMap(List::stream)
                .sorted()
                .toList();
        return "replicas differ after step " + step + ": ranks " + others + " do not hold the parameters of ranks "
                + majority
                + ". If it happens again on the same host, suspect its memory";
    }
}
