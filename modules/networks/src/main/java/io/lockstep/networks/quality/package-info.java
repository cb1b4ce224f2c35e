/**
 * How good generated pictures are: {@link io.lockstep.networks.quality.ParzenWindow} (are pictures likely?), {@link
 * io.lockstep.networks.quality.FrechetDistance} of {@link io.lockstep.networks.quality.PictureFeatures} (do they look to a
 * classifier as pictures do, and as differently?).
 */
package io.lockstep.networks.quality;
