package org.queqiao.server.gateway;

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
 */
public record GatewaySettings(
    String host,
    int port,
    long silenceMs,
    int connectionsMax,
    int enrollingMax,
    long firstFrameMs,
    long readTimeoutMs,
    int readsMax) {
  /** Defaults for an address. */
  public static GatewaySettings on(String host, int port) {
    return new GatewaySettings(host, port, 60_000, 32_768, 64, 10_000, 15_000, 8);
  }

  /** The same with another silence. */
  public GatewaySettings withSilenceMs(long value) {
    return new GatewaySettings(
        host, port, value, connectionsMax, enrollingMax, firstFrameMs, readTimeoutMs, readsMax);
  }
}
