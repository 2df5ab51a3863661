package org.queqiao.server.auth.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.MembershipRemoved;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.RoleGranted;
import org.queqiao.contract.event.RoleRevoked;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.node.NodeState;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;
import org.queqiao.server.auth.Accounts;
import org.queqiao.server.auth.AuthSettings;
import org.queqiao.server.auth.Authentication;
import org.queqiao.server.auth.CapturedLog;
import org.queqiao.server.auth.Identity;
import org.queqiao.server.auth.ManualClock;
import org.queqiao.server.auth.Outcome;
import org.queqiao.server.auth.Secret;
import org.queqiao.server.host.UnixAccounts;
import org.queqiao.server.host.UnixUsers;

/** Local administration over its real socket: who can open it, what it turns requests into. */
final class LocalAdminTest {
  private static final Actor OWNER = Actor.localOwner("owner");
  private static final ProjectName CLIMATE = new ProjectName("climate");
  private static final UserName RESEARCHER = new UserName("researcher1");
  private static final PartitionName BATCH = new PartitionName("batch");

  @TempDir Path folder;
  private final Accounts accounts = new Accounts();
  private final List<Input> inputs = new ArrayList<>();
  private final AtomicBoolean ready = new AtomicBoolean();
  private Optional<Rejection> rejection = Optional.empty();
  private Vertx vertx;
  private Identity identity;
  private LocalAdmin admin;

  @BeforeEach
  void start() throws IOException {
    vertx = Vertx.vertx();
    accounts.set("researcher1", Role.RESEARCHER);
    identity =
        Identity.open(
            folder.resolve("auth"),
            AuthSettings.at(URI.create("http://127.0.0.1:8080")),
            accounts,
            new ManualClock(),
            fault -> {});
    admin = newAdmin().start().await();
  }

  private LocalAdmin newAdmin() {
    return new LocalAdmin(
        vertx,
        socket(),
        "owner",
        identity,
        new LocalAdmin.Ports(
            accounts,
            this::submit,
            nodes ->
                CompletableFuture.completedFuture(
                    Outcome.accepted(Secret.of("enrolment of " + nodes))),
            this::node,
            name -> name.equals("nobody9") ? OptionalInt.empty() : OptionalInt.of(1234),
            ready::get,
            false));
  }

  private Path socket() {
    return folder.resolve("admin.sock");
  }

  private synchronized CompletableFuture<Reply> submit(Input input) {
    inputs.add(input);
    if (input instanceof Input.DefineUser define) {
      // The directory follows the log; here it is a moment behind.
      vertx.timer(50).onSuccess(unused -> accounts.set(define.user().name().value()));
    }
    return CompletableFuture.completedFuture(
        rejection.<Reply>map(Reply.Rejected::new).orElseGet(Reply.Done::new));
  }

  private Optional<NodeDirectory.Condition> node(NodeName name) {
    return switch (name.value()) {
      case "n1" -> Optional.of(new NodeDirectory.Condition(NodeState.UP, false, true));
      case "n2" -> Optional.of(new NodeDirectory.Condition(NodeState.DOWN, true, false));
      case "n4" -> Optional.of(new NodeDirectory.Condition(NodeState.UP, false, false));
      default -> Optional.empty();
    };
  }

  @AfterEach
  void stop() {
    admin.close();
    vertx.close().await();
    identity.close();
  }

  /** What came back. */
  private record Answer(int status, String body) {}

