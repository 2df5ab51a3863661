package org.queqiao.server.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Asks the name service of this machine, by {@code getent passwd KEY}: it speaks to LDAP and the
 * like, which reading a file would not. Blocks for up to ten seconds. An entry asked for by number
 * is remembered for five minutes; a name is asked for anew, because an administrator who maps an
 * account has just made it.
 */
public final class UnixUsers implements UnixAccounts {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final long REMEMBERED_MS = Duration.ofMinutes(5).toMillis();
  private static final int REMEMBERED_MAX = 10_000;
  private static final int NO_SUCH_KEY = 2;
  private static final int FIELDS = 7;
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,31}");

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

  /** Asks this machine, with the wall clock in milliseconds. */
  public UnixUsers(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  @Override
  public OptionalInt uidOf(String name) throws IOException {
    // Anything else could be read as an option, or as a number that is somebody else's.
    if (!NAME.matcher(name).matches()) {
      return OptionalInt.empty();
    }
    Optional<UnixUser> user = ask(name);
    return user.isPresent() && user.get().name().equals(name)
        ? OptionalInt.of(user.get().uid())
        : OptionalInt.empty();
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
    Optional<UnixUser> user = ask(Integer.toString(uid));
    if (user.isPresent() && user.get().uid() != uid) {
      throw new IOException("the name service answers something else than an entry of uid " + uid);
    }
    user.ifPresent(
        found -> remembered.put(uid, new Remembered(found, nowMs.getAsLong() + REMEMBERED_MS)));
    return user;
  }

  private static Optional<UnixUser> ask(String key) throws IOException {
    Process process =
        new ProcessBuilder("getent", "passwd", key)
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
      return Optional.of(parse(line.strip()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the name service was asked", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static UnixUser parse(String line) throws IOException {
    String[] fields = line.split(":", -1);
    if (fields.length != FIELDS
        || !(fields[2] + ":" + fields[3]).matches("[0-9]{1,10}:[0-9]{1,10}")) {
      throw new IOException("the name service answers something else than an entry");
    }
    long uid = Long.parseLong(fields[2]);
    if (uid > Integer.MAX_VALUE) {
      throw new IOException("the uid " + uid + " of " + fields[0] + " is too large");
    }
    String shell = fields[6].isEmpty() ? "/bin/sh" : fields[6];
    return new UnixUser(
        fields[0],
        (int) uid,
        Long.parseLong(fields[3]),
        fields[5].isEmpty() ? "/" : fields[5],
        shell);
  }
}
