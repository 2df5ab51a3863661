package org.queqiao.server.config;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** {@code queqiao config show}: every setting with its value, unit, default and origin. */
public final class ConfigTool {
  private ConfigTool() {}

  public static void main(String[] arguments) {
    Path data = Path.of("data");
    Path file = null;
    String verb = "";
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--data" -> data = Path.of(arguments[++i]);
        case "--config" -> file = Path.of(arguments[++i]);
        default -> verb = arguments[i];
      }
    }
    if (!verb.equals("show")) {
      System.err.println("config: the command is: config show [--data DIR] [--config FILE]");
      System.exit(2);
    }
    try {
      show(ServerConfig.read(file == null ? data.resolve(ServerConfig.FILE) : file), System.out);
    } catch (ConfigException e) {
      System.err.println("config: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void show(ServerConfig config, PrintStream out) {
    for (Setting each : config.settings()) {
      out.printf(
          "# %s [%s, default %s, from %s]%n",
          each.prose(), each.unit(), quoted(each.defaultText()), each.origin());
      out.printf("%s: %s%n", each.key(), quoted(each.valueText()));
    }
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "\"\"" : text;
  }

  /** The page {@code docs/configuration.md}. */
  static String page(List<Setting> settings) {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            One YAML file, `queqiao.yaml` in the data folder or the one that `--config` names. It must belong to who
            starts the server and be writable by nobody else. Unknown keys are refused with the nearest known name.
            Partitions, prices, projects, accounts and roles are not here: they are facts of the log and are changed by
            commands. What root executes on a node before and after runs and to check it is not here either: it is in
            [a folder of the node](runs.md#commands-of-a-node-prolog-epilog-health-check). This page is written from the
            code.

            | Key | Unit | Default | Meaning |
            |---|---|---|---|
            """);
    for (Setting each : settings) {
      page.append("| `").append(each.key()).append("` | ").append(each.unit()).append(" | ");
      page.append(each.defaultText().isEmpty() ? "" : "`" + each.defaultText() + "`");
      page.append(" | ").append(each.prose()).append(" |\n");
    }
    return page.toString();
  }
}
