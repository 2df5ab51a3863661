package org.queqiao.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.agent.identity.NodeIdentity;
import org.queqiao.agent.session.Enrolment;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.agent.EnrolmentCode;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.codec.AgentFrame;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.server.host.UnixUsers;
import org.queqiao.server.pki.LaunchOrders;
import org.queqiao.server.pki.LaunchSettings;
import org.queqiao.server.pki.Pki;
import org.queqiao.server.pki.PkiSettings;

/** What the gateway refuses; the names begin with the rows of the catalogue of attacks. */
@Timeout(60)
final class GatewayRefusalTest {
  private static final NodeName A = new NodeName("node-a");
  private static final NodeName B = new NodeName("node-b");
  private static final long DAY_MS = 86_400_000L;

  /** So long that silent connections are still there when a busy machine opens the next ones. */
  private static final long FIRST_FRAME_MS = 6_000;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final AtomicLong skewMs = new AtomicLong();
  private final TestScheduler scheduler = new TestScheduler(A);
  private Pki pki;
  private LaunchOrders orders;
  private AgentGateway gateway;
  private int port;

  @BeforeEach
  void start() throws Exception {
    port = NodeStory.freePort();
    pki = open(folder.resolve("pki"));
    orders =
        new LaunchOrders(
            pki.signer(),
            new UnixUsers(System::currentTimeMillis),
            LaunchSettings.DEFAULT,
            System::currentTimeMillis);
    gateway =
        new AgentGateway(
            vertx,
            new GatewaySettings("127.0.0.1", port, 60_000, 3, 2, FIRST_FRAME_MS, 15_000, 8),
            pki,
            orders,
            scheduler);
    scheduler.gateway(gateway);
    gateway.start().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    orders.close();
    scheduler.close();
  }

  private Pki open(Path path) throws Exception {
    return Pki.open(
        new PkiSettings(path, List.of("localhost"), port),
        () -> System.currentTimeMillis() + skewMs.get());
  }

  private NodeIdentity identity(String name, NodeName node) throws Exception {
    return NodeIdentity.open(Files.createDirectories(folder.resolve(name)), node);
  }

  private NodeIdentity enrolled(String name, NodeName node) throws Exception {
    NodeIdentity identity = identity(name, node);
    Enrolment.enrol(identity, pki.createEnrolment(node));
    return identity;
  }

  @Test
  void enrolledNodeIsWelcomed() throws Exception {
    try (Line line = connect(enrolled("a", A).context())) {
      line.send(hello(A, 1, 1));
      assertThat(line.read()).isEqualTo(new ServerMessage.Welcome(1, 1));
      assertThat(gateway.counters().welcomed()).isEqualTo(1);
    }
  }

