/** Products with weights: convolutions by oneDNN or by Winograd's tiles, transposed convolutions, and dense layers. */
package io.lockstep.engine.cpu.convolution;
