/** What the build wrote into the jar: its version, and which Spark it is for. */
package io.lockstep.runs.build;
