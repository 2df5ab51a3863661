package org.queqiao.server.http;

import java.util.List;
import java.util.Map;

/**
 * One operation of the OpenAPI document.
 *
 * @param id its name in the document
 * @param method of HTTP
 * @param path with parameters in braces
 * @param tag the part of the interface
 * @param open whether it is answered without an identity
 * @param endless whether the answer is a stream of events, so that it has no end
 * @param parameters of path and query; headers are read by who needs them
 * @param bodies schemas of the body by media type; a null schema means any text
 */
record Operation(
    String id,
    String method,
    String path,
    String tag,
    boolean open,
    boolean endless,
    List<Parameter> parameters,
    Map<String, Schema> bodies) {
  /** Whether its head alone can be asked for (RFC 9110, 9.1). */
  boolean hasHead() {
    return method.equals("GET") && !endless;
  }

  /** Whether an address is one of its own; a slash at the end makes no difference. */
  boolean isAt(String address) {
    String[] own = this.path.split("/");
    String[] asked = address.split("/");
    boolean same = own.length == asked.length;
    for (int i = 0; same && i < own.length; i++) {
      same = own[i].startsWith("{") || own[i].equals(asked[i]);
    }
    return same;
  }

  /** A parameter of the path or of the query. */
  record Parameter(String name, boolean inPath, boolean required, Schema schema) {}
}
