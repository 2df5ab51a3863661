package org.queqiao.server.http;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The OpenAPI document: what is served, and what requests are checked against. */
public final class Contract {
  private static final String RESOURCE = "/openapi/queqiao.yaml";
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");
  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final Map<String, Object> document;
  private final List<Operation> operations = new ArrayList<>();

  private Contract(Map<String, Object> document) {
    this.document = document;
  }

  /**
   * Reads the document that is part of the program.
   *
   * @throws IllegalArgumentException when it asks for a check that does not exist
   */
  @SuppressWarnings("unchecked")
  public static Contract load() {
    try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Object tree = new Load(LoadSettings.builder().build()).loadFromString(text);
      Contract contract = new Contract((Map<String, Object>) tree);
      contract.readOperations();
      return contract;
    } catch (IOException e) {
      throw new UncheckedIOException("the document " + RESOURCE + " cannot be read", e);
    }
  }

  /** The document as JSON, for the server at this address. */
  public JsonObject document(String serverUrl) {
    Map<String, Object> served = new LinkedHashMap<>(document);
    served.put("servers", List.of(Map.of("url", serverUrl)));
    return new JsonObject(served).copy();
  }

  List<Operation> operations() {
    return operations;
  }

  /**
   * The methods of the operations at an address, in the order of their names; HEAD where there is
   * GET.
   */
  List<String> methods(String path) {
    TreeSet<String> methods = new TreeSet<>();
    for (Operation each : operations) {
      if (each.isAt(path)) {
        methods.add(each.method());
        if (each.hasHead()) {
          methods.add("HEAD");
        }
      }
    }
    return List.copyOf(methods);
  }

  /** The node at a pointer such as {@code #/components/schemas/Job}, with no reference left. */
  Map<String, Object> resolved(String pointer) {
    return object(resolve(find(pointer)));
  }

  /** Whether a body of this type is read as JSON. */
  static boolean isJson(String type) {
    return type.equals(JSON) || type.equals(MERGE_PATCH);
  }

  private void readOperations() {
    object(document.get("paths"))
        .forEach((path, node) -> {
          Map<String, Object> item = object(resolve(node));
          item.forEach((method, operation) -> {
            if (METHODS.contains(method)) {
              operations.add(operation(path, method, object(operation), item));
            }
          });
        });
  }

  private static Operation operation(
      String path, String method, Map<String, Object> node, Map<String, Object> item) {
    List<Operation.Parameter> parameters = new ArrayList<>();
    for (Object source : List.of(list(item.get("parameters")), list(node.get("parameters")))) {
      for (Object each : list(source)) {
        Map<String, Object> parameter = object(each);
        if (!parameter.get("in").equals("header")) {
          parameters.add(
              new Operation.Parameter(
                  (String) parameter.get("name"),
                  parameter.get("in").equals("path"),
                  Boolean.TRUE.equals(parameter.get("required")),
                  new Schema(object(parameter.get("schema")))));
        }
      }
    }
    Map<String, Schema> bodies = new LinkedHashMap<>();
    if (node.get("requestBody") != null) {
      object(object(node.get("requestBody")).get("content"))
          .forEach((type, content) ->
              bodies.put(
                  type, isJson(type) ? new Schema(object(object(content).get("schema"))) : null));
    }
    return new Operation(
        (String) node.get("operationId"),
        method.toUpperCase(Locale.ROOT),
        path,
        (String) list(node.get("tags")).getFirst(),
        node.containsKey("security") && list(node.get("security")).isEmpty(),
        node.toString().contains("text/event-stream"),
        List.copyOf(parameters),
        bodies);
  }

  /** Puts what is referred to in the place of each reference; what stands beside it wins. */
  private Object resolve(Object node) {
    if (node instanceof List<?> list) {
      return list.stream().map(this::resolve).toList();
    }
    if (!(node instanceof Map<?, ?> map)) {
      return node;
    }
    Map<String, Object> out = new LinkedHashMap<>();
    if (map.get("$ref") instanceof String pointer) {
      out.putAll(object(resolve(find(pointer))));
    }
    map.forEach((key, value) -> {
      if (!key.equals("$ref")) {
        out.put((String) key, resolve(value));
      }
    });
    return out;
  }

  private Object find(String pointer) {
    Object at = document;
    for (String part : pointer.substring(2).split("/")) {
      at = object(at).get(part);
      if (at == null) {
        throw new IllegalArgumentException("the document has nothing at " + pointer);
      }
    }
    return at;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> object(Object node) {
    return (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object node) {
    return node == null ? List.of() : (List<Object>) node;
  }
}
