package io.lockstep.runs.settings;

/** conf/lockstep-defaults.conf.template: every setting, commented out, with meaning and default. */
final class SettingsTemplate {
    private static final int WIDTH = 118;

    private SettingsTemplate() {}

    static String render() {
        StringBuilder text = new StringBuilder("""
                # Lockstep's settings, each with its default. Copy this file to lockstep-defaults.conf beside it and take away
                # the # of what you change; or write the same lines into a recipe (--recipe FILE), or pass --set KEY=VALUE.
                # Every one is also a Spark property: spark.lockstep.KEY. Command line over Spark property over recipe over
                # this file.
                """);
        for (SettingGroup group : Settings.groups()) {
            String rule = "-".repeat(WIDTH - 4 - group.title().length());
            text.append("\n# ").append(group.title()).append(' ').append(rule).append('\n');
            group.settings().forEach(setting -> append(setting, text));
        }
        return text.toString();
    }

    private static void append(Setting<?> setting, StringBuilder text) {
        text.append('\n');
        wrap(text, setting.meaning());
        text.append(("#" + setting.name() + " = " + setting.defaultText()).stripTrailing())
                .append('\n');
    }

    private static void wrap(StringBuilder text, String meaning) {
        int column = 0;
        for (String word : meaning.split(" ")) {
            if (column == 0 || column + 1 + word.length() > WIDTH) {
                text.append(column == 0 ? "# " : "\n# ");
                column = 2;
            } else {
                text.append(' ');
                column++;
            }
            text.append(word);
            column += word.length();
        }
        text.append('\n');
    }
}
