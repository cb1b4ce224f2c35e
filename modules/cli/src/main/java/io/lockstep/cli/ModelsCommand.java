package io.lockstep.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "models",
        description = "Lists the networks, or the layers of one.",
        footer = {"", "Example:  bin/lockstep models resnet20"})
final class ModelsCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "A network, for its layers.")
    private String name;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the same as JSON.")
    private Path json;

    @Override
    public Integer call() throws Exception {
        Object result = name == null ? Networks.list(System.out) : Networks.describe(name, System.out);
        if (json != null) {
            Files.writeString(json, Json.pretty(result));
        }
        return ExitStatus.DONE;
    }
}
