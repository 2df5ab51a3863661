package org.queqiao.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.queqiao.server.auth.ProblemJson;
import org.queqiao.server.auth.Refusal;

/**
 * What browsers load: the console, the OpenAPI document and the page that shows it. All of it is
 * part of the program and kept in memory.
 */
final class PageRoutes {
  private static final int NOT_ALLOWED = 405;
  private static final String CONSOLE = "/webui/";
  private static final String DOCS = "/docs/";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "json", "application/json",
          "woff2", "font/woff2",
          "txt", "text/plain; charset=utf-8");

  private final Contract contract;
  private final Supplier<String> serverUrl;
  private final Map<String, Optional<Page>> pages = new ConcurrentHashMap<>();

  /** A file of the program with its fingerprint. */
  private record Page(Buffer content, String type, String tag) {}

  PageRoutes(Contract contract, Supplier<String> serverUrl) {
    this.contract = contract;
    this.serverUrl = serverUrl;
  }

  void mount(Router router) {
    page(router, "/openapi.json").handler(this::openApi);
    page(router, "/docs").handler(routing -> serve(routing, DOCS + "index.html", false));
    page(router, "/docs/:file")
        .handler(routing -> serve(routing, DOCS + routing.pathParam("file"), false));
    page(router, "/*").handler(this::console);
  }

  private static Route page(Router router, String path) {
    return router.get(path).method(HttpMethod.HEAD);
  }

  private void openApi(RoutingContext routing) {
    routing.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    routing.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    routing.response().end(contract.document(serverUrl.get()).toBuffer());
  }

  /**
   * A file of the console. Its places are fragments of its one page, so no other address is one.
   */
  private void console(RoutingContext routing) {
    String path = routing.normalizedPath();
    if (!contract.methods(path).isEmpty()) {
      routing.fail(NOT_ALLOWED);
      return;
    }
    serve(
        routing,
        CONSOLE + (path.equals("/") ? "index.html" : path.substring(1)),
        path.startsWith("/assets/"));
  }

  private void serve(RoutingContext routing, String resource, boolean fingerprinted) {
    Optional<Page> found =
        isPlain(resource) && pages.size() < 1_000
            ? pages.computeIfAbsent(resource, PageRoutes::load)
            : pages.getOrDefault(resource, Optional.empty());
    if (found.isEmpty()) {
      pages.remove(resource);
      ProblemJson.send(
          routing.response(),
          Refusal.of(Refusal.Code.NOT_FOUND, "there is nothing at this address"));
      return;
    }
    Page page = found.get();
    var response = routing.response();
    response.putHeader(HttpHeaders.ETAG, page.tag());
    response.putHeader(
        HttpHeaders.CACHE_CONTROL,
        fingerprinted ? "public, max-age=31536000, immutable" : "no-cache");
    if (page.tag().equals(routing.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
      response.setStatusCode(304).end();
      return;
    }
    response.putHeader(HttpHeaders.CONTENT_TYPE, page.type());
    response.end(page.content());
  }

  private static boolean isPlain(String resource) {
    return resource.length() < 200
        && resource.matches("[A-Za-z0-9_./-]+")
        && !resource.contains("..")
        && !resource.contains("//");
  }

  private static Optional<Page> load(String resource) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(resource)) {
      if (in == null || resource.endsWith("/") || resource.endsWith(".class")) {
        return Optional.empty();
      }
      byte[] content = in.readAllBytes();
      String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
      if (type == null) {
        return Optional.empty();
      }
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      String tag = '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
      return Optional.of(new Page(Buffer.buffer(content), type, tag));
    } catch (IOException e) {
      throw new UncheckedIOException("a file of the program cannot be read: " + resource, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
