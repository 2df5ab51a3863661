package org.queqiao.server.auth;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens whose signature was found right, by their hash, so that thousands of requests a second do
 * not pay a signature check each. The tokens themselves are not kept. Holds a bounded number; the
 * one used longest ago gives way.
 */
final class VerifiedTokens {
  private final LinkedHashMap<ByteBuffer, AccessTokens.Claims> byHash;

  VerifiedTokens(int capacity) {
    this.byHash =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<ByteBuffer, AccessTokens.Claims> eldest) {
            return size() > capacity;
          }
        };
  }

  synchronized Optional<AccessTokens.Claims> find(Secret token) {
    return Optional.ofNullable(byHash.get(key(token)));
  }

  synchronized void keep(Secret token, AccessTokens.Claims claims) {
    byHash.put(key(token), claims);
  }

  synchronized void drop(Secret token) {
    byHash.remove(key(token));
  }

  synchronized int size() {
    return byHash.size();
  }

  private static ByteBuffer key(Secret token) {
    return ByteBuffer.wrap(TokenText.sha256(token.reveal()));
  }
}
