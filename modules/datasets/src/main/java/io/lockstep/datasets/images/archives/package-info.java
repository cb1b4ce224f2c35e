/**
 * Pictures in archives: WebDataset's tars and TensorFlow's records. An archive is read once from its beginning to its end to
 * find where each picture lies and what it shows; pictures are read from there when they are wanted.
 */
package io.lockstep.datasets.images.archives;
