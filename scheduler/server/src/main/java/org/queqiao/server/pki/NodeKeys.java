package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.host.WholeFile;

/**
 * Which key each node has: one line {@code NAME SHA-256-of-its-public-key}. A certificate whose key
 * is not here is refused, however good its signature: so ends a revoked node, and the old machine
 * of a node that was enrolled again.
 */
final class NodeKeys {
  private final Path file;
  private final TreeMap<NodeName, String> keys = new TreeMap<>();

  private NodeKeys(Path file) {
    this.file = file;
  }

  static NodeKeys open(Path file) throws IOException {
    NodeKeys all = new NodeKeys(file);
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        String[] fields = line.split(" ");
        if (fields.length != 2) {
          throw new IOException(file + " is damaged: a line is a node and a fingerprint");
        }
        all.keys.put(new NodeName(fields[0]), fields[1]);
      }
    }
    return all;
  }

  synchronized Optional<String> keyOf(NodeName node) {
    return Optional.ofNullable(keys.get(node));
  }

  /** Durable when it returns. */
  synchronized void put(NodeName node, String fingerprint) throws IOException {
    TreeMap<NodeName, String> next = new TreeMap<>(keys);
    next.put(node, fingerprint);
    write(next);
    keys.put(node, fingerprint);
  }

  /** Durable when it returns; false when the node had none. */
  synchronized boolean remove(NodeName node) throws IOException {
    TreeMap<NodeName, String> next = new TreeMap<>(keys);
    if (next.remove(node) == null) {
      return false;
    }
    write(next);
    keys.remove(node);
    return true;
  }

  private void write(TreeMap<NodeName, String> next) throws IOException {
    StringBuilder text = new StringBuilder();
    next.forEach((node, key) -> text.append(node).append(' ').append(key).append('\n'));
    WholeFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8), WholeFile.OWNER_ONLY);
  }
}
