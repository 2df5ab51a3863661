package org.queqiao.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.runtime.feed.Feed;
import org.queqiao.runtime.feed.FeedListener;
import org.queqiao.runtime.feed.Subscription;
import org.queqiao.server.view.ClusterView;

/** A reader of events that does not read, over a real connection. */
@Timeout(120)
final class SlowReaderTest {
  private static final int RING = 1_024;
  private static final int FACTS = 60_000;
  private static final int BATCH = 100;
  private static final UserName ANN = new UserName("ann");

  private final List<LoggedEvent> log = new ArrayList<>();
  private final ClusterView view =
      new ClusterView(
          new SchedulerMachine().image(),
          100,
          cause -> {
            throw new AssertionError(cause);
          });
  private final EventHub hub = new EventHub(view, new PastFeed(), RING, 4);
  private final CountDownLatch cutOff = new CountDownLatch(1);
  private final Vertx vertx = Vertx.vertx();
  private int port;

  /** All of the log, read by a thread of its own. */
  private final class PastFeed implements Feed {
    @Override
    public Subscription subscribe(long afterPosition, FeedListener listener) {
      Thread.startVirtualThread(() -> {
        try {
          for (int at = (int) afterPosition; at < log.size(); at += BATCH) {
            listener.committed(log.subList(at, Math.min(log.size(), at + BATCH)));
          }
        } catch (Exception e) {
          listener.failed(e);
        }
      });
      return new Subscription() {
        @Override
        public long position() {
          return afterPosition;
        }

        @Override
        public void close() {
          // The thread ends with the log.
        }
      };
    }

    @Override
    public long durablePosition() {
      return log.size();
    }
  }

  @BeforeEach
  void serve() throws Exception {
    view.onChange(hub);
    HttpServer server =
        vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0));
    server.requestHandler(request ->
        EventStream.begin(
            hub,
            vertx,
            request.response(),
            ANN,
            Long.parseLong(request.getParam("from")),
            60_000,
            () -> true,
            cutOff::countDown));
    port = server.listen().toCompletionStage().toCompletableFuture().get().actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private void happens(int facts) {
    List<LoggedEvent> batch = new ArrayList<>();
    for (int i = 0; i < facts; i++) {
      long position = log.size() + 1L;
      PartitionDefined fact = new PartitionDefined(new PartitionName("batch"), true, 1, position);
      LoggedEvent logged = new LoggedEvent(position, 1, position, Actor.SCHEDULER, fact);
      log.add(logged);
      batch.add(logged);
    }
    view.committed(batch);
  }

  @Test
  void r41AReaderThatDoesNotReadCostsABoundedBufferIsCutOffAndResumesWithoutAGap()
      throws Exception {
    List<Long> heard = new ArrayList<>();
    try (Socket slow = ask(0)) {
      // The first change has come, so the stream runs; from here on nothing is read.
      happens(1);
      BufferedReader lines = linesOf(slow);
      read(lines, heard, 1);
      assertThat(heard).containsExactly(1L);
      while (log.size() < FACTS) {
        happens(Math.min(BATCH, FACTS - log.size()));
      }
      assertThat(cutOff.await(60, TimeUnit.SECONDS)).as("cut off").isTrue();
      assertThat(hub.streams()).isZero();
      read(lines, heard, Long.MAX_VALUE);
    }
    assertThat(heard).as("what lay in buffers").hasSizeLessThan(FACTS - RING);
    assertContiguous(heard, 1);

    long cursor = heard.getLast();
    List<Long> resumed = new ArrayList<>();
    try (Socket again = ask(cursor)) {
      read(linesOf(again), resumed, FACTS);
    }
    assertContiguous(resumed, cursor + 1);
    assertThat(resumed.getLast()).isEqualTo(FACTS);
  }

  private Socket ask(long from) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.setSoTimeout(60_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket
        .getOutputStream()
        .write(
            ("GET /?from=" + from + " HTTP/1.1\r\nHost: x\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader linesOf(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Reads positions until the last one wanted, or the end of the stream. */
  private static void read(BufferedReader lines, List<Long> heard, long last) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.equals("0")) {
      if (line.startsWith("id: ")) {
        heard.add(Long.parseLong(line.substring(4)));
        if (heard.getLast() == last) {
          return;
        }
      }
      line = lines.readLine();
    }
  }

  private static void assertContiguous(List<Long> positions, long first) {
    long expected = first;
    for (long position : positions) {
      assertThat(position).isEqualTo(expected++);
    }
  }
}
