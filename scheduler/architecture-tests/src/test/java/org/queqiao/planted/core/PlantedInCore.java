package org.queqiao.planted.core;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.queqiao.planted.server.PlantedServer;

/** Breaks every rule of determinism. */
public final class PlantedInCore {
  final Map<String, String> hashed = new HashMap<>();
  final Set<String> immutable = Set.of("a", "b");
  final PlantedServer above = new PlantedServer();
  double price;

  long clock() {
    return System.currentTimeMillis() + Instant.now().toEpochMilli();
  }

  long power(long base) {
    return (long) Math.pow(base, 2);
  }

  void print() {
    System.out.println("core");
  }

  long share(long amount) {
    return (long) (amount * 0.5);
  }

  long wholeShare(long amount) {
    return amount / 2;
  }
}
