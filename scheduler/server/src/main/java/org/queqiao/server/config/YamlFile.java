package org.queqiao.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a configuration file that only its owner can have written, with a loader that makes nothing
 * but texts, numbers, flags, lists and groups.
 */
final class YamlFile {
  private static final int MOST_BYTES = 256 << 10;
  private static final int MOST_DEPTH = 8;
  private static final int MOST_ALIASES = 10;

  private YamlFile() {}

  /**
   * The values by full key: {@code http: {port: 1}} becomes {@code http.port}.
   *
   * @throws ConfigException when the file is unsafe, unreadable or no YAML
   */
  static Map<String, Object> read(Path file) {
    try {
      check(file);
      LoadSettings settings =
          LoadSettings.builder()
              .setLabel(file.toString())
              .setAllowDuplicateKeys(false)
              .setAllowRecursiveKeys(false)
              .setMaxAliasesForCollections(MOST_ALIASES)
              .setCodePointLimit(MOST_BYTES)
              .build();
      Object document = new Load(settings).loadFromString(Files.readString(file));
      Map<String, Object> values = new TreeMap<>();
      if (document != null && !(document instanceof Map)) {
        throw new ConfigException(file + ": the file must consist of keys with values");
      }
      if (document != null) {
        flatten("", (Map<?, ?>) document, values, file, 1);
      }
      return values;
    } catch (YamlEngineException | StackOverflowError e) {
      throw new ConfigException(file + ": this is no YAML that can be read: " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigException(file + ": the file cannot be read: " + e.getMessage());
    }
  }

  private static void check(Path file) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new ConfigException(
          file + ": the configuration must be a plain file, not a link or anything else");
    }
    Set<PosixFilePermission> permissions = attributes.permissions();
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new ConfigException(
          file + ": others can write to the configuration; repair it with: chmod go-w " + file);
    }
    String owner = attributes.owner().getName();
    String me = System.getProperty("user.name");
    if (!owner.equals(me) && !owner.equals("root")) {
      throw new ConfigException(
          file
              + ": the configuration belongs to "
              + owner
              + "; it must belong to "
              + me
              + " or root");
    }
    if (attributes.size() > MOST_BYTES) {
      throw new ConfigException(
          file + ": the configuration is longer than " + MOST_BYTES + " bytes");
    }
  }

  private static void flatten(
      String prefix, Map<?, ?> group, Map<String, Object> into, Path file, int depth) {
    if (depth > MOST_DEPTH) {
      throw new ConfigException(file + ": groups may be nested " + MOST_DEPTH + " deep");
    }
    group.forEach((key, value) -> {
      if (!(key instanceof String name)) {
        throw new ConfigException(file + ": '" + key + "' is no name of a setting");
      }
      if (value instanceof Map<?, ?> inner) {
        flatten(prefix + name + ".", inner, into, file, depth + 1);
      } else if (value != null) {
        into.put(prefix + name, value);
      }
    });
  }
}
