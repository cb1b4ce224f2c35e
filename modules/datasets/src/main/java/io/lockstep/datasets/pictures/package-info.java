/**
 * From a PNG or JPEG file to the numbers that were written into it: {@link io.lockstep.datasets.pictures.PictureDecoder} is the
 * only place that decodes pictures.
 *
 * <p><b>Why not BufferedImage.getRGB.</b> Java takes a grey picture for linear light and converts it to sRGB on the way: a grey
 * of 60 comes back as 133. Here samples are taken from the raster as they are, and 16 bits become 8 by
 * round(v 255 / 65535). Colour profiles and notes on gamma are not applied, as the programs that data sets are made with do not.
 *
 * <p><b>What is refused, and why.</b> A transparent pixel, unless a background is named: which colour is behind it, the file does not
 * say. CMYK: its way to RGB is a matter of inks. A JPEG that ends early: the decoder would fill the rest with grey. A PNG whose
 * checksums are wrong. Exif's orientation is followed: the picture is turned upright.
 */
package io.lockstep.datasets.pictures;
