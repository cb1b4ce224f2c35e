/**
 * Settings: {@link io.lockstep.runs.settings.Settings} lists all, {@link io.lockstep.runs.settings.Configuration} holds the values
 * of a call and where each comes from, {@link io.lockstep.runs.settings.SettingsJudgement} refuses or tells those that a run
 * would not heed. What ranks need of them travels as records, {@link io.lockstep.runs.settings.RunSettings}.
 */
package io.lockstep.runs.settings;
