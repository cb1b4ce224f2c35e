package io.lockstep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Markdown pages below a folder, and where their links lead. */
final class Pages {
    /** {@code [text](target)}, also of a picture, and {@code <img src="target">}. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)|<img src=\"([^\"]+)\"");

    private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

    private final Path root;
    private final Map<Path, Page> pages = new TreeMap<>();

    private record Page(Set<String> anchors, List<String> links) {}

    private record Target(Path file, String anchor) {}

    Pages(Path root) throws IOException {
        this.root = root.toAbsolutePath().normalize();
        for (Path file : files(this.root)) {
            pages.put(file, read(file));
        }
    }

    private static List<Path> files(Path root) throws IOException {
        Set<Path> madeHere = Set.of(Path.of("runs"), Path.of("data")); // by whoever trains in a checkout
        List<Path> found = new ArrayList<>();
        Deque<Path> folders = new ArrayDeque<>(List.of(root));
        while (!folders.isEmpty()) {
            try (Stream<Path> entries = Files.list(folders.pop())) {
                for (Path entry : entries.toList()) {
                    String name = entry.getFileName().toString();
                    if (Files.isDirectory(entry)) {
                        if (!name.startsWith(".")
                                && !madeHere.contains(root.relativize(entry))
                                && !Set.of("target", "src").contains(name)) {
                            folders.push(entry);
                        }
                    } else if (name.endsWith(".md")) {
                        found.add(entry);
                    }
                }
            }
        }
        return found;
    }

    /** All pages, relative to the folder. */
    Set<String> names() {
        return relative(pages.keySet());
    }

    /** Links to what is not there, each as {@code page: link}. */
    List<String> broken() {
        List<String> broken = new ArrayList<>();
        pages.forEach((file, page) -> {
            for (String link : page.links()) {
                Target target = target(file, link);
                Page linked = pages.get(target.file());
                boolean lacksAnchor = !target.anchor().isEmpty()
                        && (linked == null || !linked.anchors().contains(target.anchor()));
                if (lacksAnchor || !Files.isRegularFile(target.file())) {
                    broken.add(root.relativize(file) + ": " + link);
                }
            }
        });
        return broken;
    }

    /** The pages to which links lead from one of them, over others or at once. */
    Set<String> reachableFrom(String first) {
        Set<Path> reached = new HashSet<>();
        Deque<Path> next = new ArrayDeque<>(List.of(root.resolve(first)));
        while (!next.isEmpty()) {
            Path file = next.pop();
            if (pages.containsKey(file) && reached.add(file)) {
                pages.get(file)
                        .links()
                        .forEach(link -> next.push(target(file, link).file()));
            }
        }
        return relative(reached);
    }

    private Set<String> relative(Set<Path> files) {
        Set<String> names = new TreeSet<>();
        files.forEach(file -> names.add(root.relativize(file).toString()));
        return names;
    }

    private static Target target(Path page, String link) {
        int hash = link.indexOf('#');
        String file = hash < 0 ? link : link.substring(0, hash);
        Path path = file.isEmpty() ? page : page.resolveSibling(file).normalize();
        return new Target(path, hash < 0 ? "" : link.substring(hash + 1));
    }

    private static Page read(Path file) throws IOException {
        Map<String, Integer> seen = new HashMap<>();
        Set<String> anchors = new HashSet<>();
        List<String> links = new ArrayList<>();
        boolean code = false;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("```")) {
                code = !code;
            } else if (!code) {
                if (line.startsWith("#")) {
                    String anchor = anchor(line);
                    int times = seen.merge(anchor, 1, Integer::sum);
                    anchors.add(times == 1 ? anchor : anchor + "-" + (times - 1));
                }
                Matcher link = LINK.matcher(line.replaceAll("`[^`]*`", "`"));
                while (link.find()) {
                    String target = link.group(1) == null ? link.group(2) : link.group(1);
                    if (!ELSEWHERE.matcher(target).matches()) {
                        links.add(target);
                    }
                }
            }
        }
        return new Page(anchors, links);
    }

    /** As GitHub makes it: lower case, without punctuation, a hyphen for each space. */
    private static String anchor(String heading) {
        String text = heading.replaceFirst("^#+ *", "").replaceAll("\\]\\([^)]*\\)", "");
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
