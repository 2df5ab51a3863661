package org.queqiao.server.gateway;

import java.util.Map;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;

/**
 * Where agents are heard, and the bounds of it.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param silenceMs a node not heard of for so long is reported as silent
 * @param connectionsMax the most connections at a time
 * @param enrollingMax the most connections without a certificate at a time
 * @param firstFrameMs how long a new connection may take to shake hands, and then to say hello
 * @param readTimeoutMs how long a node may take to read a piece of output
 * @param readsMax the most pieces of output asked of one node at a time
 * @param bridges which node may tell of which cluster under another scheduler
 */
public record GatewaySettings(
    String host,
    int port,
    long silenceMs,
    int connectionsMax,
    int enrollingMax,
    long firstFrameMs,
    long readTimeoutMs,
    int readsMax,
    Map<ClusterName, NodeName> bridges) {
  public GatewaySettings {
    bridges = Map.copyOf(bridges);
  }

  /** Settings without bridges. */
  public GatewaySettings(
      String host,
      int port,
      long silenceMs,
      int connectionsMax,
      int enrollingMax,
      long firstFrameMs,
      long readTimeoutMs,
      int readsMax) {
    this(
        host,
        port,
        silenceMs,
        connectionsMax,
        enrollingMax,
        firstFrameMs,
        readTimeoutMs,
        readsMax,
        Map.of());
  }

  /** Defaults for an address. */
  public static GatewaySettings on(String host, int port) {
    return new GatewaySettings(host, port, 60_000, 32_768, 64, 10_000, 15_000, 8);
  }

  /** The same with another silence. */
  public GatewaySettings withSilenceMs(long value) {
    return with(value, bridges);
  }

  /** The same with these bridges. */
  public GatewaySettings withBridges(Map<ClusterName, NodeName> value) {
    return with(silenceMs, value);
  }

  private GatewaySettings with(long silence, Map<ClusterName, NodeName> known) {
    return new GatewaySettings(
        host,
        port,
        silence,
        connectionsMax,
        enrollingMax,
        firstFrameMs,
        readTimeoutMs,
        readsMax,
        known);
  }
}
