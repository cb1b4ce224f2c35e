package io.lockstep.networks.games;

import java.io.Serializable;
import java.util.List;

/** Where a value comes from that no part computes: some numbers of each example. */
public sealed interface Source extends Serializable {
    /** Those of the batch that are read. */
    default List<String> columns() {
        return List.of();
    }

    /** A column of the batch, as it is. */
    record Column(String name) implements Source {
        @Override
        public List<String> columns() {
            return List.of(name);
        }
    }

    /**
     * Numbers drawn from a normal distribution: a function of the step, the turn and the example's place.
     *
     * @param numbers of an example
     * @param which noises of another number are other ones
     */
    record Noise(int numbers, int which) implements Source {
        public Noise {
            if (numbers < 1) {
                throw new IllegalArgumentException("noise of " + numbers + " numbers; at least 1 is needed");
            }
        }
    }

    /** A class number of the batch, as one of so many numbers that is 1. */
    record OneHot(String column, int classes) implements Source {
        public OneHot {
            if (classes < 1) {
                throw new IllegalArgumentException("a class of " + classes + "; at least 1 is needed");
            }
        }

        @Override
        public List<String> columns() {
            return List.of(column);
        }
    }

    /** One behind the other, an example's numbers of each; one of them may be a column. */
    record Joined(List<Source> sources) implements Source {
        public Joined {
            sources = List.copyOf(sources);
            if (sources.stream().filter(Column.class::isInstance).count() > 1
                    || sources.stream().anyMatch(Joined.class::isInstance)) {
                throw new IllegalArgumentException("one column, noises and classes can be joined, not " + sources);
            }
        }

        @Override
        public List<String> columns() {
            return sources.stream().flatMap(source -> source.columns().stream()).toList();
        }
    }

    /** Joined with a class where there are classes. */
    static Source withClass(Source source, String column, int classes) {
        return classes == 0 ? source : new Joined(List.of(source, new OneHot(column, classes)));
    }
}
