package io.lockstep.networks.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What another framework calls the parameters of a family of networks, and how it lays them out. A line a kind of layer:
 *
 * <pre>{@code
 * NameTable.of("torchvision")
 *         .layer("stem_conv", "conv1")
 *         .layer("s(\\d+)b(\\d+)_(\\d)_conv", "layer{1}.{2-1}.conv{3}")   // s1b2_1_conv: layer1.1.conv1
 *         .ignoring(".*\\.num_batches_tracked")
 * }</pre>
 *
 * <p>What a prefix adds ({@code module.} of DistributedDataParallel, {@code transformer.} of a head on a body) makes no
 * difference. Immutable: each method gives a longer table.
 */
public final class NameTable {
    /** Names as DL4J has them, and shapes too: what Lockstep writes of a network that no other framework has. */
    public static final NameTable OWN = new NameTable("Lockstep", List.of(), List.of(), Layout.SAME);

    /** What some savers put before all names, or those of a body. */
    private static final List<String> PREFIXES =
            List.of("module.", "_orig_mod.", "model.", "transformer.", "resnet.", "vit.", "backbone.");

    private static final Map<String, String> SUFFIXES = Map.of(
            "W", "weight",
            "b", "bias",
            "gamma", "weight",
            "beta", "bias",
            "mean", "running_mean",
            "var", "running_var",
            "g", "weight");

    private static final Pattern PLACE = Pattern.compile("\\{(\\d)(-1)?}");

    private final String origin;
    private final List<Rule> rules;
    private final List<Pattern> ignored;
    /** Of the rules to come. */
    private final Layout matrices;

    /**
     * @param key of the parameters that it is for; null: all of a layer
     * @param names alternatives, the usual one first; each of one tensor, or of several behind one another
     * @param less what is subtracted from the first alternative; null: nothing
     * @param layout of matrices
     * @param ones dimensions of size 1 before the others
     */
    private record Rule(Pattern vertex, String key, List<String> names, String less, Layout layout, int ones) {}

    /**
     * A way to find a parameter.
     *
     * @param names of the tensors that make it, behind one another along the outputs
     * @param less of a tensor that is subtracted from it; null: none
     * @param ones dimensions of size 1 that the tensors have before the others
     */
    record Candidate(List<String> names, String less, Layout layout, int ones) {}

    private NameTable(String origin, List<Rule> rules, List<Pattern> ignored, Layout matrices) {
        this.origin = origin;
        this.rules = rules;
        this.ignored = ignored;
        this.matrices = matrices;
    }

    /** @param origin whose names they are */
    public static NameTable of(String origin) {
        return new NameTable(origin, List.of(), List.of(), Layout.TRANSPOSED);
    }

    public String origin() {
        return origin;
    }

    /**
     * A kind of layer.
     *
     * @param vertex a pattern of the network's names
     * @param modules alternatives of what they are elsewhere, the usual one first; <code>{1}</code> is the pattern's first
     *     group, and <code>{1-1}</code> the number before it
     */
    public NameTable layer(String vertex, String... modules) {
        return with(new Rule(Pattern.compile(vertex), null, List.of(modules), null, matrices, 0));
    }

    /**
     * One parameter of a kind of layer.
     *
     * @param names alternatives; several tensors that lie behind one another here are joined by {@code +}
     */
    public NameTable parameter(String vertex, String key, String... names) {
        return with(new Rule(Pattern.compile(vertex), key, List.of(names), null, matrices, 0));
    }

    /**
     * The running mean of a batch norm before which the convolution has a bias there, and none here: the norm takes the bias
     * away again, so that the mean without it gives the same.
     */
    public NameTable meanWithout(String vertex, String name, String bias) {
        return with(new Rule(Pattern.compile(vertex), "mean", List.of(name, name), bias, matrices, 0));
    }

    /**
     * One parameter that has dimensions of size 1 before the others there.
     *
     * @param ones how many
     */
    public NameTable behindOnes(int ones, String vertex, String key, String... names) {
        return with(new Rule(Pattern.compile(vertex), key, List.of(names), null, matrices, ones));
    }

    /** A table of places, which may be longer there. */
    public NameTable places(String vertex, String key, String... names) {
        return with(new Rule(Pattern.compile(vertex), key, List.of(names), null, Layout.FIRST_ROWS, 0));
    }

    /** Matrices of the lines from here on are (inputs, outputs) there too, as TensorFlow has them. */
    public NameTable inputsFirst() {
        return new NameTable(origin, rules, ignored, Layout.SAME);
    }

    /** Matrices of the lines from here on are (outputs, inputs) there, as PyTorch has them and as is usual. */
    public NameTable outputsFirst() {
        return new NameTable(origin, rules, ignored, Layout.TRANSPOSED);
    }

    /** What a file may hold beside the network's parameters. */
    public NameTable ignoring(String... names) {
        List<Pattern> more = new ArrayList<>(ignored);
        Arrays.stream(names).map(Pattern::compile).forEach(more::add);
        return new NameTable(origin, rules, List.copyOf(more), matrices);
    }

    private NameTable with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new NameTable(origin, List.copyOf(more), ignored, matrices);
    }

    /** Ways to find a parameter, the usual one first; none if the table does not know it. */
    List<Candidate> candidates(NetworkParameter parameter) {
        if (this == OWN) {
            return List.of(new Candidate(List.of(parameter.name()), null, Layout.SAME, 0));
        }
        for (Rule rule : rules) {
            Matcher matcher = rule.vertex().matcher(parameter.vertex());
            boolean known = rule.key() == null
                    ? SUFFIXES.containsKey(parameter.key())
                    : rule.key().equals(parameter.key());
            if (known && matcher.matches()) {
                return candidates(rule, matcher, parameter);
            }
        }
        return List.of();
    }

    private static List<Candidate> candidates(Rule rule, Matcher matcher, NetworkParameter parameter) {
        boolean matrix = parameter.value().rank() == 2 && parameter.sizes().size() == 2;
        Layout layout = matrix ? rule.layout() : Layout.SAME;
        List<Candidate> candidates = new ArrayList<>();
        for (String template : rule.names()) {
            String name = filledIn(template, matcher);
            String whole = rule.key() == null ? name + "." + SUFFIXES.get(parameter.key()) : name;
            String less = candidates.isEmpty() && rule.less() != null ? filledIn(rule.less(), matcher) : null;
            candidates.add(new Candidate(List.of(whole.split("\\+")), less, layout, rule.ones()));
        }
        return candidates;
    }

    private static String filledIn(String template, Matcher matcher) {
        return PLACE.matcher(template).replaceAll(place -> {
            String group = matcher.group(Integer.parseInt(place.group(1)));
            return place.group(2) == null ? group : String.valueOf(Integer.parseInt(group) - 1);
        });
    }

    /** Whether the tensor is none of the network's, and known to be there. */
    boolean ignores(String tensor) {
        return tensor.endsWith(".num_batches_tracked")
                || ignored.stream().anyMatch(name -> name.matcher(bare(tensor)).matches());
    }

    /** Without the prefixes that make no difference. */
    static String bare(String tensor) {
        int from = 0;
        int last;
        do {
            last = from;
            for (String prefix : PREFIXES) {
                from += tensor.startsWith(prefix, from) ? prefix.length() : 0;
            }
        } while (from > last);
        return tensor.substring(from);
    }
}
