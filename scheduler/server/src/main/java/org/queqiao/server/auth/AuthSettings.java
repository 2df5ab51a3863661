package org.queqiao.server.auth;

import java.net.URI;
import java.util.List;

/**
 * The figures of identity. All of them are bounds or lives; none is a secret.
 *
 * @param publicUrl where the console is reached; makes the login link and the cookie's Secure flag
 * @param moreOrigins further sites whose pages are this console, as {@code https://name}; usually
 *     none, because a page served by this very server is always its own
 * @param accessLifeMs life of an access token, at most one hour
 * @param sessionLifeMs life of a session from its sign-in
 * @param loginCodeLifeMs life of a one-time login code
 * @param localTokenLifeMs life of a key made by the local command
 * @param apiKeyLifeMs life of an API key that names none
 * @param apiKeyMaxLifeMs the longest life of an API key
 * @param hashThreads passwords hashed at the same time
 * @param hashQueue sign-ins that may wait for a thread; more are refused
 */
public record AuthSettings(
    URI publicUrl,
    List<String> moreOrigins,
    long accessLifeMs,
    long sessionLifeMs,
    long loginCodeLifeMs,
    long localTokenLifeMs,
    long apiKeyLifeMs,
    long apiKeyMaxLifeMs,
    int hashThreads,
    int hashQueue) {
  private static final long MINUTE_MS = 60_000;
  private static final long HOUR_MS = 60 * MINUTE_MS;
  private static final long DAY_MS = 24 * HOUR_MS;

  public AuthSettings {
    moreOrigins = List.copyOf(moreOrigins);
    if (accessLifeMs < 1000 || accessLifeMs > HOUR_MS) {
      throw new IllegalArgumentException("accessLifeMs must be from 1000 to " + HOUR_MS);
    }
    if (sessionLifeMs < accessLifeMs
        || loginCodeLifeMs <= 0
        || localTokenLifeMs <= 0
        || apiKeyLifeMs <= 0
        || apiKeyMaxLifeMs < apiKeyLifeMs
        || hashThreads <= 0
        || hashQueue <= 0) {
      throw new IllegalArgumentException("lives and bounds must be positive and in order");
    }
  }

  /** The defaults, for a console at this address. */
  public static AuthSettings at(URI publicUrl) {
    return new AuthSettings(
        publicUrl,
        List.of(),
        15 * MINUTE_MS,
        12 * HOUR_MS,
        15 * MINUTE_MS,
        DAY_MS,
        90 * DAY_MS,
        366 * DAY_MS,
        2,
        64);
  }

  /** Whether cookies may travel over TLS only. */
  public boolean secure() {
    return "https".equals(publicUrl.getScheme());
  }
}
