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
 * @param parameters of path and query; headers are read by who needs them
 * @param bodies schemas of the body by media type; a null schema means any text
 */
record Operation(
    String id,
    String method,
    String path,
    String tag,
    boolean open,
    List<Parameter> parameters,
    Map<String, Schema> bodies) {
  /** A parameter of the path or of the query. */
  record Parameter(String name, boolean inPath, boolean required, Schema schema) {}
}
