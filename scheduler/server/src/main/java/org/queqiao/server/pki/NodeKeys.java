package org.queqiao.server.pki;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.server.host.LineFile;

/**
 * Which key each node has: a line {@code NAME SHA-256-of-its-public-key} for each enrolment, of
 * which a node's last one holds. A certificate whose key is not here is refused, however good its
 * signature: so ends a revoked node, and the old machine of a node that was enrolled again.
 */
final class NodeKeys {
  /** So many lines that no longer hold may lie in the file before it is written anew. */
  private static final int STALE_MAX = 1_000;

  private final LineFile file;
  private final TreeMap<NodeName, String> keys = new TreeMap<>();

  private NodeKeys(LineFile file) {
    this.file = file;
  }

  static NodeKeys open(Path file) throws IOException {
    NodeKeys all = new NodeKeys(LineFile.open(file));
    for (String line : all.file.read()) {
      String[] fields = line.split(" ");
      if (fields.length != 2) {
        throw new IOException(file + " is damaged: a line is a node and a fingerprint");
      }
      all.keys.put(new NodeName(fields[0]), fields[1]);
    }
    return all;
  }

  synchronized Optional<String> keyOf(NodeName node) {
    return Optional.ofNullable(keys.get(node));
  }

  /** Durable when it returns. */
  synchronized void put(NodeName node, String fingerprint) throws IOException {
    if (file.lines() - keys.size() < STALE_MAX) {
      file.add(line(node, fingerprint));
    } else {
      TreeMap<NodeName, String> next = new TreeMap<>(keys);
      next.put(node, fingerprint);
      write(next);
    }
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
    file.replace(
        next.entrySet().stream().map(each -> line(each.getKey(), each.getValue())).toList());
  }

  private static String line(NodeName node, String fingerprint) {
    return node + " " + fingerprint;
  }
}
