package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose people and nodes come by IPv6. */
@Timeout(300)
final class Ipv6EndToEndTest {
  @Test
  void peopleAndNodesReachAServerByIpv6AndAJobRuns() throws Exception {
    Assumptions.assumeTrue(
        Files.exists(Path.of("/proc/net/if_inet6"))
            && Files.readString(Path.of("/proc/net/if_inet6"))
                .startsWith("00000000000000000000000000000001"),
        "this machine has no ::1");
    RunningServer server = RunningServer.onIpv6("[::1]", "::1");
    assertThat(Files.readString(server.data().resolve("run/server.json")))
        .contains("\"url\": \"http://[::1]:" + server.port() + "\"");
    assertThatThrownBy(() -> new Socket(InetAddress.getByName("127.0.0.1"), server.port()))
        .as("nothing listens by IPv4")
        .isInstanceOf(ConnectException.class);
    assertThat(server.local("/enrolments", "node=cn9")).startsWith("queqiao-enrol:::1:");
    server.node();
    String answer =
        server
            .send(
                server
                    .request(
                        "researcher1",
                        "/api/v1/jobs?workDir=" + server.node().work() + "&stdoutPath=out-%25j")
                    .header("Content-Type", "text/x-shellscript")
                    .header("Accept", "text/plain")
                    .POST(
                        java.net.http.HttpRequest.BodyPublishers.ofString(
                            "#!/bin/sh\necho by six\n")))
            .body();
    long id = Long.parseLong(answer.strip());
    server.awaitEnd("researcher1", id);
    assertThat(Files.readString(server.node().work().resolve("out-" + id))).isEqualTo("by six\n");
    assertThat(server.command("researcher1", "status")).contains("http://[::1]:" + server.port());
  }
}
