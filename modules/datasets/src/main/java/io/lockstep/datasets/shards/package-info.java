/**
 * Sets that are larger than memory: files of examples in blocks, of which a few are in memory at a time.
 *
 * <p>A shard. All numbers are little-endian.
 *
 * <pre>
 *   offset
 *   0           "LKSHARD1"
 *   8           block 0   column 0: its numbers of the first example, of the second ...
 *                         column 1: the same ...
 *   ...         block 1   ...
 *   n - 16 - f  footer    f bytes of lines key=value: columns, examples, blocks as offset:examples:CRC32C,
 *                         examples of each class, and sums, sums of squares, least and greatest of each column
 *   n - 16      f         int32
 *   n - 12      CRC32C of the footer
 *   n - 8       "LKSHARD1"
 * </pre>
 *
 * <p>A block has as many examples as fit into 256 KiB, and at least one; the last of a shard has fewer. A column is float32,
 * int32, or uint8 for pictures (C, H, W).
 *
 * <p><b>Why files are read and not mapped.</b> YARN ends an executor whose resident memory is above its container, and counts
 * the pages of mapped files to it, which a set larger than memory fills as it is read. A mapped file that becomes shorter ends
 * the JVM, where a read that fails names the file. And what was mapped stays so until the garbage collector finds it. So a
 * rank has two windows of blocks on its heap, 256 MiB, whatever the set's size, and each block's checksum is looked at whenever
 * it comes from the disk. The operating system keeps what it likes of the files besides.
 *
 * <p>{@link io.lockstep.datasets.shards.ShardWriter} writes a shard, {@link io.lockstep.datasets.shards.ShardSet} makes some of
 * them a set and opens it, {@link io.lockstep.datasets.BlockedDataset} tells the order of an epoch, and {@code ShardCache} has
 * copies of what lies on a cluster's storage.
 */
package io.lockstep.datasets.shards;
