package io.lockstep.engine;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * What nodes are besides what they compute.
 *
 * @param outputs whose output a plan hands out
 * @param frozen whose parameters are given, and get no gradient
 * @param told losses that evaluation computes too; the others are auxiliary
 * @param lossWeights of losses that have another weight than 1
 * @param weightDrops of nodes with DropConnect
 */
record Marks(
        BitSet outputs,
        BitSet frozen,
        BitSet told,
        Map<Integer, Double> lossWeights,
        Map<Integer, WeightDrop> weightDrops) {
    Marks() {
        this(new BitSet(), new BitSet(), new BitSet(), new HashMap<>(), new HashMap<>());
    }

    Marks copy() {
        return new Marks(
                (BitSet) outputs.clone(),
                (BitSet) frozen.clone(),
                (BitSet) told.clone(),
                new HashMap<>(lossWeights),
                new HashMap<>(weightDrops));
    }
}
