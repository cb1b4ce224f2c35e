/**
 * From files to batches: labelled images, which of them a rank draws, and how they become the floats that a network reads.
 *
 * <pre>
 *   --data NAME|PATH|URI
 *        |  {@link io.lockstep.datasets.DataCatalog}           a name or a folder; the files are there and of the right length
 *        v
 *   {@link io.lockstep.datasets.ImageSource}                   shapes, CIFAR-10's format, MNIST's; read through {@link io.lockstep.datasets.Storage}
 *        |  read(split, range)                             training: all of it; test: the rank's own shard
 *        v
 *   {@link io.lockstep.datasets.ImageDataset}                  (examples, C, H, W) bytes in memory
 *        |  {@link io.lockstep.datasets.Sampler}               (seed, epoch, step, rank, worldSize) -> examples
 *        |  {@link io.lockstep.datasets.Augmentation}          (seed, epoch, example) -> crop, flip, cutout
 *        |  {@link io.lockstep.datasets.Normalization}         a table of 256 floats a channel
 *        v
 *   {@link io.lockstep.datasets.BatchLoader}                   a thread ahead of the step, two buffers of direct memory
 *        v
 *   {@link io.lockstep.datasets.Batch}                         float32 (size, C, H, W) or (size, H, W, C), and labels
 * </pre>
 *
 * <p><b>Why everything random is keyed.</b> Nothing here carries a generator's state from one step to the next. What step
 * 418 draws is computed from the number 418, so a resumed run continues with the same bytes, and what is done to an image
 * depends on the image and not on the rank that happens to draw it, so two ranks with half a batch each see what one rank
 * with the whole batch sees.
 *
 * <p><b>Why every rank holds the whole training set.</b> The shuffle is global: any rank may need any example. As bytes,
 * CIFAR-10 is 154 MB; the floats exist for two batches only.
 *
 * <p><b>The shapes set.</b> {@link io.lockstep.datasets.GeneratedShapes} is what the quick start trains on. Measured with
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
package io.lockstep.datasets;
