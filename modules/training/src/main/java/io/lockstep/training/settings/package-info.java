/** How settings are read from texts, for whoever declares one: strategies do, and the command line. */
package io.lockstep.training.settings;
