package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Asks the name service of this machine, by {@code getent passwd UID}: it speaks to LDAP and the
 * like, which reading a file would not. Blocks for up to ten seconds. An entry is remembered for
 * five minutes.
 */
public final class UnixUsers {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long REMEMBERED_MS = Duration.ofMinutes(5).toMillis();
  private static final int REMEMBERED_MAX = 10_000;
  private static final int NO_SUCH_KEY = 2;
  private static final int FIELDS = 7;

  private record Remembered(UnixUser user, long untilMs) {}

  private final LongSupplier nowMs;
  private final Map<Integer, Remembered> remembered =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Remembered> eldest) {
          return size() > REMEMBERED_MAX;
        }
      };

  public UnixUsers(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  /**
   * The user with this number; nothing when the name service says that there is none.
   *
   * @throws IOException when the name service does not answer
   */
  public synchronized Optional<UnixUser> byUid(int uid) throws IOException {
    Remembered known = remembered.get(uid);
    if (known != null && known.untilMs() > nowMs.getAsLong()) {
      return Optional.of(known.user());
    }
    Optional<UnixUser> user = ask(uid);
    user.ifPresent(
        found -> remembered.put(uid, new Remembered(found, nowMs.getAsLong() + REMEMBERED_MS)));
    return user;
  }

  private static Optional<UnixUser> ask(int uid) throws IOException {
    Process process =
        new ProcessBuilder("getent", "passwd", Integer.toString(uid))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("the name service does not answer");
      }
      if (process.exitValue() == NO_SUCH_KEY) {
        return Optional.empty();
      }
      if (process.exitValue() != 0) {
        throw new IOException("getent ends with " + process.exitValue());
      }
      String line = new String(process.getInputStream().readNBytes(8_192), StandardCharsets.UTF_8);
      return Optional.of(parse(line.strip(), uid));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the name service was asked", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static UnixUser parse(String line, int uid) throws IOException {
    String[] fields = line.split(":", -1);
    if (fields.length != FIELDS || !fields[2].equals(Integer.toString(uid))) {
      throw new IOException("the name service answers something else than an entry of uid " + uid);
    }
    String shell = fields[6].isEmpty() ? "/bin/sh" : fields[6];
    return new UnixUser(fields[0], uid, fields[5].isEmpty() ? "/" : fields[5], shell);
  }
}