  private Answer send(String method, String path, String type, String body, String... headers)
      throws IOException {
    StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
    request.append("Connection: close\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    if (body != null) {
      request.append("Content-Type: ").append(type).append("\r\n");
      request
          .append("Content-Length: ")
          .append(body.getBytes(StandardCharsets.UTF_8).length)
          .append("\r\n");
    }
    request.append("\r\n").append(body == null ? "" : body);
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket()));
      ByteBuffer bytes = ByteBuffer.wrap(request.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      String answer =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      int status = Integer.parseInt(answer.substring(9, 12));
      return new Answer(status, answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
  }

  private Answer post(String path, String... fields) throws IOException {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      pairs.add(fields[i] + "=" + URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
    }
    return send(
        "POST", "/local/v1" + path, "application/x-www-form-urlencoded", String.join("&", pairs));
  }

  private void assertDone(Answer answer, Input... expected) {
    assertThat(answer).isEqualTo(new Answer(200, "ok\n"));
    assertThat(inputs).containsExactly(expected);
    inputs.clear();
  }

  @Test
  void onlyTheOwnerCanOpenTheSocket() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
        .isEqualTo("rw-------");
    assertThat(folder.resolve(".a")).doesNotExist();
  }

  @Test
  void aSocketLeftByACrashIsReplaced() throws IOException {
    admin.stop().await();
    assertThat(socket()).doesNotExist();
    Files.writeString(socket(), "left behind");
    Files.createDirectory(folder.resolve(".a"));
    admin = newAdmin().start().await();
    assertThat(send("GET", "/health/ready", null, null).status()).isEqualTo(503);
  }

  @Test
  void aPathThatTheKernelCannotTakeIsRefusedWithTheReason() {
    Path far = folder.resolve("x".repeat(100)).resolve("admin.sock");
    LocalAdmin there = new LocalAdmin(vertx, far, "owner", identity, ports());
    assertThatThrownBy(() -> there.start().await()).hasMessageContaining("shorter path");
  }

  private LocalAdmin.Ports ports() {
    return new LocalAdmin.Ports(
        accounts, this::submit, null, this::node, name -> OptionalInt.empty(), ready::get, false);
  }

  @Test
  void readinessIsSaidHereToo() throws IOException {
    assertThat(send("GET", "/health/ready", null, null)).isEqualTo(new Answer(503, "starting\n"));
    ready.set(true);
    assertThat(send("GET", "/health/ready", null, null)).isEqualTo(new Answer(200, "ready\n"));
  }

  @Test
  void theTokenWorks() throws IOException {
    Answer answer = post("/token", "user", "researcher1");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).matches("qq_[0-9a-f]{16}_[A-Za-z0-9_-]{43}\n");
    Authentication known =
        identity
            .authenticator()
            .authenticate(List.of("Bearer " + answer.body().strip()), null, "local");
    assertThat(known).isInstanceOf(Authentication.Known.class);
    assertThat(post("/token", "user", "nobody"))
        .isEqualTo(new Answer(404, "NOT_FOUND: there is no account nobody\n"));
  }

  @Test
  void theLoginLinkWorks() throws IOException {
    String link = post("/login-links", "user", "researcher1").body().strip();
    assertThat(link).startsWith("http://127.0.0.1:8080/#/login?code=ql_");
    String code = link.substring(link.indexOf('=') + 1);
    assertThat(identity.signIn(Secret.of(code), "x").join()).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void aPasswordComesInTheBodyAndIsNeverLogged() throws IOException {
    String canary = "canary & 6f1d2c=9a7b3e";
    try (CapturedLog log = CapturedLog.open()) {
      assertDone(post("/passwords", "user", "researcher1", "password", canary));
      assertThat(post("/passwords", "user", "researcher1", "password", "canary").status())
          .isEqualTo(422);
      assertThat(post("/passwords", "user", "researcher1", canary, canary).status()).isEqualTo(400);
      assertThat(log.lines()).noneMatch(line -> line.contains("canary"));
    }
    assertThat(identity.signIn("researcher1", Secret.of(canary), "x").join())
        .isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void anAccountIsDefinedAndJoinsItsProject() throws IOException {
    assertDone(
        post("/users", "user", "researcher2", "unixUser", "qqdemo2", "project", "climate"),
        new Input.DefineUser(
            OWNER,
            new UserDefined(new UserName("researcher2"), "researcher2", "qqdemo2", 1234, CLIMATE)),
        new Input.SetMembership(
            OWNER, new MembershipSet(CLIMATE, new UserName("researcher2"), MemberRank.MEMBER)),
        new Input.GrantRole(OWNER, new RoleGranted(new UserName("researcher2"), Role.RESEARCHER)));
    assertDone(
        post(
            "/users", "user", "researcher1", "title", "天文 台", "unixUser", "", "project", "climate"),
        new Input.DefineUser(OWNER, new UserDefined(RESEARCHER, "天文 台", "", -1, CLIMATE)));
    assertThat(post("/users", "user", "x", "unixUser", "nobody9"))
        .isEqualTo(new Answer(422, "INVALID: this machine has no Unix user of that name\n"));
  }

  @Test
  void aNewAccountsTokenCanBeAskedForAtOnce() throws IOException {
    assertThat(post("/users", "user", "newcomer").status()).isEqualTo(200);
    assertThat(post("/token", "user", "newcomer").status()).isEqualTo(200);
  }

  @Test
  void theFirstRefusalEndsARequest() throws IOException {
    rejection =
        Optional.of(new Rejection(Rejection.Code.INVALID, "defaultProject", "there is no project"));
    assertThat(post("/users", "user", "x", "project", "nowhere"))
        .isEqualTo(new Answer(422, "INVALID: there is no project\n"));
    assertThat(inputs).hasSize(1);
  }

  @Test
  void rolesAreGivenAndTakenOnTheRecord() throws IOException {
    assertDone(
        post("/roles", "user", "researcher1", "role", "FINANCE"),
        new Input.GrantRole(OWNER, new RoleGranted(RESEARCHER, Role.FINANCE)));
    inputs.clear();
    assertDone(
        send("DELETE", "/local/v1/roles?user=researcher1&role=AUDITOR", null, null),
        new Input.RevokeRole(OWNER, new RoleRevoked(RESEARCHER, Role.AUDITOR)));
    assertThat(post("/roles", "user", "researcher1", "role", "finance"))
        .isEqualTo(
            new Answer(
                422,
                "INVALID: role: must be one of [RESEARCHER, ADMINISTRATOR, FINANCE, AUDITOR]\n"));
  }

  @Test
  void projectsDomainsAndMembersAreDefined() throws IOException {
    DomainCode physics = new DomainCode("physics");
    DomainCode chemistry = new DomainCode("chemistry");
    assertDone(
        post("/domains", "domain", "physics"),
        new Input.DefineDomain(OWNER, new DomainDefined(physics, "physics"), true));
    assertDone(
        post("/domains", "domain", "chemistry", "parent", "physics"),
        new Input.DefineDomain(OWNER, new DomainDefined(chemistry, "chemistry", physics), false));
    assertDone(
        post("/projects", "project", "climate", "domain", "physics", "title", "Climate"),
        new Input.DefineProject(
            OWNER,
            new ProjectDefined(CLIMATE, "Climate", List.of(new DomainShare(physics, 1000)))));
    assertDone(
        post("/projects", "project", "climate", "domain", "physics=700,chemistry=300"),
        new Input.DefineProject(
            OWNER,
            new ProjectDefined(
                CLIMATE,
                "climate",
                List.of(new DomainShare(physics, 700), new DomainShare(chemistry, 300)))));
    assertDone(
        post("/members", "project", "climate", "user", "researcher1", "rank", "MANAGER"),
        new Input.SetMembership(OWNER, new MembershipSet(CLIMATE, RESEARCHER, MemberRank.MANAGER)));
    assertDone(
        send("DELETE", "/local/v1/members?project=climate&user=researcher1", null, null),
        new Input.RemoveMembership(OWNER, new MembershipRemoved(CLIMATE, RESEARCHER)));
    for (String wrong : List.of("physics,chemistry", "physics=x", "physics=1=2", "Physics", "=")) {
      assertThat(post("/projects", "project", "climate", "domain", wrong).status())
          .as(wrong)
          .isEqualTo(422);
    }
  }

  @Test
  void partitionsAreDefinedAndMoneyIsNot() throws IOException {
    assertDone(
        post(
            "/partitions",
            "partition",
            "batch",
            "isDefault",
            "true",
            "defaultLimitMs",
            "3600000",
            "maxLimitMs",
            "86400000"),
        new Input.DefinePartition(OWNER, new PartitionDefined(BATCH, true, 3_600_000, 86_400_000)));
    for (String wrong : List.of("1.5", "1e6", "0x10", "9223372036854775808", "one", "", " 1")) {
      assertThat(
              post("/partitions", "partition", "b", "defaultLimitMs", wrong, "maxLimitMs", "9")
                  .status())
          .as(wrong)
          .isEqualTo(422);
    }
    for (String path : List.of("/wallets", "/credits", "/tariffs")) {
      assertThat(post(path, "project", "climate", "amountMicro", "1").status())
          .as(path)
          .isEqualTo(404);
    }
    assertThat(inputs).isEmpty();
  }

  @Test
  void nodesAreDrainedResumedFencedAndEnrolled() throws IOException {
    NodeName node = new NodeName("n1");
    assertDone(
        post("/nodes/n1/drain", "reason", "fan broken"),
        new Input.DrainNode(OWNER, node, "fan broken"));
    assertDone(
        send("POST", "/local/v1/nodes/n1/resume", null, null), new Input.ResumeNode(OWNER, node));
    assertDone(
        post("/nodes/n1/fence", "reason", "plug pulled"),
        new Input.FenceNode(OWNER, node, "plug pulled"));
    assertThat(post("/nodes/n1/drain")).isEqualTo(new Answer(422, "INVALID: reason is missing\n"));
    assertThat(post("/enrolments", "node", "n1")).isEqualTo(new Answer(200, "enrolment of [n1]\n"));
    assertThat(post("/enrolments", "node", "n[1-3]"))
        .isEqualTo(new Answer(200, "enrolment of [n1, n2, n3]\n"));
    assertThat(post("/enrolments", "node", "n[1-20000]").body())
        .contains("names 20000 nodes; at most 10000 at a time");
    assertThat(post("/enrolments", "node", "n[1-").status()).isEqualTo(422);
    assertThat(send("GET", "/local/v1/nodes/n1", null, null)).isEqualTo(new Answer(200, "UP\n"));
    assertThat(send("GET", "/local/v1/nodes/n2", null, null))
        .isEqualTo(new Answer(200, "DOWN DRAINED\n"));
    assertThat(send("GET", "/local/v1/nodes/n4", null, null))
        .isEqualTo(new Answer(200, "UP AWAY\n"));
    assertThat(send("GET", "/local/v1/nodes/n3", null, null).status()).isEqualTo(404);
    assertThat(send("GET", "/local/v1/nodes/..%2fn1", null, null).status()).isEqualTo(404);
  }

  @Test
  void jsonIsUnderstoodAndAnswered() throws IOException {
    Answer answer =
        send(
            "POST",
            "/local/v1/nodes/n1/drain",
            "application/json",
            "{\"reason\":\"r\"}",
            "Accept: application/json");
    assertThat(answer).isEqualTo(new Answer(200, "{\"value\":\"ok\"}"));
    assertThat(inputs).containsExactly(new Input.DrainNode(OWNER, new NodeName("n1"), "r"));
    Answer refused =
        send(
            "POST",
            "/local/v1/token",
            "application/json",
            "{\"user\":\"nobody\"}",
            "Accept: application/json");
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.body()).contains("\"code\":\"NOT_FOUND\"", "\"field\":\"user\"");
  }

  @Test
  void badRequestsHaveExactAnswers() throws IOException {
    String form = "application/x-www-form-urlencoded";
    assertThat(send("POST", "/local/v1/token", "text/plain", "user=researcher1").status())
        .isEqualTo(415);
    assertThat(send("POST", "/local/v1/token", form, "user=a&user=b").status()).isEqualTo(400);
    assertThat(send("POST", "/local/v1/token", form, "user=a&as=b").status()).isEqualTo(400);
    assertThat(send("POST", "/local/v1/token", form, "user=A").status()).isEqualTo(422);
    assertThat(send("POST", "/local/v1/token", form, "").status()).isEqualTo(422);
    assertThat(send("POST", "/local/v1/token", "application/json", "[]").status()).isEqualTo(400);
    assertThat(send("POST", "/local/v1/token", "application/json", "{\"user\":{}}").status())
        .isEqualTo(422);
    assertThat(send("POST", "/local/v1/token", form, "user=" + "x".repeat(20_000)).status())
        .isEqualTo(413);
    assertThat(send("POST", "/local/v1/elsewhere", form, "a=b").status()).isEqualTo(404);
    assertThat(inputs).isEmpty();
  }

  @Test
  void credentialsAreErased() throws IOException {
    post("/passwords", "user", "researcher1", "password", "correct horse battery");
    assertThat(send("DELETE", "/local/v1/credentials?user=researcher1", null, null).status())
        .isEqualTo(200);
    assertThat(identity.signIn("researcher1", Secret.of("correct horse battery"), "x").join())
        .isInstanceOf(Outcome.Denied.class);
  }

  @Test
  void thisMachinesNameServiceKnowsItsUsers() throws IOException {
    UnixAccounts here = new UnixUsers(System::currentTimeMillis);
    assertThat(here.uidOf("root")).hasValue(0);
    assertThat(here.uidOf("no-such-user-here")).isEmpty();
    for (String odd : List.of("", "-s", "0", "root root", "root:x", "../root")) {
      assertThat(here.uidOf(odd)).as(odd).isEmpty();
    }
  }
}
