/**
 * Random changes to the bytes of a picture that is trained on: colours, and what RandAugment and TrivialAugment choose from.
 * Each operation with a given strength gives what Pillow gives, to the bit, and so what torchvision gives of a Pillow picture.
 */
package io.lockstep.datasets.images.changes;
