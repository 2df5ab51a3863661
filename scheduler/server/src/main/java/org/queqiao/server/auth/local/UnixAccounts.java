package org.queqiao.server.auth.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Unix users of this machine. */
@FunctionalInterface
public interface UnixAccounts {
  /**
   * The number of a user, if there is one. May wait for a directory service: never on an event
   * loop.
   *
   * @throws IOException when the name service does not answer
   */
  OptionalInt uidOf(String name) throws IOException;

  /** Asks the machine's name service (files, LDAP, whatever is set up) through {@code getent}. */
  static UnixAccounts ofThisMachine() {
    return UnixAccounts::askNameService;
  }

  private static OptionalInt askNameService(String name) throws IOException {
    if (!Pattern.matches("[A-Za-z_][A-Za-z0-9_.-]{0,31}", name)) {
      return OptionalInt.empty();
    }
    Process asked =
        new ProcessBuilder("getent", "passwd", name)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(asked.getInputStream(), StandardCharsets.UTF_8))) {
      asked.getOutputStream().close();
      if (!asked.waitFor(10, TimeUnit.SECONDS)) {
        throw new IOException("the name service did not answer within 10 s");
      }
      String line = lines.readLine();
      Matcher entry =
          Pattern.compile("([^:]*):[^:]*:([0-9]{1,10}):.*").matcher(line == null ? "" : line);
      return entry.matches() && entry.group(1).equals(name)
          ? OptionalInt.of(Math.toIntExact(Long.parseLong(entry.group(2))))
          : OptionalInt.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the name service was asked");
    } catch (ArithmeticException e) {
      throw new IOException("the uid of " + name + " is too large");
    } finally {
      asked.destroyForcibly();
    }
  }
}
