package org.queqiao.server.auth;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Which web sites are this console. A page that this very server gave out names the same host in
 * {@code Origin} as the browser asks in {@code Host}; further ones are configured.
 */
final class Origins {
  private final boolean secure;
  private final List<String> more;

  Origins(AuthSettings settings) {
    this.secure = settings.secure();
    this.more =
        Stream.concat(Stream.of(of(settings.publicUrl())), settings.moreOrigins().stream())
            .map(origin -> origin.toLowerCase(Locale.ROOT))
            .toList();
  }

  private static String of(URI url) {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  /** Whether the request says that it comes from a page of this console. */
  boolean isOurs(HttpServerRequest request) {
    List<String> named = request.headers().getAll("Origin");
    if (named.size() != 1) {
      return false;
    }
    String origin = named.getFirst().toLowerCase(Locale.ROOT);
    if (more.contains(origin)) {
      return true;
    }
    String scheme = secure || request.isSSL() ? "https" : "http";
    return request.authority() != null
        && origin.equals(scheme + "://" + request.authority().toString().toLowerCase(Locale.ROOT));
  }

  /** Whether a request that need not come from a page comes from a foreign one. */
  boolean isForeign(HttpServerRequest request) {
    return request.headers().contains("Origin") && !isOurs(request);
  }

  /** The sender, for limits: one IPv6 network of 64 bits counts as one. */
  static String address(HttpServerRequest request) {
    SocketAddress remote = request.remoteAddress();
    String host = remote == null ? null : remote.hostAddress();
    if (host == null) {
      return "local";
    }
    if (host.indexOf(':') < 0) {
      return host;
    }
    String[] groups = host.split(":", -1);
    return String.join(":", List.of(groups).subList(0, Math.min(4, groups.length)));
  }
}
