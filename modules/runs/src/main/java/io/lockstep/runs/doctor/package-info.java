/** Looks for what would stop a run: on the driver, and on executors where it may ask for them. */
package io.lockstep.runs.doctor;
