package org.queqiao.server.gateway;

import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Connections that have not said yet which shell they are, a bounded number of each address and in
 * all. One more closes the oldest of its address, else of all: who says it at once, as a node does,
 * is kept out by nobody who is silent.
 */
final class SilentOnes {
  private static final int MAX = 1_024;

  /** As nodes behind a translation of addresses have. */
  private static final int OF_ADDRESS_MAX = 32;

  private final LinkedHashMap<NetSocket, String> all = new LinkedHashMap<>();
  private final Map<String, ArrayDeque<NetSocket>> ofAddress = new HashMap<>();

  void arrived(NetSocket socket) {
    NetSocket oldest = take(socket, socket.remoteAddress().hostAddress());
    if (oldest != null) {
      oldest.close();
    }
  }

  private synchronized NetSocket take(NetSocket socket, String from) {
    ArrayDeque<NetSocket> own = ofAddress.get(from);
    NetSocket oldest = null;
    if (own != null && own.size() >= OF_ADDRESS_MAX) {
      oldest = own.getFirst();
    } else if (all.size() >= MAX) {
      oldest = all.firstEntry().getKey();
    }
    if (oldest != null) {
      known(oldest);
    }
    all.put(socket, from);
    ofAddress.computeIfAbsent(from, _ -> new ArrayDeque<>()).addLast(socket);
    return oldest;
  }

  /** It is a stranger no more, or closed. */
  synchronized void known(NetSocket socket) {
    String from = all.remove(socket);
    if (from != null) {
      ofAddress.computeIfPresent(
          from,
          (_, own) -> {
            own.remove(socket);
            return own.isEmpty() ? null : own;
          });
    }
  }
}