  @Test
  void a15ConnectionsThatDoNotShakeHandsAreClosedAndANodeGetsThroughBetweenThem() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        Socket each = new Socket("127.0.0.1", port);
        each.setSoTimeout(20_000);
        silent.add(each);
      }
      enrolledNodeIsWelcomed();
      for (Socket each : silent) {
        assertClosed(each);
      }
    } finally {
      for (Socket each : silent) {
        each.close();
      }
    }
    assertThat(gateway.counters().handshakesRefused()).isEqualTo(200);
  }

  @Test
  void a15ConnectionsWithoutCertificateAndOfNodesHaveBoundsOfTheirOwn() throws Exception {
    SSLContext nameless = NodeIdentity.enrolmentContext(pki.createEnrolment(B));
    try (Line first = accepted(nameless);
        Line second = accepted(nameless);
        Line third = connect(nameless)) {
      third.expectClosed();
      assertThat(gateway.counters().connectionsRefused()).isEqualTo(1);
      NodeIdentity a = identity("a", A);
      EnrolmentCode code = pki.createEnrolment(A);
      a.certified(pki.enrol(A, code.code(), a.signingRequest()), code.authorityFingerprint());
      try (Line node = accepted(a.context());
          Line over = connect(a.context())) {
        over.expectClosed();
        assertThat(gateway.counters().connectionsRefused()).isEqualTo(2);
        node.send(hello(A, 1, 1));
        assertThat(node.read()).isEqualTo(new ServerMessage.Welcome(1, 1));
      }
      first.expectClosed();
      second.expectClosed();
    }
  }

  private static void assertClosed(Socket socket) {
    try {
      byte[] alert = new byte[64];
      while (socket.getInputStream().read(alert) >= 0) {
        // TLS may say farewell.
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("the connection is still open", e);
    } catch (IOException e) {
      // Closed with a reset: as good.
    }
  }

  @Test
  void a1WithoutCertificateNothingButEnrolmentIsAccepted() throws Exception {
    try (Line line = connect(NodeIdentity.enrolmentContext(pki.createEnrolment(A)))) {
      line.send(hello(A, 1, 1));
      line.expectClosed();
      assertThat(gateway.counters().framesRefused()).isEqualTo(1);
    }
  }

  @Test
  void a1CertificateOfAnotherAuthorityIsRefused() throws Exception {
    Pki other = open(folder.resolve("other"));
    NodeIdentity stranger = identity("stranger", A);
    EnrolmentCode code = other.createEnrolment(A);
    ServerMessage.Certified foreign = other.enrol(A, code.code(), stranger.signingRequest());
    stranger.certified(foreign, code.authorityFingerprint());
    // It does not know this server either; so it is made to trust it blindly.
    SSLContext context = Strangers.context(stranger, folder.resolve("stranger"));
    assertThatThrownBy(
            () -> {
              try (Line line = connect(context)) {
                line.send(hello(A, 1, 1));
                line.expectClosed();
                throw new IOException("closed");
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(gateway.counters().welcomed()).isZero();
    assertThat(gateway.counters().handshakesRefused()).isPositive();
  }

  @Test
  void a1ExpiredCertificateIsRefused() throws Exception {
    skewMs.set(-31 * DAY_MS);
    NodeIdentity old = identity("old", A);
    EnrolmentCode code = pki.createEnrolment(A);
    old.certified(pki.enrol(A, code.code(), old.signingRequest()), code.authorityFingerprint());
    skewMs.set(0);
    assertThatThrownBy(
            () -> {
              try (Line line = connect(Strangers.context(old, folder.resolve("old")))) {
                line.send(hello(A, 1, 1));
                line.expectClosed();
                throw new IOException("closed");
              }
            })
        .isInstanceOf(IOException.class);
    assertThat(gateway.counters().welcomed()).isZero();
  }

  @Test
  void a1RevokedKeyIsRefusedAtOnce() throws Exception {
    NodeIdentity identity = enrolled("a", A);
    try (Line line = connect(identity.context())) {
      line.send(hello(A, 1, 1));
      assertThat(line.read()).isInstanceOf(ServerMessage.Welcome.class);
      assertThat(gateway.revoke(A).toCompletableFuture().join()).isTrue();
      line.expectClosedAfterMessages();
    }
    try (Line line = connect(identity.context())) {
      assertThat(line.read())
          .isEqualTo(
              new ServerMessage.Refused(
                  "the certificate of this node is revoked or was replaced; enrol it with a new"
                      + " code"));
    }
    assertThat(gateway.counters().identitiesRefused()).isEqualTo(1);
  }

  @Test
  void f32TheOldMachineOfANodeThatWasEnrolledAgainIsRefused() throws Exception {
    NodeIdentity before = enrolled("before", A);
    NodeIdentity after = enrolled("after", A);
    try (Line line = connect(before.context())) {
      assertThat(line.read()).isInstanceOf(ServerMessage.Refused.class);
    }
    try (Line line = connect(after.context())) {
      line.send(hello(A, 1, 1));
      assertThat(line.read()).isInstanceOf(ServerMessage.Welcome.class);
    }
  }

  @Test
  void a2CertificateOfOneNodeDoesNotSpeakForAnother() throws Exception {
    NodeIdentity a = enrolled("a", A);
    enrolled("b", B);
    try (Line line = connect(a.context())) {
      line.send(hello(B, 1, 1));
      assertThat(line.read())
          .isEqualTo(new ServerMessage.Refused("this certificate is for node node-a, not node-b"));
      line.expectClosed();
      assertThat(gateway.counters().identitiesRefused()).isEqualTo(1);
      assertThat(scheduler.registrationCount()).isZero();
    }
  }

  @Test
  void a8LengthsOutOfBoundsCloseTheConnectionBeforeTheBody() throws Exception {
    NodeIdentity a = enrolled("a", A);
    int refused = 0;
    for (int length : new int[] {0xFFFFFFFF, 0, Integer.MIN_VALUE, AgentFrame.MAX_BYTES + 1}) {
      try (Line line = connect(a.context())) {
        line.out.writeInt(length);
        line.out.flush();
        line.expectClosed();
        assertThat(gateway.counters().framesRefused()).isEqualTo(++refused);
      }
    }
    try (Line line = connect(NodeIdentity.enrolmentContext(pki.createEnrolment(B)))) {
      line.out.writeInt(AgentFrame.ENROL_MAX_BYTES + 1);
      line.out.flush();
      line.expectClosed();
    }
  }

  @Test
  void a9WhatOnlyTheServerSaysIsRefusedFromAnAgent() throws Exception {
    NodeIdentity a = enrolled("a", A);
    for (ServerMessage message :
        List.of(
            new ServerMessage.Welcome(1, 1),
            new ServerMessage.DesiredSet(9, 9, List.of()),
            new ServerMessage.Certified(new byte[1], new byte[1]))) {
      try (Line line = connect(a.context())) {
        line.sendBytes(AgentFrame.encode(message));
        line.expectClosed();
      }
    }
    assertThat(gateway.counters().framesRefused()).isEqualTo(3);
  }

  @Test
  void a9TheFirstMessageIsAHelloAndThereIsOne() throws Exception {
    NodeIdentity a = enrolled("a", A);
    try (Line line = connect(a.context())) {
      line.send(new AgentMessage.Heartbeat(1, 1, 1, 1, 1, List.of()));
      line.expectClosed();
    }
    try (Line line = connect(a.context())) {
      line.send(hello(A, 1, 1));
      line.read();
      line.send(hello(A, 1, 1));
      line.expectClosedAfterMessages();
    }
  }

  @Test
  void a10AnUnknownVersionIsRefusedWithTheSupportedRange() throws Exception {
    NodeIdentity a = enrolled("a", A);
    int min = AgentFrame.PROTOCOL_MIN;
    int max = AgentFrame.PROTOCOL_MAX;
    for (int[] range : new int[][] {{max + 1, max + 9}, {min - 1, min - 1}}) {
      try (Line line = connect(a.context())) {
        line.send(hello(A, range[0], range[1]));
        assertThat(line.read())
            .isEqualTo(
                new ServerMessage.Refused(
                    "this server speaks versions "
                        + min
                        + " to "
                        + max
                        + " of the agent protocol, the agent "
                        + range[0]
                        + " to "
                        + range[1]));
        line.expectClosed();
      }
    }
    assertThat(gateway.counters().versionsRefused()).isEqualTo(2);
  }

  @Test
  void a13ACodeIsGoodForOneKey() throws Exception {
    EnrolmentCode code = pki.createEnrolment(A);
    NodeIdentity first = identity("first", A);
    Enrolment.enrol(first, code);
    // The same key may ask again, because an answer can be lost.
    Enrolment.enrol(first, code);
    assertThatThrownBy(() -> Enrolment.enrol(identity("second", A), code))
        .isInstanceOf(Enrolment.RefusedException.class)
        .hasMessageContaining("not, or no longer, good for this node");
    assertThat(gateway.counters().enrolmentsRefused()).isEqualTo(1);
  }

  @Test
  void a13AGuessAnotherNodeAndAnOldCodeGetTheSameAnswer() throws Exception {
    EnrolmentCode code = pki.createEnrolment(A);
    NodeIdentity identity = identity("x", B);
    String guess = "A".repeat(43);
    EnrolmentCode guessed =
        new EnrolmentCode(code.host(), code.port(), A, guess, code.authoritySha256());
    EnrolmentCode otherNode =
        new EnrolmentCode(code.host(), code.port(), B, code.code(), code.authoritySha256());
    String answer =
        "the enrolment code is not, or no longer, good for this node; make a new one on the"
            + " server";
    for (EnrolmentCode wrong : List.of(guessed, otherNode)) {
      assertThatThrownBy(() -> Enrolment.enrol(identity, wrong)).hasMessage(answer);
    }
    skewMs.set(15 * 60_000 + 1_000);
    assertThatThrownBy(() -> Enrolment.enrol(identity, code)).hasMessage(answer);
  }

  @Test
  void a13CodesAreNotKeptInTheClear() throws Exception {
    EnrolmentCode code = pki.createEnrolment(A);
    try (var files = Files.walk(folder.resolve("pki"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(code.code());
      }
    }
    assertThat(code.toString()).doesNotContain(code.code());
  }

  @Test
  void aNodeDoesNotEnrolAtAServerWithAnotherAuthority() throws Exception {
    EnrolmentCode code = pki.createEnrolment(A);
    EnrolmentCode elsewhere =
        new EnrolmentCode(code.host(), code.port(), A, code.code(), "0".repeat(64));
    assertThatThrownBy(() -> Enrolment.enrol(identity("a", A), elsewhere))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another fingerprint");
    // The code never reached the server and is still good.
    enrolled("b", A);
  }

  @Test
  void aNodesCertificateIsNoServersCertificate() throws Exception {
    NodeIdentity a = enrolled("a", A);
    assertThat(Strangers.certificate(folder.resolve("a")).getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(a.renewalDue(System.currentTimeMillis())).isFalse();
    assertThat(a.renewalDue(System.currentTimeMillis() + 21 * DAY_MS)).isTrue();
  }

  @Test
  void aCertificateIsRenewedOnTheConnectionForTheSameKeyOnly() throws Exception {
    NodeIdentity a = enrolled("a", A);
    byte[] other = identity("other", A).signingRequest();
    try (Line line = connect(a.context())) {
      line.send(hello(A, 1, 1));
      line.read();
      line.send(new AgentMessage.Renew(other));
      line.send(new AgentMessage.Renew(a.signingRequest()));
      ServerMessage answer = line.read();
      while (!(answer instanceof ServerMessage.Certified)) {
        answer = line.read();
      }
      a.renewed((ServerMessage.Certified) answer);
    }
    try (Line line = connect(a.context())) {
      line.send(hello(A, 1, 1));
      assertThat(line.read()).isInstanceOf(ServerMessage.Welcome.class);
    }
  }

  @Test
  void ofTwoConnectionsOfANodeTheNewerOneWins() throws Exception {
    NodeIdentity a = enrolled("a", A);
    try (Line before = connect(a.context());
        Line after = connect(a.context())) {
      before.send(hello(A, 1, 1));
      before.read();
      after.send(hello(A, 1, 1));
      assertThat(after.read()).isInstanceOf(ServerMessage.Welcome.class);
      before.expectClosedAfterMessages();
    }
  }

  private static AgentMessage.Hello hello(NodeName node, int min, int max) {
    return new AgentMessage.Hello(
        min,
        max,
        new NodeFacts(node, "boot", 4, 1L << 30, List.of(), "test", "test", List.of()),
        0,
        List.of(),
        List.of());
  }

  /** A connection that the server has counted: its end of a handshake comes after the client's. */
  private Line accepted(SSLContext context) throws IOException, InterruptedException {
    long before = gateway.counters().accepted();
    Line line = connect(context);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (gateway.counters().accepted() == before && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    assertThat(gateway.counters().accepted()).isEqualTo(before + 1);
    return line;
  }

  private Line connect(SSLContext context) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
    socket.startHandshake();
    return new Line(socket);
  }

  /** A connection that says what it likes. */
  private static final class Line implements AutoCloseable {
    private final SSLSocket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    private Line(SSLSocket socket) throws IOException {
      this.socket = socket;
      socket.setSoTimeout(20_000);
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
    }

    private void send(AgentMessage message) throws IOException {
      sendBytes(AgentFrame.encode(message));
    }

    private void sendBytes(byte[] bytes) throws IOException {
      out.writeInt(bytes.length);
      out.write(bytes);
      out.flush();
    }

    private ServerMessage read() throws IOException {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return AgentFrame.decodeFromServer(bytes);
    }

    private void expectClosed() {
      try {
        assertThat(in.read()).isEqualTo(-1);
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("the connection is still open", e);
      } catch (IOException e) {
        // Closed with a reset, or by TLS: as good.
      }
    }

    private void expectClosedAfterMessages() {
      try {
        while (true) {
          read();
        }
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("the connection is still open", e);
      } catch (IOException e) {
        // Closed.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
