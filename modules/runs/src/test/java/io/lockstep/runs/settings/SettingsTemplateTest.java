package io.lockstep.runs.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsTemplateTest {
    private static final Path TEMPLATE = Path.of("../../conf/lockstep-defaults.conf.template");

    @Test
    void theTemplateHasEverySettingWithItsMeaningAndDefault() throws IOException {
        if (Boolean.getBoolean("lockstep.writeTemplate")) {
            Files.writeString(TEMPLATE, SettingsTemplate.render());
        }

        assertThat(TEMPLATE)
                .as("after changing Settings, run this test once with -Dlockstep.writeTemplate=true")
                .hasContent(SettingsTemplate.render());
    }

    @Test
    void everyDefaultIsAllowed() {
        Configuration configuration = new Configuration();

        Settings.all().forEach(configuration::get);
    }
}
