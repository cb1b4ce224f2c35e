package io.lockstep.runs.settings;

import io.lockstep.training.settings.Parsers;

/** What is done to pictures before they are trained on. */
public final class AugmentationSettings {
    static final SettingGroup GROUP = new SettingGroup("What happens to the examples");

    public static final Setting<Integer> CROP_PADDING = GROUP.add(
            "crop-padding",
            "0",
            "Augmentation: pad each picture by N pixels on all sides and cut a picture of the original size out "
                    + "at a random place. 4 is usual for CIFAR-10. 0: off.",
            Parsers.int32(0, 64),
            Heeded.where(Rules.pictures()));
    public static final Setting<String> FLIP = GROUP.add(
            "flip",
            "auto",
            "Augmentation: mirror pictures left to right with probability 1/2. true, false, or auto: for pictures "
                    + "in colour, but not for digits.",
            Parsers.word("auto", "true", "false"),
            Heeded.where(Rules.mirroredPictures()));
    public static final Setting<Integer> CUTOUT = GROUP.add(
            "cutout",
            "0",
            "Augmentation: blank a square of NxN pixels at a random place in each picture. 16 is usual for "
                    + "CIFAR-10. 0: off.",
            Parsers.int32(0, 512),
            Heeded.where(Rules.pictures()));
    public static final Setting<Double> MIXUP = GROUP.add(
            "mixup",
            "0",
            "Augmentation: mix each picture and its label with another one's, in a proportion drawn from "
                    + "Beta(alpha, alpha). This is alpha, from 0 to 1. 0: off.",
            Parsers.number(0, 1),
            Heeded.ALWAYS
                    .notByMasters("their examples have one label")
                    .and(Rules.pictures())
                    .and(Rules.oneOfSeveralClasses()));
    public static final Setting<Double> INPUT_NOISE = GROUP.add(
            "input-noise",
            "0",
            "Augmentation: add normal noise to normalised pictures. This is its standard deviation. 0: off.",
            Parsers.number(0, 100),
            Heeded.where(Rules.pictures()));

    private AugmentationSettings() {}
}
