package org.queqiao.server.boot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.queqiao.server.config.ConfigException;
import org.queqiao.server.host.WholeFile;

/**
 * The secrets that the configuration names by file. One that others can read, or that is empty, is
 * refused with the name of its key and its file; its content is never shown.
 */
final class NamedSecrets {
  private NamedSecrets() {}

  /** The password in a file, without the white space around it. */
  static String password(String key, Path file) throws IOException {
    String password = new String(read(key, file), StandardCharsets.UTF_8).strip();
    if (password.isEmpty()) {
      throw new ConfigException(
          key + ": the file " + file + " is empty; there are no empty passwords here");
    }
    return password;
  }

  /** Makes sure that a private key that others read for us is nobody else's. */
  static void checkKey(String key, Path file) throws IOException {
    read(key, file);
  }

  private static byte[] read(String key, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(key + ": there is no file " + file);
    }
    try {
      return WholeFile.readSecret(file);
    } catch (IOException e) {
      throw new ConfigException(key + ": " + e.getMessage());
    }
  }
}
