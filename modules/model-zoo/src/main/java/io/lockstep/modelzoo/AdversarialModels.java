package io.lockstep.modelzoo;

import java.util.List;

/** Networks that learn to draw pictures like those they see. */
final class AdversarialModels {
    private static final String GOODFELLOW = "Goodfellow et al. 2014, Generative Adversarial Networks";
    private static final String RADFORD =
            "Radford et al. 2016, Unsupervised Representation Learning with Deep Convolutional GANs, section 3";

    private AdversarialModels() {}

    static List<Model> all() {
        return List.of(
                new Model(
                        "gan",
                        GOODFELLOW,
                        "Perceptrons of three hidden layers; batch norm in the generator, leaky ReLU in place of maxout, tanh of a sigmoid.",
                        PerceptronGan::build),
                new Model(
                        "cgan",
                        "Mirza and Osindero 2014, Conditional Generative Adversarial Nets, section 3.2",
                        "dcgan whose players are both told a picture's class; the discriminator has a dense layer that sees both.",
                        ConvolutionalGan::conditional),
                new Model(
                        "dcgan",
                        RADFORD,
                        "Two transposed convolutions to the picture's size, and two convolutions back; sides divide by 4.",
                        ConvolutionalGan::dcgan),
                new Model(
                        "wgan",
                        "Arjovsky et al. 2017, Wasserstein GAN, algorithm 1",
                        "dcgan with a critic whose weights are clipped to 0.01, five updates to one of the generator.",
                        ConvolutionalGan::wgan),
                new Model(
                        "wgan-gp",
                        "Gulrajani et al. 2017, Improved Training of Wasserstein GANs, algorithm 1",
                        "wgan with a penalty of 10 on the critic's gradient in place of clipping, and no norm in the critic.",
                        ConvolutionalGan::penalised));
    }
}
