package io.lockstep.runs.settings;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.PictureChanges;
import io.lockstep.datasets.PictureChanges.Jitter;
import io.lockstep.datasets.PictureChanges.Policy;
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

    public static final Setting<Jitter> COLOR_JITTER = GROUP.add(
            "color-jitter",
            "",
            "Augmentation: change brightness, contrast, saturation and hue at random, by up to these four numbers, as "
                    + "torchvision's ColorJitter does: 0.4, 0.4, 0.4, 0.1 for instance, the last at most 0.5. Empty: off.",
            AugmentationSettings::jitter,
            Heeded.where(Rules.picturesInColourOrGrey()));
    public static final Setting<Policy> AUTO_AUGMENT = GROUP.add(
            "auto-augment",
            "none",
            "Augmentation: operations on pictures that are chosen at random, with the ranges that torchvision has. "
                    + "randaugment: so many of one strength (Cubuk et al. 2019). trivialaugment: one of any strength (Müller "
                    + "and Hutter 2021).",
            Parsers.constant(Policy.class),
            Heeded.where(Rules.picturesInColourOrGrey()));
    public static final Setting<Integer> RANDAUGMENT_OPERATIONS = GROUP.add(
            "randaugment-operations",
            "2",
            "How many operations auto-augment = randaugment applies to a picture, one after the other.",
            Parsers.int32(1, 16),
            Heeded.where(Rules.randAugment()));
    public static final Setting<Integer> RANDAUGMENT_MAGNITUDE = GROUP.add(
            "randaugment-magnitude",
            "9",
            "How strong the operations of auto-augment = randaugment are, from 0 to 30.",
            Parsers.int32(0, Policy.BINS - 1),
            Heeded.where(Rules.randAugment()));
    public static final Setting<Double> RANDOM_ERASING = GROUP.add(
            "random-erasing",
            "0",
            "Augmentation: the probability that a rectangle of 2 % to 33 % of a picture is blanked (Zhong et al. 2017). "
                    + "0.1 is usual for ImageNet. 0: off.",
            Parsers.number(0, 1),
            Heeded.where(Rules.pictures()));

    private AugmentationSettings() {}

    /** All of them. */
    public static Augmentation augmentation(Configuration configuration) {
        return new Augmentation(
                configuration.get(CROP_PADDING),
                Augmentation.Padding.ZERO,
                configuration.get(FLIP).equals("true"),
                configuration.get(CUTOUT),
                configuration.get(MIXUP),
                configuration.get(INPUT_NOISE),
                new PictureChanges(
                        configuration.get(COLOR_JITTER),
                        configuration.get(AUTO_AUGMENT),
                        configuration.get(RANDAUGMENT_OPERATIONS),
                        configuration.get(RANDAUGMENT_MAGNITUDE),
                        configuration.get(RANDOM_ERASING)));
    }

    private static Jitter jitter(String text) {
        if (text.isBlank()) {
            return Jitter.NONE;
        }
        String[] parts = text.split(",");
        if (parts.length != 4) {
            throw new IllegalArgumentException("not four numbers, such as 0.4, 0.4, 0.4, 0.1");
        }
        try {
            return new Jitter(
                    Double.parseDouble(parts[0]),
                    Double.parseDouble(parts[1]),
                    Double.parseDouble(parts[2]),
                    Double.parseDouble(parts[3]));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not four numbers, such as 0.4, 0.4, 0.4, 0.1", e);
        }
    }
}
