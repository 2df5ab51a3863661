package org.queqiao.server.http;

/** Counts answers by operation and status, with their time. */
@FunctionalInterface
public interface HttpMeter {
  /** Key under which a request remembers its operation. */
  String OPERATION = "queqiao.operation";

  /**
   * A request has been answered.
   *
   * @param operation of the document, or {@code other}
   * @param status of HTTP
   * @param nanos from the arrival of its header to the end of the answer
   */
  void answered(String operation, int status, long nanos);
}
