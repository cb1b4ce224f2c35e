/**
 * Sets of labelled pictures: bytes in memory ({@link io.lockstep.datasets.images.ImageDataset}), read from the files of CIFAR and
 * MNIST or drawn ({@link io.lockstep.datasets.images.GeneratedShapes}), and put into batches as floats: cropped, flipped, mixed and
 * normalised.
 *
 * <p><b>The shapes set.</b> {@link io.lockstep.datasets.images.GeneratedShapes} is what the quick start trains on. Measured with
 * PyTorch 1.13 on one thread: resnet20 (He et al. 2015, section 4.2; option A), SGD with Nesterov momentum 0.9, weight
 * decay 5e-4, a learning rate that rises over the first quarter of the steps and falls to 0 as a cosine, horizontal flips
 * and nothing else; test accuracy on the 2,000 test images.
 *
 * <pre>
 *   training images   epochs   global batch   peak rate   accuracy
 *            10,000        2             32        0.1      99.1 %    99.1 % with batch norm over halves of the batch,
 *            10,000        3             32        0.1      99.7 %           as on two ranks
 *             5,000        3             32        0.1                98.3 %
 *            10,000        2             64        0.1                98.2 %
 *             8,000        3             64        0.1      99.2 %
 *             8,000        4             64        0.1      99.6 %    99.5 %
 *             8,000        4            128        0.2      99.4 %
 *            10,000       30            128                 13.1 %    softmax regression on the pixels, Adam
 * </pre>
 */
package io.lockstep.datasets.images;
