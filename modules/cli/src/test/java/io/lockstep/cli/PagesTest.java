package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The project's Markdown pages: links between them, and what README promises. */
class PagesTest {
    private static final Path ROOT = Path.of("../..");
    private static final Path README = ROOT.resolve("README.md");
    private static final Path PROGRAM = Path.of("src/test/java/org/example/HousePrices.java");

    @TempDir
    Path folder;

    @Test
    void everyLinkLeadsToAFileOrAHeadingThatIsThere() throws IOException {
        Pages pages = new Pages(ROOT);

        assertThat(pages.names()).contains("README.md", "deploy/README.md", "modules/benchmarks/RESULTS.md");
        assertThat(pages.broken()).isEmpty();
    }

    @Test
    void everyPageIsReachedFromTheReadme() throws IOException {
        Pages pages = new Pages(ROOT);

        assertThat(pages.reachableFrom("README.md")).isEqualTo(pages.names());
    }

    @Test
    void aWrongLinkAndAPageThatNobodyLinksAreFound() throws IOException {
        Files.writeString(folder.resolve("README.md"), """
                # First, `second`
                ## First, `second`
                [good](#first-second) [good](#first-second-1) [good](docs/other.md#here) `[code](nowhere.md)`
                [no file](nowhere.md) [no heading](docs/other.md#there) <img src="nothing.png"> [far](https://example.org)
                """);
        Files.createDirectory(folder.resolve("docs"));
        Files.writeString(folder.resolve("docs/other.md"), "# Here\n[back](../README.md)\n");
        Files.writeString(folder.resolve("docs/lonely.md"), "# Lonely\n[back](../README.md)\n");

        Pages pages = new Pages(folder);

        assertThat(pages.broken())
                .containsExactly("README.md: nowhere.md", "README.md: docs/other.md#there", "README.md: nothing.png");
        assertThat(pages.reachableFrom("README.md")).containsExactly("README.md", "docs/other.md");
        assertThat(pages.names()).contains("docs/lonely.md");
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readString(README).split("\\s+")).hasSizeLessThan(1800);
    }

    @Test
    void theProgramOfTheReadmeIsTheOneThatIsTested() throws IOException {
        String program = Files.readString(PROGRAM).replaceFirst("package .*;\\s+", "");

        assertThat(Files.readString(README)).contains("```java\n" + program + "```");
    }
}
