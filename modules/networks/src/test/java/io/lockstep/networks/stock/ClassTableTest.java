package io.lockstep.networks.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.networks.stock.ClassTable.Verdict;
import io.lockstep.networks.stock.StockClasses.Kind;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Of each class that DL4J has, it is known and written down who runs it. */
class ClassTableTest {
    private static final Path PAGE = Path.of("DL4J.md");

    @Test
    void eachClassOfDl4jIsTriedInANetwork() throws IOException, URISyntaxException {
        List<Class<?>> stock = new ArrayList<>();
        StockClasses.all().values().forEach(ofKind -> stock.addAll(ofKind.values()));
        assertThat(ClassTable.examples().keySet())
                .as("classes of DL4J's jars; add an example of a new one")
                .containsExactlyInAnyOrderElementsOf(stock);
    }

    @Test
    void thePageTellsWhoRunsEachClass() throws IOException, URISyntaxException {
        Map<Class<?>, Supplier<Example>> examples = ClassTable.examples();
        Map<Kind, Map<String, Verdict>> verdicts = new EnumMap<>(Kind.class);
        List<String> faults = new ArrayList<>();
        StockClasses.all()
                .forEach((kind, ofKind) -> ofKind.forEach((name, type) -> {
                    try {
                        Verdict verdict = ClassTable.tried(examples.get(type).get());
                        verdicts.computeIfAbsent(kind, ignored -> new TreeMap<>())
                                .put(name, verdict);
                    } catch (RuntimeException e) { // no refusal by name
                        faults.add(name + ": " + e);
                    }
                }));
        assertThat(faults).as("neither trained nor refused by name").isEmpty();
        String page = ClassTable.page(verdicts);
        if (Boolean.getBoolean("lockstep.dl4j.page")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE)
                .as("run this test with -Dlockstep.dl4j.page=true to write the page anew")
                .hasContent(page);
    }
}
