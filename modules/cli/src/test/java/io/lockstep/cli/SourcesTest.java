package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What holds of every source file of all modules: it is short, so are its methods, and no two things have one name. */
class SourcesTest {
    private static final Path MODULES = Path.of("..");
    private static final int LONGEST_FILE = 400;
    private static final int LONGEST_METHOD = 60;
    private static final int WIDEST_RECORD = 7;

    // What is still to be shortened: who shortens one takes it out here, too.
    private static final Set<String> LONG_FILES = Set.of();
    private static final Set<String> LONG_METHODS = Set.of();
    private static final Set<String> WIDE_RECORDS = Set.of(
            "Summary",
            "HostFacts",
            "MetricsLine",
            "StepReport",
            "SampleQuality.Result",
            "Environment",
            "TrainingState",
            "RankEvaluation",
            "RankSettings");

    private static final Map<String, Integer> LINES = new TreeMap<>();
    private static final Map<String, Integer> METHODS = new TreeMap<>();
    private static final Map<String, Integer> RECORDS = new TreeMap<>();
    private static final List<Named> CLASSES = new ArrayList<>();

    /** A class that other files may name. */
    private record Named(String module, String name, boolean topLevel, String file) {}

    @BeforeAll
    static void readAll() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(MODULES)) {
            files = all.filter(path -> path.toString().endsWith(".java"))
                    .filter(path -> path.toString().contains("/src/"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
                LINES.merge(simpleName(fileName(file)), (int) lines.count(), Math::max);
            }
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Reader(unit, positions).scan(unit, null);
            }
        }
    }

    private static String fileName(Path file) {
        return MODULES.relativize(file).toString().replace('\\', '/');
    }

    private static String simpleName(String file) {
        return file.substring(file.lastIndexOf('/') + 1).replace(".java", "");
    }

    /** Notes methods, records and names of a file. */
    private static final class Reader extends TreePathScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final String file;

        Reader(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
            file = fileName(Path.of(unit.getSourceFile().getName()));
        }

        private String place(String name) {
            String outer = simpleName(file);
            return outer.equals(name) ? name : outer + "." + name;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (method.getBody() != null) {
                LineMap map = unit.getLineMap();
                long first = map.getLineNumber(positions.getStartPosition(unit, method));
                long last = map.getLineNumber(positions.getEndPosition(unit, method));
                METHODS.merge(place(method.getName().toString()), (int) (last - first + 1), Math::max);
            }
            return super.visitMethod(method, nothing);
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            String name = type.getSimpleName().toString();
            if (type.getKind() == Tree.Kind.RECORD) {
                long components = type.getMembers().stream()
                        .filter(member -> member instanceof VariableTree variable
                                && !variable.getModifiers().getFlags().contains(Modifier.STATIC))
                        .count();
                RECORDS.merge(place(name), (int) components, Math::max);
            }
            Tree parent = getCurrentPath().getParentPath().getLeaf();
            boolean topLevel = parent instanceof CompilationUnitTree;
            boolean named = topLevel || parent instanceof ClassTree;
            boolean hidden = type.getModifiers().getFlags().contains(Modifier.PRIVATE);
            if (named && !hidden && file.contains("/src/main/")) {
                CLASSES.add(new Named(file.substring(0, file.indexOf('/')), name, topLevel, file));
            }
            return super.visitClass(type, nothing);
        }
    }

    @Test
    void noFileHasMoreThanFourHundredLines() {
        assertThat(above(LONGEST_FILE, LINES))
                .as("files of more than %d lines; divide them by what a reader looks for", LONGEST_FILE)
                .containsExactlyInAnyOrderElementsOf(LONG_FILES);
    }

    @Test
    void noMethodHasMoreThanSixtyLines() {
        assertThat(above(LONGEST_METHOD, METHODS))
                .as("methods of more than %d lines; tell them as steps", LONGEST_METHOD)
                .containsExactlyInAnyOrderElementsOf(LONG_METHODS);
    }

    @Test
    void noRecordIsMadeOfMoreThanSevenValuesInARow() {
        assertThat(above(WIDEST_RECORD, RECORDS))
                .as("records of more than %d components; make them of parts", WIDEST_RECORD)
                .containsExactlyInAnyOrderElementsOf(WIDE_RECORDS);
    }

    private static Set<String> above(int most, Map<String, Integer> sizes) {
        return sizes.entrySet().stream()
                .filter(each -> each.getValue() > most)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void noTwoClassesHaveOneName() {
        Map<String, List<String>> files = CLASSES.stream()
                .filter(Named::topLevel)
                .filter(each -> !each.name().equals("package-info"))
                .collect(Collectors.groupingBy(
                        Named::name, TreeMap::new, Collectors.mapping(Named::file, Collectors.toList())));
        assertThat(files)
                .as("classes by name")
                .allSatisfy((name, of) -> assertThat(of)
                        .as("files that have a class %s; give each its own word", name)
                        .hasSize(1));
    }

    /** So that whoever reads the inner one's name does not think of the outer. */
    @Test
    void noInnerClassHasTheNameOfAnotherClassOfItsModule() {
        Map<String, Set<String>> topLevel = CLASSES.stream()
                .filter(Named::topLevel)
                .collect(Collectors.groupingBy(Named::module, Collectors.mapping(Named::name, Collectors.toSet())));
        assertThat(CLASSES.stream()
                        .filter(each -> !each.topLevel())
                        .filter(each ->
                                topLevel.getOrDefault(each.module(), Set.of()).contains(each.name()))
                        .map(each -> each.name() + " in " + each.file()))
                .isEmpty();
    }
}
