/** Nodes on sequences: recurrent layers, attention, embeddings, and time steps taken out, put in or masked. */
package io.lockstep.engine.cpu.sequence;
