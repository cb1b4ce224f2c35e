/**
 * From data to batches: examples of named, typed columns, which of them a rank draws, and how they become what a network reads.
 *
 * <pre>
 *   --data NAME|PATH|URI, or a program's own
 *        |  {@link io.lockstep.datasets.catalog.DataCatalog}           a name or a folder; the files are there and of the right length
 *        v
 *   {@link io.lockstep.datasets.DataSource}                    fields and classes, known before anything is read
 *        |  read(split, range)                             training: all of it; test: the rank's own shard
 *        v
 *   {@link io.lockstep.datasets.Dataset}                       examples by number: pictures as bytes in memory, texts, anybody's
 *        |  {@link io.lockstep.datasets.loading.Sampler}               (seed, epoch, step, rank, worldSize) -> examples
 *        |  {@link io.lockstep.datasets.ExampleWriter}         (seed, epoch, example) -> its columns; of pictures cropped,
 *        |                                                 flipped, mixed and normalised
 *        v
 *   {@link io.lockstep.datasets.loading.BatchLoader}                   a thread ahead of the step, two batches of direct memory
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
 * example. As bytes, CIFAR-10 is 154 MB; the floats exist for two batches only. A set in {@code shards} lies on the disk, and
 * two windows of it are in memory ({@link io.lockstep.datasets.BlockedDataset}).
 *
 * <p><b>Rooms.</b> Here lie the words that all of them speak: examples, fields, columns, batches, and what a set is.
 *
 * <pre>
 *   catalog   what {@code --data} names: sets with a name, and folders in which a format finds one
 *   images    text   sets of pictures, and of sequences, with the formats in which they lie in files; images.folders has the
 *             one whose files are the pictures
 *   formats   what a format is asked
 *   shards    sets that are larger than memory
 *   storage   files, on a disk or on whatever keeps them for a cluster
 *   loading   which examples a rank draws, and batches of them ahead of the step
 *   pictures  PNG and JPEG files
 *   fetch     published sets, onto the local disk
 * </pre>
 */
package io.lockstep.datasets;
