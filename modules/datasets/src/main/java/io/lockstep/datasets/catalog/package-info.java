/** What {@code --data} names: sets with a name, and folders in which one of the formats finds its files. */
package io.lockstep.datasets.catalog;
