package org.queqiao.server.pki;

import java.nio.file.Path;
import java.util.List;

/**
 * What the authority needs to know.
 *
 * @param folder where keys and certificates are kept
 * @param serverNames host names and addresses by which agents reach this server; the first is
 *     written into enrolment codes
 * @param agentPort the port for agents, written into enrolment codes
 */
public record PkiSettings(Path folder, List<String> serverNames, int agentPort) {
  public PkiSettings {
    serverNames = List.copyOf(serverNames);
    if (serverNames.isEmpty()) {
      throw new IllegalArgumentException("the server has at least one name for its agents");
    }
  }
}
