/**
 * From data to batches: examples of named, typed columns, which of them a rank draws, and how they become what a network reads.
 *
 * <pre>
 *   --data NAME|PATH|URI, or a program's own
 *        |  {@link io.lockstep.datasets.DataCatalog}           a name or a folder; the files are there and of the right length
 *        v
 *   {@link io.lockstep.datasets.DataSource}                    fields and classes, known before anything is read
 *        |  read(split, range)                             training: all of it; test: the rank's own shard
 *        v
 *   {@link io.lockstep.datasets.Dataset}                       examples by number: pictures as bytes in memory, texts, anybody's
 *        |  {@link io.lockstep.datasets.Sampler}               (seed, epoch, step, rank, worldSize) -> examples
 *        |  {@link io.lockstep.datasets.ExampleWriter}         (seed, epoch, example) -> its columns; of pictures cropped,
 *        |                                                 flipped, mixed and normalised
 *        v
 *   {@link io.lockstep.datasets.BatchLoader}                   a thread ahead of the step, two batches of direct memory
 *        v
 *   {@link io.lockstep.datasets.Batch}                         columns: features float32 (size, C, H, W), labels int32 (size)
 * </pre>
 *
 * <p>Where examples can only be read one after the other, a {@link io.lockstep.datasets.StreamedDataset} takes the place of
 * the set and its sampler: each rank reads the share (seed, epoch, rank, worldSize) of it, and nobody need know where it ends.
 *
 * <p><b>Why everything random is keyed.</b> Nothing here carries a generator's state from one step to the next. What step
 * 418 draws is computed from the number 418, so a resumed run continues with the same bytes, and what is done to an image
 * depends on the image and not on the rank that happens to draw it, so two ranks with half a batch each see what one rank
 * with the whole batch sees.
 *
 * <p><b>Why every rank holds the whole training set,</b> unless it is a stream. The shuffle is global: any rank may need any
 * example. As bytes, CIFAR-10 is 154 MB; the floats exist for two batches only.
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
