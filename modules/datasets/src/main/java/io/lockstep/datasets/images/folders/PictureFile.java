package io.lockstep.datasets.images.folders;

/** A file that is to be a picture, and the number of its class. */
record PictureFile(String path, int label) {}
