package org.queqiao.server.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.queqiao.accounting.sql.AlertBook;

/**
 * Calls a program of the site with each alert. The body is signed with HMAC-SHA-256 over the second
 * and the body, so that the receiver knows who sent it and that it is not an old one. Redirects are
 * not followed, and nothing of an answer is read but its status.
 */
final class Webhook implements AlertChannel {
  /** Second and signature: {@code t=SECONDS,v1=HEX}. */
  static final String SIGNATURE = "X-Queqiao-Signature";

  private static final int CONNECT_MS = 5_000;
  static final int ANSWER_MS = 10_000;
  private static final long WHOLE_MS = 20_000;
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;
  private static final JsonFactory JSON = new JsonFactory();

  private final HttpClient client;
  private final URI url;
  private final byte[] secret;
  private final boolean privateAllowed;
  private final int answerMs;
  private final InstantSource clock;

  Webhook(
      Vertx vertx,
      URI url,
      String secret,
      boolean privateAllowed,
      int answerMs,
      InstantSource clock) {
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(CONNECT_MS)
                .setIdleTimeout(answerMs)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAlive(false)
                .setVerifyHost(true));
    this.url = url;
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
    this.privateAllowed = privateAllowed;
    this.answerMs = answerMs;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public void send(AlertBook.Alert alert) throws IOException, InterruptedException {
    boolean tls = url.getScheme().equals("https");
    int port = url.getPort() > 0 ? url.getPort() : tls ? HTTPS_PORT : HTTP_PORT;
    InetAddress address = OutboundAddress.of(url.getHost(), privateAllowed);
    byte[] body = body(alert);
    String second = Long.toString(clock.millis() / 1_000);
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
            .setHost(url.getHost())
            .setPort(port)
            .setSsl(tls)
            .setURI(path())
            .setFollowRedirects(false)
            .setTimeout(answerMs)
            .putHeader("Content-Type", "application/json")
            .putHeader("User-Agent", "queqiao")
            .putHeader(SIGNATURE, "t=" + second + ",v1=" + signature(secret, second, body));
    int status =
        await(
            client
                .request(options)
                .compose(request -> request.send(Buffer.buffer(body)))
                .map(Webhook::statusAlone));
    if (status >= 300 && status < 400) {
      throw new IOException("answered " + status + ": redirects are not followed");
    }
    if (status < 200 || status >= 300) {
      throw new IOException("answered " + status);
    }
  }

  private String path() {
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  /** An answer may be as long as it likes: its connection is closed. */
  private static int statusAlone(HttpClientResponse response) {
    int status = response.statusCode();
    response.request().connection().close();
    return status;
  }

  private static <T> T await(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get(WHOLE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause().getMessage()), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("no answer", e);
    }
  }

  /** What the receiver computes again: over the second, a point and the body. */
  static String signature(byte[] secret, String second, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      mac.update((second + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] body(AlertBook.Alert alert) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      AlertJson.write(alert, out);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
