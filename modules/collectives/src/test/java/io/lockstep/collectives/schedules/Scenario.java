package io.lockstep.collectives.schedules;

/**
 * What is run under many schedules. An instance of its own is made for each, by the constructor without parameters, of a
 * class that was loaded and rewritten for schedules: it starts threads, joins them and checks what they did.
 */
@FunctionalInterface
public interface Scenario {
    void run() throws Throwable;
}
